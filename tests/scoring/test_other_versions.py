"""A log that another version of the engine wrote: it is folded, loudly, and what was decided under what is gone stands."""

import json
import uuid

import msgspec
import pytest

from contracts.decisions import LogRecord
from scoring.engine import Engine
from scoring.fold import rebuild
from tests.scoring.conftest import NOW_MS, Desk, message

decode = msgspec.json.Decoder(LogRecord).decode


def policy(version: str, **more: object) -> dict:
    return {
        "kind": "policy", "control_id": str(uuid.uuid4()), "known_at": NOW_MS, "version": version, "review_from": 0.2,
        "deny_from": 0.9,
    } | more  # fmt: skip


def with_rule_that_is_gone(log: list[bytes]) -> list[bytes]:
    """The log as a version with one more rule would have written it."""
    return [record.replace(b'"enabled_rules":["device_shared"]', b'"enabled_rules":["gone_rule"]') for record in log]


def test_a_model_that_cannot_be_used_any_more_does_not_stop_the_fold(desk, tmp_path, capsys):
    desk.decide([message(number) for number in range(20)])
    engine = Engine(models=tmp_path)
    proof = rebuild(engine, [desk.log], check=True)
    assert (proof.controls, proof.unusable, proof.decisions) == (1, 1, 20)
    assert (proof.as_recorded, proof.incomparable, proof.differing) == (20, 20, [])
    assert "not in use" in capsys.readouterr().out
    assert "champion" in engine.obstacle
    duplicate = engine.decide([message(3)], now_ms=NOW_MS, door="rpc").duplicates[0][1]
    assert duplicate == decode(desk.log[4]).answer
    control = json.loads(desk.log[0])["control"]
    assert engine.controls.knows(msgspec.convert(control, type(decode(desk.log[0]).control)))


@pytest.mark.parametrize(("tenant", "incomparable"), [(None, 20), ("demo", 10)])
def test_a_policy_with_a_rule_that_is_gone_is_not_in_use_until_the_next_usable_one(desk, fresh, tenant, incomparable):
    named = {} if tenant is None else {"tenant_id": tenant}
    messages = [message(number, tenant_id="demo" if number % 2 else "other") for number in range(60)]
    desk.decide(messages[:20])
    assert desk.control(json.dumps(policy("old", enabled_rules=["device_shared"], **named)).encode()) == []
    desk.decide(messages[20:40])
    assert desk.control(json.dumps(policy("new", **named)).encode()) == []
    desk.decide(messages[40:])
    proof = rebuild(fresh(), [with_rule_that_is_gone(desk.log)], check=True)
    assert (proof.unusable, proof.incomparable, proof.differing) == (1, incomparable, [])
    assert proof.reproduced == 60 - incomparable


def test_decisions_over_another_feature_set_are_applied_as_recorded(desk, fresh):
    desk.decide([message(number) for number in range(20)])
    feature_set = decode(desk.log[1]).answer.feature_set.encode()
    older = [record.replace(feature_set, b"fs-older") for record in desk.log[:11]]
    proof = rebuild(fresh(), [older + desk.log[11:]], check=True)
    assert (proof.incomparable, proof.reproduced, proof.differing) == (10, 10, [])


def test_a_decision_that_was_changed_is_still_found_beside_them(models, champion, fresh):
    desk = Desk(models)
    desk.control(champion)
    desk.decide([message(number) for number in range(20)])
    changed = [*desk.log]
    changed[5] = changed[5].replace(b'"policy":"policy-0"', b'"policy":"policy-1"')
    assert [n for n, _ in rebuild(fresh(), [changed], check=True).differing] == [5]
