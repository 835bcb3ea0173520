"""The lake's small files, made into day files every hour."""

from dagster import AssetsDefinition, MaterializeResult, asset

from kit.settings import Settings

COMPACT_CRON = "20 * * * *"


def compacted_lake(settings: Settings) -> AssetsDefinition:
    """Return the asset of the lake's day files. Made again, it does only what is new."""

    @asset(key=["lake", "day_files"], group_name="warehouse", kinds={"parquet"})
    def day_files() -> MaterializeResult[None]:
        """Every topic's records in a file a day, behind the back of whoever reads."""
        from kit.clock import SystemClock
        from pipelines.lake.compaction import compact

        done = compact(settings.lake, clock=SystemClock())
        return MaterializeResult(
            metadata={
                "files_before": sum(each.files_before for each in done),
                "files_after": sum(each.files_after for each in done),
                "rows": sum(each.rows for each in done),
                "bytes_before": sum(each.bytes_before for each in done),
                "bytes_after": sum(each.bytes_after for each in done),
                "deleted": sum(each.deleted for each in done),
            }
        )

    return day_files
