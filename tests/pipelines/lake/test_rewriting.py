"""What is to go from the lake is in no file any more, and everything else is as it was."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from contracts.topics import DECISIONS
from kit.clock import ManualClock
from kit.lake.lock import LakeBusy, only_rewriter
from kit.lake.manifest import MANIFEST, live_files
from pipelines.lake.compaction import compact
from pipelines.lake.files import require_whole
from pipelines.lake.rewriting import rewrite
from tests.pipelines.lake.test_compaction import DAY_MS, MONDAY_MS, SMALL, everything, in_turn, lay

GONE, INSTEAD = b"7", b"gone"
CLOCK = ManualClock(MONDAY_MS + 9 * DAY_MS)


def telling(rows: pa.Table) -> bool:
    return bool(pc.any(pc.equal(rows["payload"], GONE)).as_py())


def without(rows: pa.Table) -> pa.Table:
    place = rows.column_names.index("payload")
    changed = pc.if_else(pc.equal(rows["payload"], GONE), INSTEAD, rows["payload"])
    return rows.set_column(place, rows.schema.field(place), changed)


def anywhere(folder: Path) -> list[bytes]:
    """Messages of every file of the folder, whether anybody reads it or not."""
    return [one for path in folder.rglob("*.parquet") for one in pq.read_table(path)["payload"].to_pylist()]


@pytest.mark.parametrize("compacted", [False, True])
def test_it_is_in_no_file_any_more_and_nothing_else_has_changed(tmp_path, compacted):
    folder = lay(tmp_path, *in_turn([0] * 12 + [1] * 12, 4))
    if compacted:
        compact(tmp_path, clock=CLOCK, sizes=SMALL)  # what it replaced still lies there
    before = everything(tmp_path)
    assert rewrite(tmp_path, DECISIONS, telling=telling, without=without, clock=CLOCK) == 1
    assert everything(tmp_path) == [INSTEAD if one == GONE else one for one in before]
    assert GONE not in anywhere(folder)
    assert sorted(anywhere(folder)) == sorted(everything(tmp_path))
    for file in live_files(folder):
        require_whole(folder, file)
    assert rewrite(tmp_path, DECISIONS, telling=telling, without=without, clock=CLOCK) == 0
    compact(tmp_path, clock=CLOCK, sizes=SMALL)
    assert everything(tmp_path) == [INSTEAD if one == GONE else one for one in before]


def test_a_file_that_a_killed_sink_left_without_a_row_is_looked_at_too(tmp_path):
    folder = lay(tmp_path, *in_turn([0] * 12, 4))
    (folder / MANIFEST).unlink()
    assert rewrite(tmp_path, DECISIONS, telling=telling, without=without, clock=CLOCK) == 1
    assert GONE not in anywhere(folder)


def test_while_another_run_rewrites_files_it_is_told_so(tmp_path):
    lay(tmp_path, *in_turn([0] * 4, 4))
    with only_rewriter(tmp_path), pytest.raises(LakeBusy):
        rewrite(tmp_path, DECISIONS, telling=telling, without=without, clock=CLOCK)
