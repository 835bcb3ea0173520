"""Runs the suite over one day, in the warehouse."""

import os
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from kit.settings import Settings
from pipelines.quality.report import QualityReport, finding_of, rows_of
from pipelines.quality.repository import decisions_of
from pipelines.quality.suite import suite

BANK_TIMEZONE = ZoneInfo("America/Sao_Paulo")
ROLE = "transform"
EXAMPLES = 5


def check_decisions(settings: Settings, day: date) -> QualityReport:
    """Check the decisions that were learned on the bank's calendar `day`. What is wrong is in the report, not raised."""
    gx = _great_expectations()
    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(enable=False)
    context.variables.progress_bars = {"globally": False}
    first = datetime.combine(day, time(), BANK_TIMEZONE)
    past = datetime.combine(day + timedelta(days=1), time(), BANK_TIMEZONE)
    source = context.data_sources.add_postgres("warehouse", connection_string=_url(settings))
    try:
        asset = source.add_query_asset("decisions", query=decisions_of(first, past))
        batch = asset.add_batch_definition_whole_table("day").get_batch()
        validated = batch.validate(suite(gx, max_lateness_ms=settings.scorer.max_lateness_ms), result_format="SUMMARY")
    finally:
        source.get_engine().dispose()
    results = validated.to_json_dict()["results"]
    return QualityReport(
        day=day, rows=rows_of(results), findings=tuple(finding_of(result, examples=EXAMPLES) for result in results)
    )


def _great_expectations() -> Any:
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx

    return gx


def _url(settings: Settings) -> str:
    return settings.warehouse.url(ROLE, driver="postgresql+psycopg2")
