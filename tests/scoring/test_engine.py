"""The engine: once, in order, explained, and reproducible from its log alone."""

import json
import uuid

import msgspec
import numpy as np
import pytest

from contracts.decisions import Answer, DecisionSource, Door, FlaggedDecision, LogRecord, Verdict
from contracts.transactions import Refusal
from scoring import answers as columns
from scoring.engine import Engine
from scoring.facts import apply_ledger_events
from scoring.fold import BrokenLog, rebuild
from scoring.lexicon import Lexicon
from scoring.what_if import what_if
from tests.scoring.conftest import NOW_MS, Desk, message, transaction

decode = msgspec.json.Decoder(LogRecord).decode


def test_a_record_is_the_input_as_received_and_the_whole_answer(desk):
    payload = json.dumps(transaction(1)).encode()
    batch = desk.decide([payload], door=Door.RPC)
    record = decode(desk.log[-1])
    assert payload in desk.log[-1]
    assert (record.door, record.n, record.answer.sequence.n) == (Door.RPC, 1, 1)
    assert msgspec.json.decode(batch.encoded.answer(0), type=Answer) == record.answer
    assert (record.answer.source, record.answer.model) == (DecisionSource.SCORER, "random-1")


def test_without_a_champion_rules_alone_decide_and_requests_should_wait(models):
    desk = Desk(models)
    desk.decide([message(1)])
    answer = decode(desk.log[0]).answer
    assert (answer.source, answer.probability, answer.model) == (DecisionSource.BOOTSTRAP, None, None)
    assert "champion" in desk.engine.obstacle


def test_a_duplicate_gets_the_stored_answer_and_an_altered_one_is_refused(desk):
    first = desk.decide([message(1), message(2), message(1)])
    assert [origin for origin, _ in first.duplicates] == [2]
    again = desk.decide([message(2), message(2, amount_minor=5), message(3)], now_ms=NOW_MS + 9)
    assert again.duplicates[0][1] == decode(desk.log[2]).answer
    assert [(origin, refusal.refusal) for origin, refusal in again.refused] == [(1, Refusal.ALTERED_DUPLICATE)]
    assert again.origin == [2]


def test_the_same_id_of_two_tenants_is_two_transactions(desk):
    batch = desk.decide([message(1), message(1, tenant_id="other")], keys=[b"demo", b"other"])
    assert batch.tenants == [b"demo", b"other"]


def test_a_message_under_another_tenants_key_or_none_is_refused(desk):
    batch = desk.decide([message(1), message(2), message(3)], keys=[b"other", None, b"demo"])
    assert [(origin, refusal.refusal) for origin, refusal in batch.refused] == [
        (0, Refusal.WRONG_TENANT),
        (1, Refusal.WRONG_TENANT),
    ]
    assert batch.origin == [2]


@pytest.mark.parametrize("size", [1, 3, 17, 200])
def test_batches_decide_as_the_serial_execution_of_their_rows(desk, models, champion, size):
    messages = [message(number % 180) for number in range(200)]
    serial = Desk(models)
    serial.control(champion)
    for each in messages:
        serial.decide([each])
    for at in range(0, len(messages), size):
        desk.decide(messages[at : at + size])
    assert desk.log == serial.log


def test_folding_the_log_reproduces_every_decision_and_then_decides_alike(desk, fresh):
    for at in range(0, 300, 50):
        desk.decide([message(number) for number in range(at, at + 50)], door=Door.RPC if at % 100 else Door.INBOUND)
    engine = fresh()
    proof = rebuild(engine, [desk.log[:7], desk.log[7:]], check=True)
    assert (proof.reproduced, proof.decisions, proof.differing) == (300, 300, [])
    both = [each.decide([message(1_000), message(5)], now_ms=NOW_MS, door=Door.RPC) for each in (desk.engine, engine)]
    assert both[0].encoded.text == both[1].encoded.text
    assert both[0].duplicates == both[1].duplicates


def test_a_tampered_decision_is_found_and_a_gap_is_refused(desk, fresh):
    desk.decide([message(number) for number in range(20)])
    tampered = [*desk.log]
    verdict = decode(tampered[9]).answer.verdict
    other = Verdict.DENY if verdict is not Verdict.DENY else Verdict.ALLOW
    tampered[9] = tampered[9].replace(b'"verdict":"%b"' % verdict.encode(), b'"verdict":"%b"' % other.encode())
    assert [n for n, _ in rebuild(fresh(), [tampered], check=True).differing] == [9]
    with pytest.raises(BrokenLog):
        rebuild(fresh(), [desk.log[:5] + desk.log[6:]])
    with pytest.raises(BrokenLog):
        rebuild(fresh(), [[*desk.log[:5], desk.log[4]]])


def test_a_what_if_changes_no_later_answer(desk, models, champion):
    other = Desk(models)
    other.control(champion)
    desk.decide([message(1)])
    other.decide([message(1)])
    hypothesis = what_if(desk.engine, message(2), now_ms=NOW_MS)
    assert hypothesis.answer.sequence is None
    assert hypothesis.features["amount_log"] > 0
    desk.decide([message(3), message(2)])
    other.decide([message(3), message(2)])
    assert desk.log == other.log


def test_an_engine_that_works_out_only_what_is_read_answers_as_one_that_works_out_all(desk, models, champion):
    other = Desk(models)
    assert other.control(champion) == []
    other.engine.features.ask(None)
    messages = [message(number, channel="cash" if number % 5 else "pix") for number in range(600)]
    ours = [desk.decide(messages[at : at + 100]) for at in range(0, 600, 100)]
    theirs = [other.decide(messages[at : at + 100]) for at in range(0, 600, 100)]
    assert desk.log == other.log
    assert [batch.flagged for batch in ours] == [batch.flagged for batch in theirs]
    assert any(batch.flagged for batch in ours)
    assert len(desk.engine.judge.columns) < len(desk.engine.catalogue)


def test_whatever_is_not_allowed_says_why_and_is_flagged(desk):
    risky = [message(4 * k, channel="cash", amount_minor=4_900_000, transaction_id=str(uuid.uuid4())) for k in range(400)]
    batch = desk.decide(risky)
    flagged = {row: msgspec.json.decode(found, type=FlaggedDecision) for row, found in batch.flagged}
    answers = [decode(record).answer for record in desk.log[1:]]
    assert set(flagged) == {row for row, answer in enumerate(answers) if answer.verdict is not Verdict.ALLOW}
    for row, found in flagged.items():
        assert found.answer == answers[row]
        assert 1 <= len(found.answer.reasons) <= 4
        assert len(found.stand_outs) <= 4
    assert any("cash_just_under_report" in found.answer.rules for found in flagged.values())
    let_through = [answer for answer in answers if answer.control_group]
    assert all(answer.verdict is Verdict.ALLOW and answer.rules for answer in let_through)


def test_only_the_latest_decisions_are_remembered_and_the_bound_is_kept(models, champion):
    desk = Desk(models)
    desk.engine = Engine(models=models, memory_rows=64)
    desk.control(champion)
    for at in range(0, 320, 32):
        desk.decide([message(number) for number in range(at, at + 32)])
    assert len(desk.engine.memory) <= 128
    assert len(desk.decide([message(number) for number in range(256, 320)]).duplicates) == 64
    assert desk.decide([message(0)]).duplicates == []


def event(content: dict, *, status: str = "posted", **more: object) -> bytes:
    return json.dumps(
        {
            "schema": 1, "event_id": str(uuid.uuid4()), "tenant_id": content["tenant_id"],
            "transfer_id": content["transaction_id"], "status": status, "purpose": "transfer", "occurred_at": NOW_MS,
            "amount_minor": content["amount_minor"], "currency": "BRL",
        } | more
    ).encode()  # fmt: skip


SIMULATED = {
    "verdict": "allow", "source": "simulated", "scored_at": NOW_MS, "valid_until": NOW_MS, "policy": "none",
    "feature_set": "none",
}  # fmt: skip


def test_history_is_adopted_once_with_its_outcome_and_folds_back(desk, fresh):
    history = [transaction(number) for number in range(100)]
    events = [event(each, transaction=each, answer=SIMULATED) for each in history]
    written = apply_ledger_events(desk.engine, [*events, *events], now_ms=NOW_MS)
    desk.log += [record for _, record in written.records]
    desk.decide([message(number) for number in range(50, 150)])
    proof = rebuild(fresh(), [desk.log], check=True)
    assert (proof.as_recorded, proof.outcomes, proof.reproduced, proof.differing) == (100, 100, 50, [])
    assert [decode(record).n for record in desk.log] == list(range(251))


def test_an_outcome_is_recorded_once_and_one_of_an_unknown_transfer_is_counted(desk):
    desk.decide([message(1)])
    events = [
        event(transaction(1), status="held"),
        event(transaction(1)),
        event(transaction(1), status="failed"),
        event(transaction(9)),
    ]
    records = [decode(record) for _, record in apply_ledger_events(desk.engine, events, now_ms=NOW_MS).records]
    assert [record.outcome for record in records] == ["posted"]
    assert desk.engine.counters.outcomes_unknown == 1


@pytest.mark.parametrize("value", [None, 0.0, 1.0, 0.5, 1e-06, 0.123456, 0.1234567, 1e-9, 0.1 + 0.2])
def test_a_packed_answer_loses_nothing(value):
    answer = Answer(
        verdict=Verdict.REVIEW, source=DecisionSource.STAND_IN, scored_at=1, valid_until=2, policy="p", feature_set="f",
        probability=value, anomaly=value, reasons=["a", "b"], truncated=True,
    )  # fmt: skip
    lexicon = Lexicon()
    assert columns.unpack(columns.pack(answer, lexicon), lexicon) == answer


def test_a_missing_entity_is_unknown_and_touches_no_state(desk):
    bare = dict.fromkeys(("customer_id", "account_id", "device_id", "payee_id", "mcc"))
    for number in range(3):
        features = what_if(desk.engine, message(number, **bare), now_ms=NOW_MS).features
        assert "customer_count_1h" not in features
        assert not np.isnan(features["amount_log"])
        desk.decide([message(number, **bare)])


def test_an_event_whose_transaction_no_door_would_let_in_is_refused_with_its_word(desk):
    bad = [
        transaction(1, currency="XXX"),
        transaction(2, event_time=2 * NOW_MS, known_at=2 * NOW_MS),
        transaction(3, transaction_id="-" * 36),
    ]
    events = [b"{", *(event(each, transaction=each, answer=SIMULATED) for each in bad), event(transaction(4))]
    good = transaction(5)
    written = desk.ledger([*events, event(good, transaction=good, answer=SIMULATED), b" " * 70_000])
    assert [(position, word) for position, word, _ in sorted(written.refused)] == [
        (0, "malformed"),
        (1, "wrong-currency"),
        (2, "far-future"),
        (3, "malformed"),
        (6, "oversized"),
    ]
    assert [decode(record).n for record in desk.log] == [0, 1, 2]
    assert (desk.engine.counters.refused, desk.engine.counters.outcomes_unknown) == (5, 4)
    assert desk.engine.tenants.names == [b"demo"]


def test_what_was_posted_as_another_intent_than_decided_is_refused_at_its_place(desk):
    desk.decide([message(1)])
    altered = transaction(1, amount_minor=5)
    written = desk.ledger([event(transaction(9)), event(altered, transaction=altered, answer=SIMULATED)])
    assert [(position, word) for position, word, _ in written.refused] == [(1, "altered-duplicate")]


STAND_IN = SIMULATED | {"source": "stand_in", "policy": "stand-in-1"}


@pytest.mark.parametrize(("hindsight", "flagged"), [("deny", 1), ("review", 1), ("allow", 0)])
def test_what_a_stand_in_allowed_and_the_scorer_would_not_have_is_flagged(desk, fresh, hindsight, flagged):
    thresholds = {"deny": (0.0, 0.0), "review": (0.0, 1.0), "allow": (1.0, 1.0)}[hindsight]
    policy = {
        "kind": "policy", "control_id": str(uuid.uuid4()), "known_at": NOW_MS, "version": "p", "review_from": thresholds[0],
        "deny_from": thresholds[1], "control_group_ppm": 0,
    }  # fmt: skip
    desk.control(json.dumps(policy).encode())
    stood_in = transaction(1)
    written = desk.ledger([event(stood_in, transaction=stood_in, answer=STAND_IN)])
    record = decode(desk.log[-2])
    found = [msgspec.json.decode(value, type=FlaggedDecision) for _, value in written.flagged]
    assert (record.answer.verdict, record.hindsight.verdict) == (Verdict.ALLOW, hindsight)
    assert [(each.n, each.answer.verdict, each.transaction) for each in found] == [
        (record.n, record.hindsight.verdict, record.transaction)
    ] * flagged
    assert all(each.answer.reasons[0] == "stand_in_allowed" and len(each.answer.reasons) <= 4 for each in found)
    assert rebuild(fresh(), [desk.log], check=True).as_recorded == 1
