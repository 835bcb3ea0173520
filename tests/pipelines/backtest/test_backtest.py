"""A backtest decides history again as an engine would have that had been under the proposal from the beginning."""

import json
import uuid
from pathlib import Path

import msgspec
import numpy as np
import pytest

from bench.backtest import write_labels, write_log
from bench.random_model import random_export
from bench.random_traffic import START_MS, STEP_MS, TENANT, champion_control, random_messages
from contracts.controls import ModelControl, PolicyControl
from contracts.decisions import DecisionRecord, Door, LogRecord
from kit.clock import SystemClock
from pipelines.backtest.proposal import NoSuchProposal, chosen_model, chosen_policy, in_force
from pipelines.backtest.report import BacktestReport
from pipelines.backtest.run import CannotFollow, NothingToReplay, Question, backtest
from pipelines.backtest.table import lines
from pipelines.lake import log_controls
from risk.costs import CostModel
from scoring.engine import Engine
from scoring.facts import apply_controls

EVENTS = 3_000
END_MS = START_MS + EVENTS * STEP_MS
decode = msgspec.json.Decoder(LogRecord).decode


def policy(**changes: object) -> PolicyControl:
    content = {"control_id": str(uuid.uuid4()), "known_at": START_MS, "version": "loose", "review_from": 0.9, "deny_from": 0.99}
    return PolicyControl(**(content | {"control_group_ppm": 0} | changes))


STRICT = policy(version="strict", review_from=0.05, deny_from=0.5)


class History:
    """A log under a loose policy, its lake, and what the same messages would have got under another."""

    def __init__(self, folder: Path) -> None:
        self.lake, self.models = folder / "lake", folder / "models"
        self.champion = champion_control(random_export(self.models, trees=20, isolation_trees=10))
        self.messages = random_messages(EVENTS, seed=5, customers=300, payees=500)
        engine, controls, decided = self._decided(policy())
        start = msgspec.json.encode(engine.start)
        records = [start, *controls, *decided]
        half = len(records) // 2
        write_log(self.lake, records[:half], first_offset=0)
        write_log(self.lake, records[half:], first_offset=half)
        self.recorded = [decode(record) for record in decided]
        self.strict = [decode(record) for record in self._decided(STRICT)[2]]
        self.frauds = {record.transaction.transaction_id for record in self.recorded[::37]}
        write_labels(self.lake, [("bench", number, True, START_MS) for number in sorted(self.frauds)])

    def _decided(self, under: PolicyControl) -> tuple["_Started", list[bytes], list[bytes]]:
        engine = _Started(models=self.models)
        controls = apply_controls(engine, [self.champion, msgspec.json.encode(under)])
        decided = []
        for at in range(0, EVENTS, 500):
            part = self.messages[at : at + 500]
            batch = engine.decide(part, now_ms=END_MS, door=Door.INBOUND, keys=[TENANT] * len(part))
            decided += batch.encoded.records()
        return engine, [record for _, record in controls.records], decided

    def backtest(self, *more: PolicyControl | ModelControl, **changes: object) -> BacktestReport:
        asked = {"from_ms": START_MS, "until_ms": END_MS, "labels_known_by_ms": END_MS}
        controls = [*in_force(log_controls(self.lake)), *more]
        return backtest(
            self.lake, self.models, Question(backtest_id="b", controls=controls, **(asked | changes)), progress=said
        )


class _Started(Engine):
    """An engine that remembers the record that it started with."""

    def __init__(self, *, models: Path) -> None:
        super().__init__(models=models)
        self.start = self.start_epoch(now_ms=START_MS, memory_rows=10_000)


def said(_done: int, _total: int) -> None:
    """Progress that nobody reads."""


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    return History(tmp_path_factory.mktemp("history"))


def verdicts(records: list[DecisionRecord]) -> dict[str, int]:
    counts = dict.fromkeys(("allow", "review", "step_up", "deny"), 0)
    for record in records:
        counts[record.answer.verdict] += 1
    return counts


def expected_cost(records: list[DecisionRecord], frauds: set[str], costs: CostModel) -> float:
    """The cost model again, a decision at a time."""
    total = 0.0
    for record in records:
        amount, fraud = record.transaction.amount_minor, record.transaction.transaction_id in frauds
        verdict = record.answer.verdict
        if verdict == "allow":
            total += amount * costs.fraud_loss if fraud else 0
        elif verdict == "review":
            total += costs.review_minor + (
                amount * costs.fraud_loss * (1 - costs.review_catches) if fraud else costs.delay_minor
            )
        elif verdict == "deny":
            total += 0 if fraud else costs.denial_minor + amount * costs.denial_loss
    return total


def test_what_was_and_what_would_have_been_are_those_of_two_engines(history):
    found = history.backtest(STRICT)
    was, would = verdicts(history.recorded), verdicts(history.strict)
    assert (found.recorded.allowed, found.recorded.reviewed, found.recorded.denied) == (
        was["allow"],
        was["review"],
        was["deny"],
    )
    assert (found.proposed.allowed, found.proposed.reviewed, found.proposed.denied) == (
        would["allow"], would["review"], would["deny"],
    )  # fmt: skip
    assert would["allow"] < was["allow"]
    assert found.decisions == EVENTS == sum(map(sum, found.moved))
    assert found.policy == "strict"
    assert found.recorded_by == {"scorer": EVENTS}
    pairs = zip(history.recorded, history.strict, strict=True)
    assert found.moved[0][0] == sum(a.answer.verdict == b.answer.verdict == "allow" for a, b in pairs)


def test_money_frauds_and_customers_are_counted_as_one_would_by_hand(history):
    found = history.backtest(STRICT)
    assert found.frauds == len(history.frauds)
    for side, records in ((found.recorded, history.recorded), (found.proposed, history.strict)):
        stopped = [record for record in records if record.answer.verdict != "allow"]
        caught = [record for record in stopped if record.transaction.transaction_id in history.frauds]
        assert side.frauds_stopped == len(caught)
        assert side.frauds_stopped_minor == sum(record.transaction.amount_minor for record in caught)
        assert side.false_alarms == len(stopped) - len(caught)
        assert side.customers_stopped == len({record.transaction.customer_id for record in stopped})
        assert side.cost_minor == pytest.approx(expected_cost(records, history.frauds, CostModel()), abs=1)
    assert sum(day.proposed_cost_minor for day in found.days) == pytest.approx(found.proposed.cost_minor, abs=len(found.days))
    assert sum(channel.decisions for channel in found.channels) == EVENTS


def test_rules_say_what_they_hit_and_what_nothing_else_would_have_stopped(history):
    found = history.backtest(STRICT)
    hits = [answer.rules for answer in (record.answer for record in history.strict) if answer.rules]
    for rule in found.rules:
        assert rule.hits == sum(rule.code in codes for codes in hits)
        assert rule.alone == sum(codes == [rule.code] for codes in hits)


def test_the_curve_reviews_everything_at_zero_and_nothing_at_the_end(history):
    curve = history.backtest(STRICT).curve
    assert (curve[0].review_from, curve[0].stopped, curve[0].frauds_stopped) == (0.0, EVENTS, len(history.frauds))
    assert [point.stopped for point in curve] == sorted((point.stopped for point in curve), reverse=True)
    over_all = [record for record in history.recorded if (record.answer.probability or 0) >= curve[40].review_from]
    assert curve[40].stopped == pytest.approx(len(over_all), abs=2)  # a probability on the edge itself may fall on either side


def test_a_period_and_a_tenant_are_all_that_is_counted(history):
    middle = START_MS + EVENTS // 2 * STEP_MS
    assert history.backtest(until_ms=middle).decisions == EVENTS // 2
    assert history.backtest(tenant_id="bench").decisions == EVENTS
    with pytest.raises(NothingToReplay, match="none of 3,000 decisions"):
        history.backtest(tenant_id="nobody")


def test_labels_that_were_not_known_yet_are_no_frauds(history):
    assert history.backtest(labels_known_by_ms=START_MS - 1).frauds == 0


def test_another_model_answers_in_the_champions_place(history):
    other = random_export(history.models, trees=10, isolation_trees=10, version=2, seed=9)
    control = chosen_model("random-2", controls=log_controls(history.lake), models=history.models, clock=SystemClock())
    assert control is not None
    assert control.export_sha256 == other
    found = history.backtest(STRICT, control)
    assert found.model == "random-2"
    assert found.proposed != history.backtest(STRICT).proposed
    assert found.recorded == history.backtest(STRICT).recorded


def test_proposals_are_found_by_name_or_refused_with_what_to_do(history, tmp_path):
    said_controls = log_controls(history.lake)
    assert chosen_policy("loose", controls=said_controls, clock=SystemClock()).version == "loose"
    path = tmp_path / "stricter.json"
    path.write_text(json.dumps({"version": "stricter", "review_from": 0.1, "deny_from": 0.4}))
    assert chosen_policy(str(path), controls=said_controls, clock=SystemClock()).deny_from == 0.4
    path.write_text('{"version": "stricter", "review_from": 7, "deny_from": 8}')
    with pytest.raises(NoSuchProposal, match="review_from"):
        chosen_policy(str(path), controls=said_controls, clock=SystemClock())
    with pytest.raises(NoSuchProposal, match="neither the version of a policy in the log nor a file"):
        chosen_policy("no-such", controls=said_controls, clock=SystemClock())
    with pytest.raises(NoSuchProposal, match="no model fraud-9"):
        chosen_model("fraud-9", controls=said_controls, models=history.models, clock=SystemClock())
    with pytest.raises(CannotFollow, match="no such rule: misspelt"):
        history.backtest(policy(enabled_rules=["misspelt"]))


def test_a_report_is_readable_and_survives_json(history):
    found = history.backtest(STRICT)
    assert msgspec.json.decode(msgspec.json.encode(found), type=BacktestReport) == found
    text = "\n".join(lines(found))
    assert f"{EVENTS:,} decisions" in text
    assert "frauds stopped" in text


def test_costs_follow_their_definition():
    verdicts_, fraud = np.array([0, 0, 1, 1, 2, 3, 3]), np.array([True, False, True, False, True, True, False])
    costs = CostModel().costs(verdicts_, fraud, np.full(7, 100_000))
    assert costs.tolist() == pytest.approx([100_000, 0, 6_500, 1_700, 5_050, 0, 4_000])
