"""A file of the lake and its row: whole or not there, and what the row says is what the file has."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kit.lake.files import SCHEMA_VERSION, described, digest_of, register, remove_leftovers, write_file
from kit.lake.lock import LakeBusy, only_rewriter, only_writer
from kit.lake.manifest import (
    DAY_MS,
    MANIFEST,
    LakeFile,
    ManifestMoved,
    Retired,
    append,
    ends_of,
    file_name,
    forget,
    from_the_beginning,
    live_files,
    read,
    replace,
)
from tests.kit.lake.dying import Dead, dying

NOW_MS = 1_764_000_000_000
DAY = NOW_MS // DAY_MS


def table(offsets: list[int], **columns: list) -> pa.Table:
    found = pa.table({"offset": pa.array(offsets, pa.int64())} | columns)
    return found.replace_schema_metadata({SCHEMA_VERSION: b"3"})


def flush(folder: Path, first: int, last: int, **options: object) -> LakeFile:
    return write_file(folder, table([first, last]), partition=0, first=first, last=last, now_ms=NOW_MS, **options)


def test_a_row_says_what_its_file_has(tmp_path):
    row = write_file(
        tmp_path,
        table(
            [3, 5, 8],
            tenant_id=["demo", None, "other"],
            event_time_ms=pa.array([NOW_MS + 2 * DAY_MS, NOW_MS, None], pa.int64()),
            payee_id=["a", "b", "c"],
        ),
        partition=2, first=3, last=9, now_ms=NOW_MS,
    )  # fmt: skip
    path = tmp_path / "2-00000000000000000003-00000000000000000009.parquet"
    assert read(tmp_path) == [row]
    assert (row.name, row.partition, row.first, row.past, row.rows, row.schema) == (path.name, 2, 3, 10, 3, 3)
    assert (row.bytes, row.sha256, row.written_at_ms) == (path.stat().st_size, digest_of(path), NOW_MS)
    assert row.values == {"tenant_id": ["demo", "other"]}
    assert row.days == {"event_time_ms": [DAY, DAY + 2]}
    spread = row.spreads["event_time_ms"]
    assert (spread.nulls, spread.least, spread.most) == (1, NOW_MS, NOW_MS + 2 * DAY_MS)
    assert described(tmp_path, row, now_ms=NOW_MS) == row


@pytest.mark.parametrize(
    ("least", "past", "reaches"),
    [
        (NOW_MS - 1, NOW_MS, False),
        (NOW_MS, NOW_MS + 1, True),
        ((DAY + 1) * DAY_MS, (DAY + 2) * DAY_MS, False),
        ((DAY + 1) * DAY_MS, (DAY + 2) * DAY_MS + 1, True),
        (NOW_MS + 2 * DAY_MS + 1, NOW_MS + 9 * DAY_MS, False),
    ],
)
def test_a_period_that_a_file_has_nothing_of_is_known_also_between_its_days(tmp_path, least, past, reaches):
    moments = pa.array([NOW_MS, NOW_MS + 2 * DAY_MS], pa.int64())
    row = write_file(tmp_path, table([0, 1], event_time_ms=moments), partition=0, first=0, last=1, now_ms=NOW_MS)
    assert row.may_reach("event_time_ms", least=least, past=past) is reaches


def test_of_a_column_that_a_row_does_not_know_everything_is_possible(tmp_path):
    row = flush(tmp_path, 0, 1)
    assert row.may_reach("event_time_ms", least=0, past=1)
    assert row.may_have("tenant_id", "demo")


def test_a_column_of_nulls_reaches_nothing(tmp_path):
    nulls = pa.nulls(1, pa.int64())
    row = write_file(tmp_path, table([0], event_time_ms=nulls), partition=0, first=0, last=0, now_ms=NOW_MS)
    assert not row.may_reach("event_time_ms", least=0, past=2**62)


def test_files_that_follow_the_manifest_are_read_and_those_that_it_covers_are_not(tmp_path):
    flush(tmp_path, 0, 9)
    beyond = tmp_path / file_name(partition=0, first=10, last=12)
    pq.write_table(table([10]), beyond)
    pq.write_table(table([3]), tmp_path / file_name(partition=0, first=3, last=5))
    pq.write_table(table([0]), tmp_path / file_name(partition=1, first=0, last=4))
    (tmp_path / (file_name(partition=0, first=13, last=20) + ".tmp")).write_bytes(b"half a file")
    assert [(file.partition, file.first, file.past) for file in live_files(tmp_path)] == [(0, 0, 10), (0, 10, 13), (1, 0, 5)]
    assert ends_of(live_files(tmp_path)) == {0: 13, 1: 5}
    assert from_the_beginning(tmp_path, partition=0)[-1] == (beyond, 13)


def test_a_file_without_a_row_gets_one_and_then_is_as_if_nothing_had_been(tmp_path):
    flush(tmp_path, 0, 9)
    second = flush(tmp_path, 10, 19)
    content = (tmp_path / MANIFEST).read_bytes()
    for torn in (content[: content.index(b"\n") + 1], content[:-1], content[: content.index(b"\n") + 20]):
        (tmp_path / MANIFEST).write_bytes(torn)
        assert [file.past for file in live_files(tmp_path)] == [10, 20]
        assert register(tmp_path, now_ms=NOW_MS) == [second]
        assert (tmp_path / MANIFEST).read_bytes() == content
    assert register(tmp_path, now_ms=NOW_MS) == []


def test_a_flush_that_dies_after_any_of_its_steps_is_there_once_or_not_at_all(tmp_path):
    died, steps = True, 0
    while died:
        folder = tmp_path / str(steps)
        folder.mkdir()
        first = flush(folder, 0, 9)
        with pytest.MonkeyPatch.context() as patched:
            dying(patched, steps=steps)
            try:
                flush(folder, 10, 19)
                died = False
            except Dead:
                pass
        remove_leftovers(folder)
        register(folder, now_ms=NOW_MS)
        found = live_files(folder)
        assert found[0] == first
        if len(found) == 1:  # then it goes on from there
            flush(folder, 10, 19)
        assert [(file.first, file.past, file.rows) for file in live_files(folder)] == [(0, 10, 2), (10, 20, 2)]
        assert [row.name for row in read(folder)] == [path.name for path in sorted(folder.glob("*.parquet"))]
        steps += 1
    assert steps > 4


def test_leftovers_of_a_kind_go_and_those_of_another_stay(tmp_path):
    for name in ("1-2.parquet.tmp", "1-2.rewritten.tmp", MANIFEST + ".tmp"):
        (tmp_path / name).write_bytes(b"half a file")
    remove_leftovers(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1-2.rewritten.tmp", MANIFEST + ".tmp"]


def test_one_file_takes_the_place_of_others_at_once_and_they_go_after_their_time(tmp_path):
    old = [flush(tmp_path, 0, 9), flush(tmp_path, 10, 19)]
    newest = flush(tmp_path, 20, 29)
    whole = LakeFile("day=2026-01-01/all.parquet", 0, 0, 20)
    replace(tmp_path, gone=old, came=[whole], at_ms=NOW_MS)
    assert live_files(tmp_path) == [whole, newest]
    assert read(tmp_path)[2:] == [Retired(file.name, NOW_MS) for file in old]
    assert forget(tmp_path, retired_until_ms=NOW_MS - 1) == []
    assert forget(tmp_path, retired_until_ms=NOW_MS) == [file.name for file in old]
    assert read(tmp_path) == [whole, newest]
    assert [path.name for path in tmp_path.glob("*.parquet")] == [newest.name]


def test_what_was_replaced_meanwhile_is_not_replaced_again(tmp_path):
    old = flush(tmp_path, 0, 9)
    replace(tmp_path, gone=[old], came=[LakeFile("a", 0, 0, 10)], at_ms=NOW_MS)
    with pytest.raises(ManifestMoved):
        replace(tmp_path, gone=[old], came=[LakeFile("b", 0, 0, 10)], at_ms=NOW_MS)


def test_files_of_other_offsets_are_not_a_replacement(tmp_path):
    old = [flush(tmp_path, 0, 9), flush(tmp_path, 10, 19)]
    before = (tmp_path / MANIFEST).read_bytes()
    with pytest.raises(ValueError, match="are not the offsets"):
        replace(tmp_path, gone=old, came=[LakeFile("a", 0, 0, 19)], at_ms=NOW_MS)
    append(tmp_path, [])
    assert (tmp_path / MANIFEST).read_bytes() == before


def test_one_flushes_and_one_rewrites_and_a_second_of_either_is_told_so(tmp_path):
    with only_writer(tmp_path), only_rewriter(tmp_path):
        for lock in (only_writer, only_rewriter):
            with pytest.raises(LakeBusy), lock(tmp_path):
                pass
