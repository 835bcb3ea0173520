"""Rules, segments and lists of tenants, changed by controls in mid traffic: live, folded from the log, and restored alike."""

import json
import uuid

import msgspec
import pytest

from bench.random_model import random_export
from contracts.decisions import DecisionRecord, LogRecord
from scoring.engine import Engine
from scoring.facts import apply_controls
from scoring.fold import rebuild
from tests.scoring.conftest import FIRST_EVENT_MS, NOW_MS, message
from tests.scoring.test_snapshot import assert_equal, restored

decode = msgspec.json.Decoder(LogRecord).decode
MINUTE_MS = 60_000
MULE = {"code": "mule", "when": "payee_id in lists.mules", "action": "deny", "sentence": "A mule", "mandatory": True}
LARGE = {"code": "large", "when": "amount_minor >= 250000", "action": "review", "sentence": "Large", "shadow": True}
TRUSTED = {"code": "trusted", "when": "customer_id in lists.trusted", "action": "allow", "sentence": "Known for years"}


def policy(*rules: dict, tenant: str | None = "demo", **more: object) -> bytes:
    content = {
        "kind": "policy", "control_id": str(uuid.uuid4()), "known_at": NOW_MS, "version": "policy-9", "review_from": 1.0,
        "deny_from": 1.0, "control_group_ppm": 0, "rules": list(rules), "tenant_id": tenant,
    }  # fmt: skip
    return json.dumps({name: value for name, value in (content | more).items() if value is not None}).encode()


def listed(list_id: str, *changes: dict, tenant: str = "demo") -> bytes:
    content = {"kind": "list", "control_id": str(uuid.uuid4()), "known_at": NOW_MS, "tenant_id": tenant, "list_id": list_id}
    return json.dumps(content | {"changes": list(changes)}).encode()


def answers(desk, *messages: bytes) -> list:
    """What each of new messages got, and the name of what was hit."""
    batch = desk.decide(list(messages))
    found = [decode(record).answer for record in batch.encoded.records()]
    assert len(found) == len(messages)
    return found


def test_a_value_counts_from_its_control_on_until_its_moment_and_for_its_tenant_alone(desk):
    assert desk.control(policy(MULE, tenant=None)) == []
    before = answers(desk, message(1, payee_id="p5"))
    until = FIRST_EVENT_MS + 3 * MINUTE_MS
    assert desk.control(listed("mules", {"value": "p5", "until": until}, {"value": "p6"})) == []
    first, edge, last, other, absent = answers(
        desk, message(2, payee_id="p5"), message(3, payee_id="p5"), message(4, payee_id="p6"),
        message(5, payee_id="p6", tenant_id="other"), message(6, payee_id=None),
    )  # fmt: skip
    assert [answer.verdict for answer in (*before, first, edge, last, other, absent)] == [
        "allow", "deny", "allow", "deny", "allow", "allow",
    ]  # fmt: skip
    assert (first.rules, first.reasons[0]) == (["mule"], "mule")
    assert desk.control(listed("mules", {"value": "p6", "removed": True})) == []
    assert [answer.verdict for answer in answers(desk, message(7, payee_id="p6"))] == ["allow"]


def test_a_shadow_rule_is_named_in_the_decision_and_stops_nothing(desk):
    desk.control(policy(LARGE, tenant="demo"))
    large, small = answers(desk, message(1, amount_minor=250_000), message(2, amount_minor=249_999))
    assert (large.verdict, large.rules, large.shadow_rules) == ("allow", [], ["large"])
    assert (small.verdict, small.shadow_rules) == ("allow", [])


def test_who_is_trusted_is_not_asked_by_the_model_but_by_other_rules(desk):
    desk.control(policy(TRUSTED, MULE, tenant="demo", review_from=0.0))
    desk.control(listed("trusted", {"value": "c000001"}))
    desk.control(listed("mules", {"value": "p5"}))
    known, stranger, caught = answers(
        desk, message(1, customer_id="c000001"), message(2, customer_id="c000002"),
        message(3, customer_id="c000001", payee_id="p5"),
    )  # fmt: skip
    assert [(answer.verdict, answer.rules) for answer in (known, stranger, caught)] == [
        ("allow", ["trusted"]), ("review", []), ("deny", ["trusted", "mule"]),
    ]  # fmt: skip


def test_a_challenger_is_scored_beside_the_champion_and_decides_nothing(desk, models, export, champion, fresh):
    other = random_export(models, trees=10, isolation_trees=10, version=2, seed=7)
    plain = [message(number) for number in range(50)]
    usual = answers(desk, *plain)[-1].probability
    half = policy(MULE, tenant=None, review_from=usual, deny_from=1.0)
    desk.control(half)
    control = json.loads(champion) | {"control_id": str(uuid.uuid4()), "version": 2, "export_sha256": other}
    assert desk.control(json.dumps(control | {"alias": "challenger"}).encode()) == []
    tried = answers(desk, *(message(number) for number in range(100, 200)))
    assert {answer.model for answer in tried} == {"random-1"}
    assert {answer.challenger for answer in tried} == {"random-2"}

    alone = Engine(models=models, memory_rows=10_000)
    apply_controls(alone, [champion])
    alone.decide(plain, now_ms=NOW_MS, door="inbound")
    apply_controls(alone, [half, json.dumps(control | {"control_id": str(uuid.uuid4())}).encode()])
    batch = alone.decide([message(number) for number in range(100, 200)], now_ms=NOW_MS, door="inbound")
    theirs = [decode(record).answer for record in batch.encoded.records()]
    assert [answer.challenger_probability for answer in tried] == [answer.probability for answer in theirs]
    assert [answer.challenger_verdict for answer in tried] == [answer.verdict for answer in theirs]
    assert any(answer.challenger_probability != answer.probability for answer in tried)

    proof = rebuild(fresh(), [desk.log], check=True)
    assert (proof.reproduced, proof.differing) == (150, [])
    assert desk.control(json.dumps(control | {"control_id": str(uuid.uuid4())}).encode()) == []
    [crowned] = answers(desk, message(300))
    assert (crowned.model, crowned.challenger, crowned.challenger_probability) == ("random-2", None, None)


def test_tenants_in_one_batch_are_each_under_their_own_policy(desk):
    desk.control(policy(MULE, tenant="one", version="policy-1"))
    desk.control(policy(dict(LARGE, shadow=False), tenant="two", version="policy-2"))
    for tenant in ("one", "two", "three"):
        desk.control(listed("mules", {"value": "p5"}, tenant=tenant))
    mixed = [
        message(number, tenant_id=tenant, payee_id="p5", amount_minor=300_000)
        for number, tenant in enumerate(("one", "two", "three", "two", "one"))
    ]
    found = answers(desk, *mixed)
    assert [(answer.policy, answer.rules) for answer in found if answer.policy != "policy-0"] == [
        ("policy-1", ["mule"]), ("policy-2", ["large"]), ("policy-2", ["large"]), ("policy-1", ["mule"]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        policy(dict(MULE, when="no_such_feature > 1")),
        policy(dict(MULE, when="payee_id in lists.mules &&")),
        policy(MULE, deny_from=0.5),
        policy(MULE, segments=[{"code": "s", "when": "amount_minor", "review_from": 0.1, "deny_from": 0.2}]),
    ],
)
def test_a_policy_that_cannot_be_followed_is_refused_and_changes_nothing(desk, wrong):
    before = answers(desk, message(1))
    [(position, word, _)] = desk.control(wrong)
    assert (position, word) == (0, "unusable-control")
    assert [answer.policy for answer in answers(desk, message(2))] == [answer.policy for answer in before]


def test_the_log_reproduces_decisions_made_while_policies_and_lists_changed(desk, fresh):
    desk.control(policy(MULE, TRUSTED, LARGE, tenant=None, review_from=0.3))
    for number in range(0, 300, 30):
        desk.decide([message(at, tenant_id=("demo", "other")[at % 2]) for at in range(number, number + 30)])
        tenant = ("demo", "other")[number // 30 % 2]
        desk.control(listed("mules", {"value": f"p{number % 13}"}, {"value": f"p{number % 7}", "removed": True}, tenant=tenant))
        desk.control(policy(MULE, LARGE, tenant=tenant, version=f"policy-{number}", review_from=0.5))
    engine = fresh()
    proof = rebuild(engine, [desk.log[:97], desk.log[97:]], check=True)
    assert (proof.reproduced, proof.differing) == (300, [])
    assert any(decode(record).answer.rules for record in desk.log if b'"record":"decision"' in record)
    assert engine.lists.values == desk.engine.lists.values
    assert_equal(desk.engine, restored(desk.engine, fresh()))


def test_an_engine_that_was_restored_goes_on_with_the_same_lists(desk, fresh):
    desk.control(policy(MULE))
    desk.control(listed("mules", {"value": "p5"}))
    again: Engine = restored(desk.engine, fresh())
    batches = [
        engine.decide([message(1, payee_id="p5"), message(2, payee_id="p6")], now_ms=NOW_MS, door="inbound")
        for engine in (desk.engine, again)
    ]
    told = [[decode(record) for record in batch.encoded.records()] for batch in batches]
    assert told[0] == told[1]
    assert [record.answer.verdict for record in told[0] if isinstance(record, DecisionRecord)] == ["deny", "allow"]
