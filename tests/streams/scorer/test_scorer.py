"""The scorer as it runs: both doors, kills, refusals, facts of our own ledger; always judged by the committed log."""

import hashlib
import json
import threading
import uuid

import httpx
import pytest

from contracts.topics import BANKING_TRANSACTIONS, CONTROLS, INBOUND_TRANSACTIONS, LABELS
from kit.kafka import MAX_REFUSED_VALUE_BYTES, producer, topic_name
from kit.plain_http import NO_TLS
from tests.http import http
from tests.streams.scorer.conftest import EVENT_TIME_MS, transaction

pytestmark = pytest.mark.servers


def ids(records: list[dict]) -> list[str]:
    return [record["transaction"]["transaction_id"] for record in records]


def counted(scorer, metric: str) -> float:
    """What the scorer's process has counted so far."""
    lines = http.get(f"http://127.0.0.1:{scorer.health_port}/metrics").text.splitlines()
    return next(float(line.removeprefix(metric)) for line in lines if line.startswith(f"{metric} "))


def test_each_bad_message_ends_in_the_dlq_with_its_word(scorer, traffic, eventually):
    good = transaction(1_000)
    bad = {
        b"{not json": "malformed",
        json.dumps(good | {"unknown_field": 1}).encode(): "malformed",
        json.dumps(transaction(1_001, source="x" * 9_000)).encode(): "oversized",
        json.dumps(transaction(1_002, schema=2)).encode(): "unknown-version",
        json.dumps(transaction(1_003, currency="XXX")).encode(): "wrong-currency",
        json.dumps(transaction(1_004, amount_minor=-5)).encode(): "bad-amount",
        json.dumps(transaction(1_005, amount_minor=0)).encode(): "bad-amount",
        json.dumps(transaction(1_006, known_at=EVENT_TIME_MS)).encode(): "far-future",
        json.dumps(transaction(1_007, tenant_id="other")).encode(): "wrong-tenant",
        json.dumps(good | {"amount_minor": 1}).encode(): "altered-duplicate",
    }
    traffic.send(INBOUND_TRANSACTIONS, [good, good, *bad, transaction(1_008)])
    found = {value: headers["reason"].decode() for value, headers in traffic.dlq(INBOUND_TRANSACTIONS, at_least=len(bad))}
    assert found == bad
    eventually(lambda: transaction(1_008)["transaction_id"] in ids(scorer.decisions()), what="the stream to go on")
    assert ids(scorer.decisions()).count(good["transaction_id"]) == 1


def test_a_message_as_large_as_the_broker_takes_is_refused_and_the_stream_goes_on(scorer, kafka, traffic, eventually):
    large = json.dumps(transaction(1_100, source="x" * 2_050_000)).encode()
    sink = producer(kafka, client="large", **{"message.max.bytes": 2_097_000})
    sink.produce(topic_name(kafka, INBOUND_TRANSACTIONS), large, b"demo" + b"k" * 30_000)
    assert sink.flush(30) == 0
    traffic.send(INBOUND_TRANSACTIONS, [transaction(1_101)])
    eventually(lambda: transaction(1_101)["transaction_id"] in ids(scorer.decisions()), what="the stream to go on")
    kept = {headers["value_bytes"]: (value, headers) for value, headers in traffic.dlq(INBOUND_TRANSACTIONS, at_least=11)}
    value, headers = kept[b"%d" % len(large)]
    assert (value, headers["reason"]) == (large[:MAX_REFUSED_VALUE_BYTES], b"oversized")
    assert headers["value_sha256"].decode() == hashlib.sha256(large).hexdigest()


def test_a_card_number_does_not_reach_the_dlq_or_the_log(scorer, traffic):
    sent = json.dumps(transaction(1_200, card_number="4111111111111111", channel="4000 0000 0000 0002")).encode()
    traffic.send(INBOUND_TRANSACTIONS, [sent])
    hidden = sent.replace(b"411111111111", b"*" * 12).replace(b"4000 0000 0000 ", b"**** **** **** ")
    found = dict(traffic.dlq(INBOUND_TRANSACTIONS, at_least=12))
    assert "value_sha256" not in found[hidden]
    assert b"4000 0000" not in b"".join(found[hidden].values())
    assert "4000 0000" not in scorer.process.output()


def test_a_request_gets_the_answer_that_the_log_then_holds(scorer, eventually):
    asked = transaction(2_000)
    first = scorer.score(asked)
    again = scorer.score(asked)
    altered = scorer.score(asked | {"amount_minor": 77})
    refused = scorer.score(asked | {"currency": "XXX"})
    assert (first.status_code, again.json()) == (200, first.json())
    assert (altered.status_code, altered.json()["refusal"]) == (409, "altered-duplicate")
    assert (refused.status_code, refused.json()["refusal"]) == (422, "wrong-currency")
    eventually(lambda: asked["transaction_id"] in ids(scorer.decisions()), what="the decision in the log")
    record = next(r for r in scorer.decisions() if r["transaction"]["transaction_id"] == asked["transaction_id"])
    assert (record["door"], record["answer"], record["transaction"]) == ("rpc", first.json(), asked)


def test_a_batch_of_requests_is_answered_in_order_and_a_what_if_changes_nothing(scorer):
    items = [transaction(3_000), {"schema": 1}, transaction(3_001)]
    before = scorer.what_if(transaction(3_002)).json()
    answers = http.post(scorer.url("/score/batch"), json=items).json()
    assert [list(answer) for answer in answers] == [["answer"], ["refusal", "detail"], ["answer"]]
    assert answers[1]["refusal"] == "malformed"
    assert scorer.what_if(transaction(3_002)).status_code == 200
    assert before["answer"].get("sequence") is None
    assert scorer.score(transaction(3_002)).json()["source"] == "scorer"


def test_no_kill_loses_repeats_or_changes_a_decision(scorer, traffic, eventually):
    wanted: set[str] = set()
    answered: dict[str, dict] = {}
    stop = threading.Event()

    def ask() -> None:
        number = 50_000
        with httpx.Client(verify=NO_TLS, timeout=2) as client:
            while not stop.is_set():
                number += 1
                asked = transaction(number)
                try:
                    answer = client.post(scorer.url("/score"), json=asked)
                except httpx.TransportError:
                    continue
                if answer.status_code == 200:
                    answered[asked["transaction_id"]] = answer.json()

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        for round_number in range(3):
            sent = [transaction(10_000 + round_number * 5_000 + k) for k in range(5_000)]
            wanted |= {each["transaction_id"] for each in sent}
            traffic.send(INBOUND_TRANSACTIONS, sent)
            passed = len(answered) + 20
            eventually(lambda passed=passed: len(answered) > passed, what="requests between the kills")
            scorer.process.kill()
            scorer.start()
            eventually(scorer.is_ready, what="the scorer to be ready again", within_s=60)
        passed = len(answered) + 20
        eventually(lambda: len(answered) > passed, what="requests after the last kill")
    finally:
        stop.set()
        asking.join()
    eventually(lambda: wanted <= set(ids(scorer.decisions())), what="every message decided")
    assert scorer.process.terminate() == 0

    records = scorer.records()
    decided = ids([record for record in records if record["record"] == "decision"])
    assert len(decided) == len(set(decided))
    assert [record["n"] for record in records] == list(range(len(records)))
    epochs = [record["epoch"] for record in records]
    assert epochs == sorted(epochs)
    _, proof = scorer.folded()
    assert proof.differing == []
    assert proof.reproduced + proof.as_recorded == proof.decisions == len(decided)
    in_log = {r["transaction"]["transaction_id"]: r["answer"] for r in records if r["record"] == "decision"}
    assert all(in_log[key] == answer for key, answer in answered.items() if key in in_log)


def ledger_event(content: dict, *, status: str = "posted", answer: dict | None = None) -> dict:
    event = {
        "schema": 1, "event_id": str(uuid.uuid4()), "tenant_id": "demo", "transfer_id": content["transaction_id"],
        "status": status, "purpose": "transfer", "occurred_at": EVENT_TIME_MS, "amount_minor": content["amount_minor"],
        "currency": "BRL", "door": "rpc",
    }  # fmt: skip
    return event | ({"transaction": content, "answer": answer} if answer else {})


def test_what_the_ledger_says_is_adopted_overrides_and_ends_decisions(scorer, traffic, eventually):
    lost, stood_in, kept = transaction(70_001), transaction(70_002), transaction(70_003)
    answer = scorer.score(kept).json()
    elsewhere = answer | {"verdict": "review", "reasons": ["model_score"], "probability": 0.1234567891234}
    stand_in = {
        "verdict": "allow", "source": "stand_in", "scored_at": EVENT_TIME_MS, "valid_until": EVENT_TIME_MS + 1,
        "policy": "stand-in", "feature_set": "none",
    }  # fmt: skip
    events = [
        ledger_event(lost, status="held", answer=elsewhere),
        ledger_event(lost, status="posted", answer=elsewhere),
        ledger_event(stood_in, answer=stand_in),
        ledger_event(kept, status="denied", answer=answer | {"verdict": "deny"}),
    ]
    traffic.send(BANKING_TRANSACTIONS, [*events, *events[1:]])

    def of(content: dict, kind: str) -> list[dict]:
        return [
            record
            for record in scorer.records()
            if record["record"] == kind
            and (record.get("transaction_id") or record["transaction"]["transaction_id"]) == content["transaction_id"]
        ]

    eventually(lambda: of(kept, "outcome"), what="the last outcome")
    adopted = of(lost, "decision")
    assert [(r["door"], r["adopted"], r["answer"]) for r in adopted] == [("ledger", True, elsewhere)]
    assert of(stood_in, "decision")[0]["hindsight"]["source"] == "scorer"
    assert [r["answer"]["verdict"] for r in of(kept, "override")] == ["deny"]
    assert [[r["outcome"] for r in of(each, "outcome")] for each in (lost, stood_in, kept)] == [
        ["posted"],
        ["posted"],
        ["denied"],
    ]
    assert scorer.score(kept).json()["verdict"] == "deny"
    assert scorer.folded()[1].differing == []


def test_a_control_that_cannot_be_followed_is_refused_and_a_policy_is_followed(scorer, traffic, eventually):
    policy = {
        "kind": "policy", "control_id": str(uuid.uuid4()), "known_at": EVENT_TIME_MS, "version": "everything-denied",
        "review_from": 0.0, "deny_from": 0.0, "control_group_ppm": 0,
    }  # fmt: skip
    crossed = policy | {"control_id": str(uuid.uuid4()), "review_from": 0.9}
    missing = {
        "kind": "model", "control_id": str(uuid.uuid4()), "known_at": EVENT_TIME_MS, "alias": "champion", "name": "gone",
        "version": 9, "export_sha256": "0" * 64,
    }  # fmt: skip
    traffic.send(CONTROLS, [crossed, missing, policy, policy])
    eventually(lambda: scorer.what_if(transaction(80_000)).json()["answer"]["policy"] == "everything-denied", what="the policy")
    assert scorer.score(transaction(80_001)).json()["verdict"] == "deny"
    reasons = [headers["reason"] for _, headers in traffic.dlq(CONTROLS, at_least=2)]
    assert reasons == [b"unusable-control", b"unusable-control"]
    eventually(
        lambda: sum(r["record"] == "control" and r["control"]["kind"] == "policy" for r in scorer.records()) == 1,
        what="one policy control in the log",
    )


def test_a_ledger_event_that_cannot_be_used_is_refused_and_an_unknown_outcome_counted(scorer, traffic, eventually):
    decided = transaction(90_001)
    answer = scorer.score(decided).json()
    altered = decided | {"amount_minor": decided["amount_minor"] + 1}
    unreadable = transaction(90_002, currency="XXX")
    events = [
        b'{"schema":1}',
        ledger_event(altered, answer=answer),
        ledger_event(unreadable, answer=answer) | {"currency": "BRL"},
        ledger_event(transaction(90_003)),
    ]
    unknown_before = counted(scorer, "baas_scorer_unknown_outcomes_total")
    traffic.send(BANKING_TRANSACTIONS, events)
    refused = traffic.dlq(BANKING_TRANSACTIONS, at_least=3)
    assert {headers["reason"] for _, headers in refused} == {b"malformed", b"altered-duplicate", b"wrong-currency"}
    assert {value for value, _ in refused} == {
        each if isinstance(each, bytes) else json.dumps(each).encode() for each in events[:3]
    }
    assert counted(scorer, "baas_scorer_unknown_outcomes_total") == unknown_before + 2
    assert counted(scorer, 'baas_scorer_refused_total{door="ledger",reason="wrong-currency"}') == 1


def test_what_turned_out_is_in_the_log_and_known_to_what_is_decided_afterwards(scorer, traffic, eventually):
    fraud = transaction(92_000, payee_id="p-fraud")
    scorer.score(fraud)
    label = {
        "schema": 1, "label_id": str(uuid.uuid4()), "tenant_id": "demo", "transaction_id": fraud["transaction_id"],
        "fraud": True, "kind": "social_pressure", "known_at": fraud["known_at"], "source": "test",
    }  # fmt: skip
    bad = [b"{", json.dumps(label | {"tenant_id": "other"}).encode(), json.dumps(label | {"fraud": "yes"}).encode()]
    traffic.send(LABELS, [*bad, label])
    eventually(lambda: label in [r["label"] for r in scorer.records() if r["record"] == "label"], what="the label in the log")
    assert [headers["reason"] for _, headers in traffic.dlq(LABELS, at_least=3)] == [
        b"malformed",
        b"wrong-tenant",
        b"malformed",
    ]
    scorer.score(transaction(92_001))
    eventually(lambda: transaction(92_001)["transaction_id"] in ids(scorer.decisions()), what="the decision in the log")
    assert scorer.what_if(transaction(92_002, payee_id="p-fraud")).json()["features"]["payee_frauds_7d"] == 1
    scorer.process.kill()
    scorer.start()
    eventually(scorer.is_ready, what="the scorer to be ready again", within_s=60)
    assert scorer.what_if(transaction(92_002, payee_id="p-fraud")).json()["features"]["payee_frauds_7d"] == 1
    assert [r["label"] for r in scorer.records() if r["record"] == "label"] == [label]
    _, proof = scorer.folded()
    assert (proof.labels, proof.differing) == (1, [])


def test_every_start_has_an_epoch_of_its_own_even_when_the_one_before_died_at_once(scorer, eventually):
    epochs = []
    for number in range(2):
        scorer.process.kill()
        scorer.start()
        eventually(scorer.is_ready, what="the scorer to be ready again", within_s=60)
        epochs.append(scorer.score(transaction(95_000 + number)).json()["sequence"]["epoch"])
    assert epochs[0] < epochs[1]
    records = scorer.records()
    starts = [record for record in records if record["record"] == "start"]
    assert [record["epoch"] for record in starts] == list(range(len(starts)))
    for record in starts:
        assert record == next(each for each in records if each["epoch"] == record["epoch"])
