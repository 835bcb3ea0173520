"""A restored engine is the engine that a fold of the whole log gives, in all that it is and in what it decides next."""

import json
import uuid
from collections.abc import Callable

import msgspec
import numpy as np
import pytest

from scoring.engine import Engine
from scoring.features import Bounds
from scoring.fold import Fold, rebuild
from scoring.snapshot import Facts, SnapshotUnfit, arrays, describe, restore
from scoring.tenants import MAX_TENANTS
from tests.scoring.conftest import NOW_MS, Desk, message, transaction
from tests.scoring.test_bounds import profile
from tests.scoring.test_engine import SIMULATED, STAND_IN, event

ROWS = 300
DAY_MS = 86_400_000
BATCH = 64


def policy(version: str, **more: object) -> bytes:
    return json.dumps(
        {
            "kind": "policy", "control_id": str(uuid.uuid4()), "known_at": NOW_MS, "version": version, "review_from": 0.2,
            "deny_from": 0.9,
        } | more
    ).encode()  # fmt: skip


def some(number: int) -> bytes:
    """Traffic of three tenants, with late ones, repetitions and ids that are missing."""
    changes: dict[str, object] = {"tenant_id": ("demo", "other", "third")[number % 3]}
    if number % 11 == 0:
        changes["event_time"] = transaction(number)["event_time"] - 30 * 3_600_000
    if number % 7 == 0:
        changes["device_id"] = None
    return message(number, **changes)


def label(number: int, *, days: int) -> dict:
    """What turned out about some of the traffic: known as many days after it."""
    of = json.loads(some(number))
    return {
        "schema": 1, "label_id": str(uuid.uuid4()), "tenant_id": of["tenant_id"], "transaction_id": of["transaction_id"],
        "fraud": number % 3 > 0, "kind": "unspecified", "known_at": of["known_at"] + days * DAY_MS, "source": "test",
    }  # fmt: skip


def restored(source: Engine, target: Engine) -> Engine:
    """As through a file: facts through JSON, arrays by copy."""
    facts = describe(source)
    kept = {name: part.copy() for name, part in arrays(source, facts).items()}

    def fill(targets: dict) -> None:
        assert targets.keys() == kept.keys()
        for name, part in targets.items():
            assert part.flags.c_contiguous
            assert (part.shape, part.dtype) == (kept[name].shape, kept[name].dtype)
            part[...] = kept[name]

    restore(target, msgspec.json.decode(msgspec.json.encode(facts), type=Facts), fill)
    return target


def assert_equal(one: Engine, other: Engine) -> None:
    facts, theirs = describe(one), describe(other)
    for name in Facts.__struct_fields__:
        assert getattr(facts, name) == getattr(theirs, name), name
    kept, found = arrays(one, facts), arrays(other, theirs)
    assert kept.keys() == found.keys()
    for name, part in kept.items():
        assert np.array_equal(part, found[name]), name
    assert one.tenants.names == other.tenants.names
    assert one.tenants.known == other.tenants.known
    assert one.obstacle == other.obstacle
    assert one.features.state.stats() == other.features.state.stats()
    assert one.features.state.usage() == other.features.state.usage()


@pytest.fixture
def busy(models, champion) -> Desk:
    """A log with every kind of record, over more decisions than are remembered."""
    desk = Desk(models)
    desk.start(memory_rows=ROWS)
    assert desk.control(champion) == []
    for at in range(0, 1_280, BATCH):
        desk.decide([some(number) for number in range(at, at + BATCH)])
        if at % (4 * BATCH) == 0:
            assert desk.control(policy(f"p{at}", **({"tenant_id": "other"} if at else {}))) == []
            assert desk.control(profile(at, score=at / 7)) == []
        if at % (5 * BATCH) == 0:
            taken = [json.loads(some(number)) for number in range(at, at + 10)]
            adopted = [transaction(100_000 + at + number) for number in range(10)]
            desk.ledger([event(each) for each in taken])
            desk.ledger([event(each, transaction=each, answer=SIMULATED) for each in adopted])
            desk.ledger([event(taken[3], transaction=taken[3], answer=STAND_IN)])
        if at % (3 * BATCH) == 0:
            desk.tell([label(number, days=days) for number in range(at, at + 9) for days in (0, 1_000)])
        if at == 640:
            desk.start(memory_rows=2 * ROWS)
    return desk


def parts_of(log: list[bytes], cut: int, size: int = 50) -> tuple[list[list[bytes]], list[list[bytes]]]:
    before = [log[at : min(at + size, cut)] for at in range(0, cut, size)]
    after = [log[at : at + size] for at in range(cut, len(log), size)]
    return before, after


def test_a_snapshot_and_the_rest_of_the_log_give_the_engine_that_the_whole_log_gives(busy, fresh):
    cut = len(busy.log) * 2 // 3
    before, after = parts_of(busy.log, cut)
    whole, half = fresh(), fresh()
    rebuild(whole, [*before, *after])
    rebuild(half, before)
    again = restored(half, fresh())
    assert_equal(half, again)
    assert len(again.labels) > 20
    proof = rebuild(again, after, check=True)
    assert (proof.differing, proof.incomparable) == ([], 0)
    assert proof.reproduced > 100
    checked = fresh()
    rebuild(checked, [*before, *after], check=True)
    assert_equal(whole, fresh_fold(fresh, before, after))
    assert_same_future(busy, [whole, again, checked])


def fresh_fold(fresh: Callable[[], Engine], before: list[list[bytes]], after: list[list[bytes]]) -> Engine:
    """Fold, snapshot, restore, fold the rest: without checking, so that nothing but the fold touches the engine."""
    half = fresh()
    rebuild(half, before)
    again = restored(half, fresh())
    rebuild(again, after)
    return again


def assert_same_future(busy: Desk, engines: list[Engine]) -> None:
    """Thousands of decisions more, with repetitions and outcomes, the same byte for byte as the live engine's."""
    desks = [Desk(busy.models) for _ in (busy.engine, *engines)]
    for desk, engine in zip(desks, (busy.engine, *engines), strict=True):
        desk.engine = engine
    extra = [policy("later"), profile(7, score=0.5)]
    for at in range(2_000, 5_000, 128):
        batch = [some(number) for number in (*range(at, at + 128), at - 40, at - 900, at)]
        events = [event(json.loads(some(number))) for number in range(at - 100, at + 20)]
        live, *others = [desk.decide(batch) for desk in desks]
        for desk in desks:
            desk.ledger(events)
            if at == 2_000 + 12 * 128:
                assert [desk.control(control) for control in extra] == [[], []]
        for other in others:
            assert (other.duplicates, other.refused, other.flagged) == (live.duplicates, live.refused, live.flagged)
    first, *logs = [desk.log for desk in desks]
    assert len(first) > 3_000
    for log in logs:
        assert log == first


def test_a_snapshot_of_a_live_engine_goes_on_as_the_live_engine_does(busy, fresh):
    assert_same_future(busy, [restored(busy.engine, fresh())])


def test_a_snapshot_of_an_engine_that_nothing_happened_to_is_one_too(fresh, busy):
    again = restored(fresh(), fresh())
    assert rebuild(again, [busy.log], check=True).differing == []


def test_a_control_that_could_not_be_followed_stays_passed_over(desk, fresh, tmp_path):
    desk.decide([message(number) for number in range(20)])
    without_model = Engine(models=tmp_path)
    rebuild(without_model, [desk.log])
    again = restored(without_model, Engine(models=tmp_path))
    assert (again.controls.unusable, again.controls.unfollowed_places) == (1, {("model", "champion")})
    assert "champion" in again.obstacle
    desk.decide([message(20)])
    assert rebuild(again, [desk.log[-1:]], check=True).incomparable == 1


def test_a_control_that_can_be_followed_by_now_makes_a_snapshot_unfit(desk, fresh, tmp_path):
    desk.decide([message(1)])
    without_model = Engine(models=tmp_path)
    rebuild(without_model, [desk.log])
    with pytest.raises(SnapshotUnfit, match="can be now"):
        restored(without_model, fresh())


def test_a_control_in_force_that_cannot_be_followed_makes_a_snapshot_unfit(desk, tmp_path):
    with pytest.raises(SnapshotUnfit):
        restored(desk.engine, Engine(models=tmp_path))


@pytest.mark.parametrize("bounds", [{"max_lateness_ms": 1}, {"keys": 2}, {"tenants": 1}, {"log_bytes": 2**16}])
def test_a_snapshot_under_other_bounds_is_unfit(busy, models, bounds):
    with pytest.raises(SnapshotUnfit):
        restored(busy.engine, Engine(models=models, bounds=Bounds(**({"tenants": MAX_TENANTS} | bounds))))


def test_a_fold_goes_on_over_a_restored_engine_only_where_it_stopped(busy, fresh):
    fold = Fold(restored(busy.engine, fresh()))
    assert fold.engine.next_n == len(busy.log)
    with pytest.raises(Exception, match="follows"):
        fold.feed(busy.log[-1:])
