"""The hourly asset of the lake, run as Dagster runs it."""

from dagster import DagsterInstance, materialize

from kit.clock import SystemClock
from kit.lake.manifest import DAY_MS, live_files
from kit.settings import Settings
from orchestration.warehouse.lake import compacted_lake
from tests.pipelines.lake.test_compaction import in_turn, lay


def test_the_small_files_of_the_lake_become_few_and_a_second_run_changes_nothing(tmp_path):
    settings = Settings(var=tmp_path)
    folder = lay(settings.lake, *in_turn([0] * 12, 4))
    assert live_files(folder)[0].days["known_at_ms"][0] < SystemClock().now_ms() // DAY_MS
    found = []
    with DagsterInstance.ephemeral() as instance:
        for _ in range(2):
            done = materialize([compacted_lake(settings)], instance=instance)
            (made,) = done.get_asset_materialization_events()
            told = made.materialization.metadata
            found.append(tuple(told[name].value for name in ("files_before", "files_after", "rows")))
    assert found == [(3, 1, 12), (0, 0, 0)]
    assert len(live_files(folder)) == 1
