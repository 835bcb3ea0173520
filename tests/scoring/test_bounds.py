"""What the engine forgets and what it does not let in: alike in the live engine and in every fold of its log."""

import json

import msgspec
import pytest

from contracts.decisions import Door, LogRecord, StartRecord
from contracts.transactions import MAX_CLOCK_SKEW_MS, Refusal
from scoring import controls, features
from scoring.engine import Engine
from scoring.facts import MAX_FACT_BYTES, apply_controls
from scoring.fold import BrokenLog, rebuild
from scoring.what_if import what_if
from tests.scoring.conftest import NOW_MS, Desk, message, transaction

decode = msgspec.json.Decoder(LogRecord).decode
ROWS = 50


def batches(records: list[bytes], size: int) -> list[list[bytes]]:
    return [records[at : at + size] for at in range(0, len(records), size)]


def known(engine: Engine, numbers: range) -> set[int]:
    pairs = [(b"demo", transaction(number)["transaction_id"].encode()) for number in numbers]
    return {number for number, row in zip(numbers, engine.find_all(pairs).rows.tolist(), strict=True) if row >= 0}


@pytest.mark.parametrize("live", [1, 7, 33, 128, 400])
@pytest.mark.parametrize("folded", [1, 29, 1_000])
def test_a_fold_forgets_what_the_live_engine_forgot_however_both_were_batched(models, live, folded):
    desk = Desk(models, memory_rows=ROWS)
    came = [number % 170 for number in range(0, 1_200, 3)]  # some come again within the horizon, some beyond it
    came = [number for pair in zip(came, came, strict=True) for number in pair]
    for batch in batches([message(number) for number in came], live):
        desk.decide(batch)
    again = Engine(models=models, memory_rows=ROWS)
    proof = rebuild(again, batches(desk.log, folded), check=True)
    assert proof.differing == []
    assert proof.decisions == len(desk.log) > 170
    assert known(again, range(170)) == known(desk.engine, range(170))
    assert ROWS <= len(desk.engine.memory) <= 2 * ROWS


def test_exactly_the_latest_rows_are_known_and_repetitions_take_no_room(models):
    desk = Desk(models, memory_rows=ROWS)
    desk.decide([message(number) for number in range(2 * ROWS)])
    for _ in range(5):
        assert len(desk.decide([message(number) for number in range(2 * ROWS)]).duplicates) == 2 * ROWS
    desk.decide([message(2 * ROWS)])
    assert known(desk.engine, range(2 * ROWS + 1)) == set(range(ROWS, 2 * ROWS + 1))


def test_a_batch_that_goes_past_the_horizon_still_answers_what_it_met(models):
    desk = Desk(models, memory_rows=10)
    desk.decide([message(number) for number in range(10)])
    first = decode(desk.log[3]).answer
    batch = desk.decide([message(3), *(message(number) for number in range(10, 45)), message(44), message(3, amount_minor=9)])
    assert batch.duplicates == [(0, first), (36, decode(desk.log[44]).answer)]
    assert batch.refused == []  # number 3 is forgotten by then, and decided anew
    assert batch.origin == [*range(1, 36), 37]


def test_the_horizon_of_each_start_is_in_the_log(models, fresh):
    desk = Desk(models)
    assert desk.start(memory_rows=ROWS) == decode(desk.log[0])
    desk.decide([message(number) for number in range(3 * ROWS)])
    second = desk.start(memory_rows=2 * ROWS)
    assert (second.epoch, second.n) == (1, 3 * ROWS + 1)
    desk.decide([message(number) for number in range(3 * ROWS, 9 * ROWS)])
    engine = fresh()
    proof = rebuild(engine, batches(desk.log, 64), check=True)
    assert (proof.starts, proof.differing, engine.epoch) == (2, [], 1)
    assert known(engine, range(9 * ROWS)) == known(desk.engine, range(9 * ROWS))


def test_two_scorers_in_one_epoch_are_a_broken_log(models, fresh):
    desk = Desk(models)
    desk.start(memory_rows=ROWS)
    desk.decide([message(1)])
    twin = StartRecord(epoch=0, n=2, started_at=NOW_MS, feature_set="x", memory_rows=ROWS)
    with pytest.raises(BrokenLog, match="epoch 0"):
        rebuild(fresh(), [[*desk.log, msgspec.json.encode(twin)]])


@pytest.mark.parametrize("door", list(Door)[:2])
def test_what_comes_from_the_future_is_refused_and_raises_no_watermark(desk, door):
    year_9000 = 221_845_392_000_000
    far = message(1, event_time=year_9000, known_at=year_9000)
    early = message(2, event_time=NOW_MS + MAX_CLOCK_SKEW_MS, known_at=NOW_MS + MAX_CLOCK_SKEW_MS)
    known_later = message(3, event_time=NOW_MS, known_at=NOW_MS + MAX_CLOCK_SKEW_MS + 1)
    batch = desk.decide([far, early, known_later, message(4, event_time=NOW_MS, known_at=NOW_MS)], door=door)
    assert [(origin, refusal.refusal) for origin, refusal in batch.refused] == [
        (0, Refusal.FAR_FUTURE),
        (2, Refusal.FAR_FUTURE),
    ]
    assert not any(decode(record).answer.late for record in desk.log[1:])
    assert len(desk.log) == 3


def test_history_may_be_decided_long_after_it_was_known(desk):
    batch = desk.decide([message(1, event_time=725_846_400_000, known_at=725_846_400_000)])
    assert batch.refused == []


def test_names_that_come_with_nothing_that_is_accepted_take_no_tenants_number(desk):
    future = {"event_time": 2 * NOW_MS, "known_at": 2 * NOW_MS}
    desk.decide([message(1, tenant_id="wrong-key"), message(2, tenant_id="future", **future)], keys=[b"demo", b"future"])
    hypothesis = what_if(desk.engine, message(3, tenant_id="asked"), now_ms=NOW_MS)
    assert hypothesis.answer.verdict
    desk.decide([message(4)])
    assert desk.engine.tenants.names == [b"demo"]


def test_a_hypothesis_of_a_tenant_that_was_never_met_follows_its_own_policy(desk):
    policy = {
        "kind": "policy", "control_id": "0" * 36, "known_at": NOW_MS, "version": "denies", "review_from": 0.0, "deny_from": 0.0,
        "control_group_ppm": 0, "tenant_id": "own",
    }  # fmt: skip
    desk.decide([message(number) for number in range(3)])
    assert desk.control(json.dumps(policy).encode()) == []
    own, other = (what_if(desk.engine, message(9, tenant_id=name), now_ms=NOW_MS).answer for name in ("own", "other"))
    assert (own.policy, own.verdict) == ("denies", "deny")
    assert other.policy == "policy-0"
    desk.decide([message(9, tenant_id="own"), message(10)])
    assert [decode(record).answer.policy for record in desk.log[-2:]] == ["denies", "policy-0"]


def profile(number: int, **values: float) -> bytes:
    return json.dumps(
        {
            "kind": "profile", "control_id": f"{number:036d}", "known_at": NOW_MS, "tenant_id": "demo", "entity": "customer",
            "entity_id": f"c{number}", "values": values or {"score": 1.0},
        }
    ).encode()  # fmt: skip


def test_controls_and_profiles_that_are_known_have_a_bound(models, monkeypatch):
    monkeypatch.setattr(controls, "MAX_CONTROLS_SEEN", 10)
    monkeypatch.setattr(features, "MAX_PROFILES", 4)
    engine = Engine(models=models)
    assert len(apply_controls(engine, [profile(number) for number in range(20)]).records) == 20
    assert [entity_id for _, _, entity_id in engine.features.profiles] == ["c16", "c17", "c18", "c19"]
    assert apply_controls(engine, [profile(number) for number in range(10, 20)]).records == []
    assert len(apply_controls(engine, [profile(0)]).records) == 1


def test_a_control_too_large_for_the_log_is_refused(models):
    engine = Engine(models=models)
    many = {f"value-{number}": 1.0 for number in range(65)}
    refused = apply_controls(engine, [profile(1, **many), b'{"x":"' + b"x" * MAX_FACT_BYTES + b'"}', profile(2)]).refused
    assert [(position, word) for position, word, _ in refused] == [(0, "unusable-control"), (1, "oversized")]
    assert engine.next_n == 1
