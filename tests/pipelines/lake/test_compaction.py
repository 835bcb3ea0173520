"""Compaction changes which files there are, and nothing that anybody reads."""

import itertools
import random
import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.topics import DECISIONS
from kit.clock import ManualClock
from kit.lake.files import SCHEMA_VERSION, write_file
from kit.lake.manifest import DAY_MS, MANIFEST, LakeFile, live_files, read
from pipelines.lake import decisions, log_records
from pipelines.lake.compaction import compact
from pipelines.lake.compaction_plan import Cutter, Sizes
from pipelines.lake.files import LakeDamaged, LakeGap
from tests.kit.lake.dying import Dead, dying

MONDAY_MS = 20_000 * DAY_MS
SMALL = Sizes(least_rows=5, most_rows=40, judged_rows=3)


def log(days: list[int | None], *, first: int = 0, version: int = 2, **columns: pa.Array) -> pa.Table:
    """Records of the log from offset `first` on, told so many days after Monday; None is one that says no time."""
    told = [None if day is None else MONDAY_MS + day * DAY_MS + place for place, day in enumerate(days)]
    numbers = list(range(first, first + len(days)))
    found = pa.table(
        {
            "record": ["start" if day is None else "decision" for day in days],
            "tenant_id": ["demo"] * len(days),
            "transaction_id": [f"t{number}" for number in numbers],
            "n": pa.array(numbers, pa.int64()),
            "event_time_ms": pa.array(told, pa.int64()),
            "known_at_ms": pa.array(told, pa.int64()),
            "amount_minor": pa.array(numbers, pa.int64()),
        }
        | columns
        | {"offset": pa.array(numbers, pa.int64()), "payload": [str(number).encode() for number in numbers]}
    )
    return found.replace_schema_metadata({SCHEMA_VERSION: str(version).encode()})


def lay(lake: Path, *tables: pa.Table) -> Path:
    """Flush each as a file that also covers the offset of a transaction marker after it."""
    folder = lake / DECISIONS
    folder.mkdir(parents=True, exist_ok=True)
    for one in tables:
        first, last = one["offset"][0].as_py(), one["offset"][-1].as_py()
        write_file(folder, one, partition=0, first=first, last=last + 1, now_ms=MONDAY_MS)
    return folder


def in_turn(days: list[int | None], size: int) -> list[pa.Table]:
    """Files of `size` rows each, and a marker's offset after each."""
    cuts = range(0, len(days), size)
    return [log(days[at : at + size], first=at + at // size) for at in cuts]


def on(day: int) -> ManualClock:
    return ManualClock(MONDAY_MS + day * DAY_MS)


def everything(lake: Path) -> list[bytes]:
    return [record for batch in log_records(lake) for record in batch]


def days_of(folder: Path) -> list[list[int]]:
    return [[day - 20_000 for day in file.days["known_at_ms"]] for file in live_files(folder)]


def test_days_that_have_ended_become_a_file_each_in_their_folder(tmp_path):
    folder = lay(tmp_path, *in_turn([0] * 10 + [1] * 12 + [2] * 4 + [1] + [2] * 6, 4))
    before = everything(tmp_path)
    (done,) = compact(tmp_path, clock=on(9), sizes=SMALL)
    assert (done.files_before, done.files_after, done.rows) == (9, 3, 33)
    assert days_of(folder) == [[0], [1], [1, 2]]
    assert [Path(file.name).parent.name for file in live_files(folder)] == [
        "day=2024-10-04", "day=2024-10-05", "day=2024-10-06",
    ]  # fmt: skip
    assert everything(tmp_path) == before
    assert all(file.settled and file.compacted and file.schema == 2 for file in live_files(folder))
    assert all(pq.read_metadata(folder / file.name).num_row_groups == 1 for file in live_files(folder))


def test_running_it_again_does_nothing(tmp_path):
    folder = lay(tmp_path, *in_turn([0] * 10 + [1] * 12, 4))
    compact(tmp_path, clock=on(9), sizes=SMALL)
    rows = read(folder)
    (again,) = compact(tmp_path, clock=on(9), sizes=SMALL)
    assert (again.files_before, again.deleted) == (0, 0)
    assert read(folder) == rows


def test_of_a_day_that_goes_on_only_what_is_new_is_compacted_until_it_has_ended(tmp_path):
    folder = lay(tmp_path, *in_turn([0] * 12, 4))
    compact(tmp_path, clock=on(0), sizes=SMALL)
    first = live_files(folder)
    assert [file.rows for file in first] == [12]
    lay(tmp_path, log([0] * 4, first=15), log([0] * 4, first=20))
    compact(tmp_path, clock=on(0), sizes=SMALL)
    assert [file.rows for file in live_files(folder)] == [12, 8]
    assert live_files(folder)[0] == first[0]
    compact(tmp_path, clock=on(1), sizes=SMALL)
    assert [(file.rows, file.settled) for file in live_files(folder)] == [(20, True)]


def test_history_that_is_loaded_in_pieces_leaves_no_small_files(tmp_path):
    folder = lay(tmp_path)
    for day, first in ((0, 0), (0, 4), (1, 8), (1, 12)):
        lay(tmp_path, log([day] * 3, first=first))
        compact(tmp_path, clock=on(9), sizes=SMALL)
    assert [file.rows for file in live_files(folder)] == [6, 6]
    assert days_of(folder) == [[0], [1]]


def test_old_files_go_after_the_grace_and_not_before(tmp_path):
    folder = lay(tmp_path, *in_turn([0] * 12, 4))
    compact(tmp_path, clock=on(1), sizes=SMALL, grace_ms=DAY_MS)
    assert len(list(folder.glob("*.parquet"))) == 3
    (done,) = compact(tmp_path, clock=ManualClock(MONDAY_MS + 2 * DAY_MS), sizes=SMALL, grace_ms=DAY_MS)
    assert done.deleted == 3
    assert not list(folder.glob("*.parquet"))
    assert len(everything(tmp_path)) == 12


def test_a_file_is_cut_where_it_is_as_large_as_one_may_be(tmp_path):
    folder = lay(tmp_path, *in_turn([0] * 90, 30))
    compact(tmp_path, clock=on(1), sizes=SMALL)
    assert [file.rows for file in live_files(folder)] == [40, 40, 10]
    assert [(file.first, file.past) for file in live_files(folder)] == [(0, 41), (41, 82), (82, 93)]


def test_records_without_a_time_stay_where_they_are(tmp_path):
    folder = lay(tmp_path, *in_turn([None, None, 0, 0, 0, 0, 0, None, 1, 1, 1, 1, 1, None], 7))
    before = everything(tmp_path)
    compact(tmp_path, clock=on(5), sizes=SMALL)
    assert everything(tmp_path) == before
    assert days_of(folder) == [[0], [1]]


def test_rows_of_an_older_schema_have_null_in_what_came_later_and_numbers_become_as_wide(tmp_path):
    old = log([0] * 4, version=1, mcc=pa.array([5411] * 4, pa.int32()))
    new = log([0] * 4, first=5, mcc=pa.array([2**40] * 4, pa.int64()), device_id=["d"] * 4)
    folder = lay(tmp_path, old, new)
    wanted = [(5411, None)] * 4 + [(2**40, "d")] * 4
    columns = ["mcc", "device_id"]
    assert decisions(tmp_path, columns=columns).rows() == wanted
    compact(tmp_path, clock=on(9), sizes=SMALL)
    assert decisions(tmp_path, columns=columns).rows() == wanted
    (file,) = live_files(folder)
    assert file.schema == 2
    assert pq.read_schema(folder / file.name).names == new.column_names


def test_a_reading_of_one_day_opens_only_the_files_of_that_day(tmp_path):
    folder = lay(tmp_path, *in_turn([0] * 10 + [1] * 12 + [2] * 9, 4))
    compact(tmp_path, clock=on(9), sizes=SMALL)
    whole = decisions(tmp_path)
    first, second, third = (folder / file.name for file in live_files(folder))
    for path in (first, third):  # whoever opens these fails; the schema is read from the newest
        path.write_bytes(b"PAR1" + path.read_bytes()[4:] if path == third else b"no Parquet")
    body = bytearray(third.read_bytes())
    body[4:200] = bytes(196)
    third.write_bytes(body)
    tuesday = decisions(tmp_path, between_ms=(MONDAY_MS + DAY_MS, MONDAY_MS + 2 * DAY_MS))
    assert tuesday.equals(whole.filter(pl.col("event_time_ms").is_between(MONDAY_MS + DAY_MS, MONDAY_MS + 2 * DAY_MS - 1)))
    assert len(tuesday) == 12
    with pytest.raises((pl.exceptions.ComputeError, OSError)):
        decisions(tmp_path)
    assert second.exists()


def test_damage_is_not_compacted_into_a_file_of_good_standing(tmp_path):
    folder = lay(tmp_path, *in_turn([0] * 8, 4))
    path = folder / live_files(folder)[1].name
    pq.write_table(log([0] * 4, first=5, amount_minor=pa.array([1] * 4, pa.int64())), path)
    with pytest.raises(LakeDamaged, match="SHA-256"):
        compact(tmp_path, clock=on(9), sizes=SMALL)
    assert not any(row.compacted for row in live_files(folder))


def test_a_file_that_the_manifest_names_and_is_gone_is_an_error(tmp_path):
    folder = lay(tmp_path, *in_turn([0] * 8, 4))
    compact(tmp_path, clock=on(9), sizes=SMALL)
    (folder / live_files(folder)[0].name).unlink()
    with pytest.raises(LakeGap, match="is not there"):
        everything(tmp_path)


def test_a_compaction_that_dies_after_any_of_its_steps_loses_nothing_and_doubles_nothing(tmp_path):
    template = tmp_path / "template"
    lay(template, *in_turn([0] * 10 + [1] * 12, 4))
    wanted, died, steps = everything(template), True, 0
    while died:
        lake = tmp_path / f"after-{steps}"
        shutil.copytree(template, lake)
        with pytest.MonkeyPatch.context() as patched:
            dying(patched, steps=steps)
            try:
                compact(lake, clock=on(9), sizes=SMALL, grace_ms=0)
                died = False
            except Dead:
                pass
        assert everything(lake) == wanted, f"died after step {steps}"
        compact(lake, clock=on(9), sizes=SMALL, grace_ms=0)
        assert everything(lake) == wanted, f"run again after step {steps}"
        folder = lake / DECISIONS
        names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.suffix in (".parquet", ".tmp")}
        assert names - {MANIFEST + ".tmp"} == {file.name for file in live_files(folder)}, f"left after step {steps}"
        steps += 1
    assert steps > 20


@given(
    days=st.lists(st.none() | st.integers(0, 4), min_size=1, max_size=120),
    chance=st.randoms(use_true_random=False),
    least=st.integers(1, 12),
    more=st.integers(0, 30),
    judged=st.integers(1, 5),
)
def test_a_cut_file_has_no_more_than_it_may_and_only_the_last_less_than_it_should(
    days, chance: random.Random, least, more, judged
):
    sizes = Sizes(least_rows=least, most_rows=least + more, judged_rows=judged)
    cutter = Cutter(sizes)
    told = np.array([-1 if day is None else day for day in days])
    cuts, at = [0], 0
    while at < len(days):
        size = chance.randint(1, 20)
        cuts += [at + cut.at for cut in cutter.cuts(told[at : at + size])]
        at += size
    cuts.append(len(days))
    lengths = [after - before for before, after in itertools.pairwise(cuts)]
    assert all(0 < length <= sizes.most_rows for length in lengths)
    assert all(length >= sizes.least_rows for length in lengths[:-1])
    if judged == 1:
        known = [day if day >= 0 else None for day in told]
        for cut, length in zip(cuts[1:-1], lengths, strict=False):
            before = [day for day in known[:cut] if day is not None]
            assert length == sizes.most_rows or known[cut] != before[-1]


def test_what_is_told_today_does_not_make_today_of_the_history_after_it(tmp_path):
    folder = lay(tmp_path, log([9, *[0] * 12, *[1] * 12]))
    compact(tmp_path, clock=on(20), sizes=SMALL)
    assert [Path(file.name).parent.name for file in live_files(folder)] == ["day=2024-10-04", "day=2024-10-05"]
    assert days_of(folder) == [[0, 9], [1]]


def test_a_second_partition_is_compacted_by_itself(tmp_path):
    folder = lay(tmp_path, *in_turn([0] * 8, 4))
    for first in (0, 4):
        write_file(folder, log([0] * 4, first=first), partition=1, first=first, last=first + 3, now_ms=MONDAY_MS)
    compact(tmp_path, clock=on(9), sizes=SMALL)
    assert [(file.partition, file.first, file.past) for file in live_files(folder)] == [(0, 0, 10), (1, 0, 8)]
    assert all(isinstance(row, LakeFile) or row.name for row in read(folder))
