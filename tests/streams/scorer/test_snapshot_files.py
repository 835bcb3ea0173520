"""A snapshot's file and the child that writes it: whole or not there, never wrong, and never in the way."""

import os
import shutil
import signal
import threading
import time
from contextlib import nullcontext
from io import FileIO
from pathlib import Path

import pytest

from bench.random_model import random_export
from bench.random_traffic import champion_control
from contracts.decisions import Door
from kit.clock import ManualClock
from scoring.engine import Engine
from scoring.facts import apply_controls
from scoring.snapshot import SnapshotUnfit, arrays, describe
from streams.scorer.snapshots import file, folder
from streams.scorer.snapshots.child import Child, Ended, fork
from streams.scorer.snapshots.position import Anchor, Position, after, digest_of
from streams.scorer.snapshots.state_version import state_version
from streams.scorer.snapshots.taker import Record, SnapshotTaker
from tests.scoring.conftest import NOW_MS, message
from tests.streams.conftest import wait_until

RECORD = Record(offset=41, value=b'{"epoch":0,"n":3}')


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def champion(models) -> bytes:
    return champion_control(random_export(models, trees=20, isolation_trees=10))


@pytest.fixture
def engine(models, champion) -> Engine:
    """With a champion and 600 decisions, more than its memory holds."""
    found = Engine(models=models, memory_rows=200)
    assert not apply_controls(found, [champion]).refused
    found.decide([message(number) for number in range(600)], now_ms=NOW_MS, door=Door.INBOUND)
    return found


def taker_of(engine: Engine, path: Path, **options: float) -> SnapshotTaker:
    chosen = {"interval_s": 0.0, "interval_records": 1} | options
    return SnapshotTaker(path, engine, nullcontext, ManualClock(NOW_MS), **chosen)


def take(taker: SnapshotTaker) -> None:
    """Take one and wait until its child has ended."""
    taker.take_if_due(RECORD)
    wait_for_child(taker)


def wait_for_child(taker: SnapshotTaker) -> None:
    def ended() -> bool:
        taker.tend()
        return not taker.facts()["writing"]

    wait_until(ended, what="the child to end")


def ended(child: Child) -> Ended:
    found: list[Ended] = []

    def poll() -> bool:
        found.extend(each for each in [child.poll()] if each)
        return bool(found)

    wait_until(poll, what="the child to end")
    return found[0]


def read(path: Path, engine: Engine, **changes: str) -> Engine:
    wanted = {"feature_set": engine.feature_set, "state_version": state_version()} | changes
    file.read_into(path, file.read_footer(path, **wanted), engine)
    return engine


def only(path: Path) -> Path:
    (kept,) = folder.newest_first(path)
    return kept.path


def test_what_is_written_is_read_back_as_the_same_engine(engine, models, tmp_path):
    taker = taker_of(engine, tmp_path / "snapshots")
    take(taker)
    assert taker.failures == 0
    again = read(only(tmp_path / "snapshots"), Engine(models=models))
    assert describe(again) == describe(engine)
    kept, found = arrays(engine, describe(engine)), arrays(again, describe(again))
    assert all(bytes(kept[name]) == bytes(found[name]) for name in kept)
    footer = file.read_footer(only(tmp_path / "snapshots"), feature_set=engine.feature_set, state_version=state_version())
    anchor = Anchor(offset=RECORD.offset, digest=digest_of(RECORD.value))
    assert footer.position == Position(anchor=anchor, epoch=0, next_n=engine.next_n)


def test_the_child_writes_the_moment_of_the_fork_while_the_engine_goes_on(engine, models, tmp_path):
    taker = taker_of(engine, tmp_path / "snapshots")
    before = describe(engine)
    taker.take_if_due(RECORD)
    engine.decide([message(number) for number in range(600, 1_200)], now_ms=NOW_MS, door=Door.INBOUND)
    wait_for_child(taker)
    assert describe(read(only(tmp_path / "snapshots"), Engine(models=models))) == before


def test_the_newest_two_are_kept(engine, tmp_path):
    taker = taker_of(engine, tmp_path)
    positions = []
    for number in range(4):
        engine.decide([message(1_000 + number)], now_ms=NOW_MS, door=Door.INBOUND)
        positions.append(engine.next_n)
        take(taker)
    assert [kept.next_n for kept in folder.newest_first(tmp_path)] == positions[:1:-1]
    assert len(list(tmp_path.glob("*.snapshot*"))) == 2


def test_a_snapshot_is_taken_only_when_both_intervals_have_passed_and_no_child_runs(engine, tmp_path):
    by_records, by_time = (
        taker_of(engine, tmp_path / "a", interval_records=602),
        taker_of(engine, tmp_path / "b", interval_s=60),
    )
    for taker in (by_records, by_time):
        taker.take_if_due(RECORD)
        assert taker.facts()["writing"] is False
    engine.decide([message(600)], now_ms=NOW_MS, door=Door.INBOUND)
    by_records.take_if_due(RECORD)
    assert by_records.facts()["writing"] is True
    by_records.take_if_due(RECORD)
    wait_for_child(by_records)
    assert len(folder.newest_first(tmp_path / "a")) == 1


@pytest.mark.parametrize("share", [0.0001, 0.2, 0.5, 0.9, 0.9999])
def test_a_flipped_byte_anywhere_makes_the_file_unfit(engine, models, tmp_path, share):
    take(taker_of(engine, tmp_path / "snapshots"))
    path = only(tmp_path / "snapshots")
    content = bytearray(path.read_bytes())
    content[int(len(content) * share)] ^= 0x10
    path.write_bytes(content)
    with pytest.raises(SnapshotUnfit):
        read(path, Engine(models=models))


@pytest.mark.parametrize("left", [0, 5, 1_000, 200_000])
def test_a_file_that_is_cut_short_is_unfit(engine, models, tmp_path, left):
    take(taker_of(engine, tmp_path / "snapshots"))
    path = only(tmp_path / "snapshots")
    os.truncate(path, left)
    with pytest.raises(SnapshotUnfit):
        read(path, Engine(models=models))


@pytest.mark.parametrize(
    ("changes", "reason"), [({"feature_set": "other"}, "feature set"), ({"state_version": "other"}, "other code")]
)
def test_a_snapshot_of_another_feature_set_or_other_code_is_unfit(engine, models, tmp_path, changes, reason):
    take(taker_of(engine, tmp_path / "snapshots"))
    with pytest.raises(SnapshotUnfit, match=reason):
        read(only(tmp_path / "snapshots"), Engine(models=models), **changes)


def test_a_child_that_is_killed_in_the_middle_leaves_the_snapshot_before(engine, tmp_path):
    path = tmp_path / "snapshots"
    taker = taker_of(engine, path)
    take(taker)
    kept = folder.newest_first(path)

    def half(sink: FileIO) -> int:
        sink.write(b"half of it")
        signal.pause()
        return 0

    child = fork(lambda _: str(folder.put(path, epoch=0, next_n=9_999, size=20, before=None, fill=half)), limit_s=60)
    wait_until(lambda: any(each.stat().st_size for each in path.glob("*.partial")), what="the child to be in the middle")
    os.kill(child.pid, signal.SIGKILL)
    assert ended(child).said == "killed by signal 9"
    assert folder.newest_first(path) == kept
    taker.begin(kept[0])
    assert [each.name for each in path.iterdir()] == [kept[0].path.name]
    engine.decide([message(700)], now_ms=NOW_MS, door=Door.INBOUND)
    take(taker)
    assert [each.next_n for each in folder.newest_first(path)] == [engine.next_n, kept[0].next_n]


def test_a_disk_without_room_hurts_nothing_but_the_snapshot(engine, tmp_path, monkeypatch, capsys):
    taker = taker_of(engine, tmp_path / "snapshots")
    monkeypatch.setattr(folder, "SPARE_BYTES", shutil.disk_usage(tmp_path).total)
    take(taker)
    assert (taker.failures, folder.newest_first(tmp_path / "snapshots")) == (1, [])
    assert "NoRoom" in capsys.readouterr().out
    monkeypatch.undo()
    take(taker)
    assert only(tmp_path / "snapshots").exists()


def test_a_write_that_fails_leaves_no_file(engine, tmp_path, capsys):
    (tmp_path / "snapshots").write_text("a file where the folder should be")
    taker = taker_of(engine, tmp_path / "snapshots")
    take(taker)
    assert taker.failures == 1
    assert "FileExistsError" in capsys.readouterr().out


def test_a_child_past_its_limit_is_killed():
    assert ended(fork(lambda _: time.sleep(60) or "", limit_s=0.05)).said.endswith("killed")


def test_a_child_says_what_went_wrong_and_how_it_ended():
    def fails(_: object) -> str:
        raise OSError(28, "No space left on device")

    failed, died, done = (
        ended(fork(work, limit_s=60)) for work in (fails, lambda _: os.kill(os.getpid(), 9) or "", lambda _: "9")
    )
    assert (failed.succeeded, failed.said) == (False, "OSError: [Errno 28] No space left on device")
    assert (died.succeeded, died.said) == (False, "killed by signal 9")
    assert (done.succeeded, done.said) == (True, "9")


def test_a_child_ends_while_another_thread_of_the_parent_holds_locks(engine, tmp_path):
    """Threads that hold the allocator's and the file system's locks at nearly every moment, over many forks."""
    stop = threading.Event()

    def busy() -> None:
        while not stop.is_set():
            [bytes(1_000) for _ in range(100)]
            shutil.disk_usage("/")

    threads = [threading.Thread(target=busy) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        taker = taker_of(engine, tmp_path)
        for number in range(10):
            engine.decide([message(2_000 + number)], now_ms=NOW_MS, door=Door.INBOUND)
            take(taker)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert taker.failures == 0


def records(epoch: int, numbers: range) -> list[bytes]:
    return [b'{"record":"outcome","epoch":%d,"n":%d}' % (epoch, n) for n in numbers]


def position(epoch: int = 2, next_n: int = 14, anchor: bytes = records(2, range(10, 11))[0]) -> Position:
    return Position(anchor=Anchor(offset=77, digest=digest_of(anchor)), epoch=epoch, next_n=next_n)


@pytest.mark.parametrize("size", [1, 3, 50])
def test_the_log_after_a_position_begins_with_the_next_record(size):
    log = records(2, range(10, 20))
    rest = after(position(), [log[at : at + size] for at in range(0, len(log), size)])
    assert [record for batch in rest for record in batch] == log[4:]


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        ([], "ahead of the log's end"),
        (records(2, range(10, 13)), "ahead of the log's end"),
        (records(2, range(10, 12)) + records(3, range(12, 20)), "never committed"),
        (records(2, range(11, 20)), "another record"),
        (records(1, range(10, 20)), "another record"),
    ],
)
def test_a_log_that_does_not_hold_the_state_is_told(log, reason):
    with pytest.raises(SnapshotUnfit, match=reason):
        after(position(), [log])
