"""Changes while traffic flows: another model, and a later version with other features that takes over from a running scorer."""

import itertools
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from bench.random_model import random_export
from contracts.topics import CONTROLS, INBOUND_TRANSACTIONS
from feature_store.definitions import FEATURE_SET, feature_set_of
from kit.plain_http import NO_TLS
from tests.streams.scorer import next_version
from tests.streams.scorer.conftest import EVENT_TIME_MS, Scorer, transaction

pytestmark = pytest.mark.servers
PART = 500


def model_control(sha256: str, *, version: int) -> dict:
    return {
        "kind": "model", "control_id": str(uuid.uuid4()), "known_at": EVENT_TIME_MS, "alias": "champion", "name": "random",
        "version": version, "export_sha256": sha256,
    }  # fmt: skip


def policy_control(tenant_id: str, *, version: str, **more: object) -> dict:
    return {
        "kind": "policy", "control_id": str(uuid.uuid4()), "known_at": EVENT_TIME_MS, "version": version,
        "tenant_id": tenant_id, "review_from": 1.0, "deny_from": 1.0, "control_group_ppm": 0, **more,
    }  # fmt: skip


class Traffic:
    """Messages and requests without an end, and what the requests were answered."""

    def __init__(self, traffic, first: int) -> None:
        self.url = ""
        self.sent: set[str] = set()
        self.answered: dict[str, dict] = {}
        self._traffic, self._numbers = traffic, itertools.count(first)
        self._stop = threading.Event()

    @contextmanager
    def flowing(self, scorer: Scorer) -> Iterator["Traffic"]:
        self.url = scorer.url("/score")
        threads = [threading.Thread(target=self._ask), threading.Thread(target=self._send)]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def _ask(self) -> None:
        with httpx.Client(verify=NO_TLS, timeout=2) as client:
            while not self._stop.is_set():
                asked = transaction(next(self._numbers))
                try:
                    answer = client.post(self.url, json=asked)
                except httpx.TransportError:
                    continue
                if answer.status_code == 200:
                    self.answered[asked["transaction_id"]] = answer.json()

    def _send(self) -> None:
        while not self._stop.is_set():
            some = [transaction(next(self._numbers)) for _ in range(PART)]
            self._traffic.send(INBOUND_TRANSACTIONS, some)
            self.sent |= {each["transaction_id"] for each in some}


def check_log(scorer: Scorer, flow: Traffic, eventually) -> list[dict]:
    """Each message has one decision, the numbers have no gap, what was answered is what is written. Return the answers."""
    eventually(
        lambda: flow.sent <= {r["transaction"]["transaction_id"] for r in scorer.decisions()}, what="every message decided"
    )
    records = scorer.records()
    decisions = [record for record in records if record["record"] == "decision"]
    decided = [record["transaction"]["transaction_id"] for record in decisions]
    assert len(decided) == len(set(decided))
    assert [record["n"] for record in records] == list(range(len(records)))
    written = {record["transaction"]["transaction_id"]: record["answer"] for record in decisions}
    assert all(written[each] == answer for each, answer in flow.answered.items() if each in written)
    return [record["answer"] for record in decisions]


def changes(values: list) -> list:
    """The values in order, each run of the same ones once."""
    return [value for value, _ in itertools.groupby(values)]


def test_a_model_is_changed_while_traffic_flows(scorer, environment, traffic, eventually):
    second = random_export(Path(environment["BAAS_VAR"]) / "models", trees=20, isolation_trees=20, version=2, seed=2)
    with Traffic(traffic, 1_000_000).flowing(scorer) as flow:
        eventually(lambda: len(flow.answered) > 50 and len(flow.sent) >= PART, what="traffic before the change")
        traffic.send(CONTROLS, [model_control(second, version=2)])
        eventually(lambda: "random-2" in {each.get("model") for each in list(flow.answered.values())}, what="the second model")
        before = len(flow.answered)
        eventually(lambda: len(flow.answered) > before + 50, what="traffic after the change")
    answers = check_log(scorer, flow, eventually)
    models = [answer["model"] for answer in answers if answer["source"] == "scorer"]
    assert changes(models) == ["random-1", "random-2"]
    assert scorer.folded()[1].differing == []


def test_policies_and_lists_are_changed_while_traffic_flows(scorer, traffic, eventually):
    sample = transaction(0)
    tenant, payee = sample["tenant_id"], sample["payee_id"]
    rule = {"code": "listed", "when": "payee_id in lists.mules", "action": "deny", "sentence": "Listed"}
    changed = {
        "kind": "list", "control_id": str(uuid.uuid4()), "known_at": EVENT_TIME_MS, "tenant_id": tenant, "list_id": "mules",
        "changes": [{"value": payee}],
    }  # fmt: skip
    stages = (
        ("the policy", policy_control(tenant, version="policy-1", rules=[rule]), lambda each: each["policy"] == "policy-1"),
        ("the list", changed, lambda each: "listed" in each.get("rules", [])),
        ("the way back", policy_control(tenant, version="policy-2", rules=[]), lambda each: each["policy"] == "policy-2"),
    )
    with Traffic(traffic, 3_000_000).flowing(scorer) as flow:
        eventually(lambda: len(flow.answered) > 50 and len(flow.sent) >= PART, what="traffic before the change")
        for what, control, holds in stages:
            traffic.send(CONTROLS, [control])
            eventually(lambda holds=holds: any(map(holds, list(flow.answered.values()))), what=what)
    answers = check_log(scorer, flow, eventually)
    mine = [answer for answer in answers if answer["sequence"]["epoch"] == answers[-1]["sequence"]["epoch"]]
    assert changes([answer["policy"] for answer in mine])[-2:] == ["policy-1", "policy-2"]
    hit = [answer for answer in answers if "listed" in answer.get("rules", [])]
    assert hit
    assert {(answer["policy"], answer["verdict"]) for answer in hit} == {("policy-1", "deny")}
    assert scorer.folded()[1].differing == []


def test_a_later_version_takes_over_from_a_running_scorer_which_then_ends(
    scorer, kafka, start_for_module, environment, traffic, eventually
):
    models = Path(environment["BAAS_VAR"]) / "models"
    theirs = random_export(models, trees=20, isolation_trees=20, version=3, seed=3, catalogue=next_version.CATALOGUE)
    later = Scorer(kafka, start_for_module, models, module="tests.streams.scorer.next_version")
    with Traffic(traffic, 2_000_000).flowing(scorer) as flow:
        eventually(lambda: len(flow.answered) > 50 and len(flow.sent) >= PART, what="traffic before the change")
        later.start()
        eventually(lambda: scorer.process.ended is not None, what="the earlier version to end", within_s=120)
        traffic.send(CONTROLS, [model_control(theirs, version=3)])
        flow.url = later.url("/score")
        eventually(later.is_ready, what="the later version to be ready", within_s=120)
        eventually(lambda: "random-3" in {each.get("model") for each in list(flow.answered.values())}, what="its own model")
    assert scorer.process.ended == 1
    answers = check_log(later, flow, eventually)
    ours, next_ones = FEATURE_SET, feature_set_of(next_version.CATALOGUE)
    assert changes([answer["feature_set"] for answer in answers]) == [ours, next_ones]
    assert changes([answer["sequence"]["epoch"] for answer in answers]) == sorted({a["sequence"]["epoch"] for a in answers})
    proof = later.folded()[1]
    assert (proof.differing, proof.decisions) == ([], len(answers))
    assert 0 < proof.reproduced < len(answers)
    assert later.process.terminate() == 0
