"""Runs the suite of a set over one of the bank's days, in the warehouse or on the lake's files."""

import os
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from psycopg import Connection

from contracts import topics
from kit.postgres import connect
from kit.settings import Settings
from pipelines.days import TIMEZONE
from pipelines.quality import lake, repository
from pipelines.quality.report import (
    MATCHES_COLUMNS,
    Finding,
    QualityReport,
    columns_finding,
    columns_problem,
    files_finding,
    finding_of,
    rows_of,
)
from pipelines.quality.sets import Kept, Store
from pipelines.quality.suite import derived, suite
from pipelines.quality.usual import DAYS, Usual, usual_of

BANK_TIMEZONE = ZoneInfo(TIMEZONE)
ROLE, APPLICATION = "transform", "quality"
STATEMENT_TIMEOUT_MS = 300_000
EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Period:
    """A day of the bank's calendar as moments: [first, past)."""

    day: date

    @property
    def first(self) -> datetime:
        """The moment at which it begins."""
        return datetime.combine(self.day, time(), BANK_TIMEZONE)

    @property
    def past(self) -> datetime:
        """The moment at which the next one does."""
        return datetime.combine(self.day + timedelta(days=1), time(), BANK_TIMEZONE)

    @property
    def before(self) -> datetime:
        """The moment from which on days say what is usual."""
        return datetime.combine(self.day - timedelta(days=DAYS), time(), BANK_TIMEZONE)


class Checker:
    """Checks any number of sets and days; what takes seconds to import or to connect is done once."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def check(self, kept: Kept, day: date) -> QualityReport:
        """Check the rows of `kept` that belong to the bank's calendar `day`. What is wrong is in the report, not raised.

        Raises psycopg.OperationalError where the warehouse does not answer.
        """
        period = Period(day)
        dsn = self._settings.warehouse.dsn(ROLE)
        with connect(dsn, application=APPLICATION, statement_timeout_ms=STATEMENT_TIMEOUT_MS) as warehouse:
            up_to = self._newest_offset(warehouse, kept, period)
            if kept.store is Store.LAKE:
                report = self._of_lake(warehouse, kept, period)
            else:
                report = self._of_warehouse(warehouse, kept, period)
        return msgspec.structs.replace(report, up_to_offset=up_to)

    def _of_warehouse(self, warehouse: Connection, kept: Kept, period: Period) -> QualityReport:
        found = repository.columns(warehouse, kept)
        there = {column for column in kept.data.columns if kept.data.called(column, kept.store) in found}
        missing = set(kept.data.columns) - there
        if missing & {kept.data.moment, "tenant_id"} & set(kept.data.columns):
            return _structural(kept, period, columns_finding(missing, self._new(kept, found)))
        computed = derived(kept.data, there)
        query = repository.day_of(kept, period.first, period.past, there=there, computed=computed)
        usual = self._usual(warehouse, kept, period)
        elsewhere = self._rows_in_raw if kept.store is Store.STAGING else self._rows_in_lake
        at_least = elsewhere(warehouse, kept, period)
        source = self._context.data_sources.add_or_update_postgres("warehouse", connection_string=self._url)
        try:
            asset = source.add_query_asset(f"{kept.name} {period.day}", query=query)
            batch = asset.add_batch_definition_whole_table("day").get_batch()
            empty = not (at_least if kept.store is Store.STAGING else usual.rows)
            results = self._validated(batch, kept, there, usual, at_least=at_least, empty=empty)
        finally:
            source.get_engine().dispose()
        return _report(kept, period, results, (), columns_problem(missing, self._new(kept, found)))

    def _of_lake(self, warehouse: Connection, kept: Kept, period: Period) -> QualityReport:
        day = self._lake_day(warehouse, kept, period)
        missing = set(kept.data.columns) - day.there if day.files else set()
        files = files_finding(day.problems)
        if day.problems or kept.data.moment in missing:
            return _structural(kept, period, files, *([columns_finding(missing, day.new)] if missing else []))
        computed = derived(kept.data, day.there)
        rows = lake.frame(day, kept.data, first=period.first, past=period.past, computed=computed)
        usual = self._usual(warehouse, kept, period)
        at_least = self._rows_in_warehouse(warehouse, kept, day, period)
        source = self._context.data_sources.add_or_update_pandas("lake")
        asset = source.add_dataframe_asset(f"{kept.name} {period.day}")
        batch = asset.add_batch_definition_whole_dataframe("day").get_batch({"dataframe": rows.to_pandas()})
        there = day.there if day.files else frozenset(kept.data.columns)
        results = self._validated(batch, kept, there, usual, at_least=at_least, empty=not len(rows))
        return _report(kept, period, results, (files,), columns_problem(missing, day.new))

    def _lake_day(self, warehouse: Connection, kept: Kept, period: Period) -> lake.LakeDay:
        def belongs_here(first_offset: int, last_offset: int) -> bool:
            return repository.is_of_day(
                warehouse, kept.data, first_offset=first_offset, last_offset=last_offset, first=period.first, past=period.past
            )

        return lake.day_of(self._settings.lake, kept.data, first=period.first, past=period.past, belongs_here=belongs_here)

    def _usual(self, warehouse: Connection, kept: Kept, period: Period) -> Usual:
        there = repository.columns(warehouse, Kept(Store.RAW, kept.data))
        counts = repository.counted(
            warehouse, kept.data, there=there, before=period.before, first=period.first, past=period.past
        )
        return usual_of(counts)

    def _rows_in_lake(self, warehouse: Connection, kept: Kept, period: Period) -> int:
        """How many rows the lake has of messages that the warehouse has read too; what is wrong with the lake is said there."""
        if not _comparable(kept):
            return 0
        up_to = repository.next_offset(warehouse, kept.data.topic or "")
        if up_to is None:
            return 0
        day = self._lake_day(warehouse, kept, period)
        if day.problems or kept.data.moment not in day.there:
            return 0
        return lake.rows_up_to(day, kept.data, first=period.first, past=period.past, before_offset=up_to)

    def _rows_in_raw(self, warehouse: Connection, kept: Kept, period: Period) -> int:
        """How many rows are to be staged: all of the day, unless it is held back."""
        raw = Kept(Store.RAW, kept.data)
        if any(each.set_name == raw.name and each.day == period.day for each in repository.held(warehouse)):
            return 0
        return repository.rows(warehouse, kept.data, first=period.first, past=period.past)

    def _newest_offset(self, warehouse: Connection, kept: Kept, period: Period) -> int:
        if not {kept.data.moment, "log_offset"} <= set(repository.columns(warehouse, Kept(Store.RAW, kept.data))):
            return -1
        return repository.newest_offset(warehouse, kept.data, first=period.first, past=period.past)

    def _rows_in_warehouse(self, warehouse: Connection, kept: Kept, day: lake.LakeDay, period: Period) -> int:
        there = repository.columns(warehouse, Kept(Store.RAW, kept.data))
        if not _comparable(kept) or kept.data.moment not in there:
            return 0
        return repository.rows_up_to(warehouse, kept.data, first=period.first, past=period.past, before_offset=day.next_offset)

    def _new(self, kept: Kept, found: list[str]) -> set[str]:
        """The columns that the contract of the set does not name: one of them may be what another is called now."""
        return set(found) - {kept.data.called(column, kept.store) for column in kept.data.columns}

    def _validated(
        self, batch: Any, kept: Kept, there: Collection[str], usual: Usual, *, at_least: int, empty: bool
    ) -> list[dict[str, Any]]:
        lateness_ms = self._settings.scorer.max_lateness_ms
        asked = suite(
            self._gx, kept, there=there, max_lateness_ms=lateness_ms, usual=usual, at_least=at_least, empty=empty
        )  # fmt: skip
        results: list[dict[str, Any]] = batch.validate(asked, result_format="SUMMARY").to_json_dict()["results"]
        return results

    @cached_property
    def _gx(self) -> Any:
        os.environ["GX_ANALYTICS_ENABLED"] = "false"
        import great_expectations as gx

        return gx

    @cached_property
    def _context(self) -> Any:
        context = self._gx.get_context(mode="ephemeral")
        context.enable_analytics(enable=False)
        context.variables.progress_bars = {"globally": False}
        return context

    @property
    def _url(self) -> str:
        return self._settings.warehouse.url(ROLE, driver="postgresql+psycopg2")


def _comparable(kept: Kept) -> bool:
    """Offsets tell which rows both have, where a topic has one partition."""
    return kept.data.topic is not None and topics.topics()[kept.data.topic].partitions == 1


def _structural(kept: Kept, period: Period, *findings: Finding) -> QualityReport:
    return QualityReport(set_name=kept.name, day=period.day, rows=0, findings=findings)


def _report(
    kept: Kept, period: Period, results: list[dict[str, Any]], beside: tuple[Finding, ...], columns: str | None
) -> QualityReport:
    findings = [finding_of(result, examples=EXAMPLES) for result in results]
    if columns:
        findings = [
            msgspec.structs.replace(each, problem=columns) if each.expectation == MATCHES_COLUMNS else each for each in findings
        ]
    return QualityReport(set_name=kept.name, day=period.day, rows=rows_of(results), findings=(*beside, *findings))
