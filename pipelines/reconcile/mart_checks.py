"""Whether the marts are what they were built from: the ledger's own amounts by day, and the log's decisions by tenant.

A mart lags: it is compared with what was there when it was built. What came since is compared in the raw tables.
"""

from collections.abc import Iterator

import polars as pl

from contracts import topics
from contracts.ledger_events import LedgerStatus
from ledger.days import TIMEZONE
from pipelines.reconcile import records
from pipelines.reconcile.checks import WAREHOUSE_SINK, Sides, without_refused
from pipelines.reconcile.compare import Check, the_same
from pipelines.reconcile.stores import Marts

BOOKED = "ledger = marts.general_ledger_daily, by day and currency"
ATTEMPTED = "decisions = marts.payments_hourly, by tenant"
_DAY = ("tenant_id", "day", "currency")
_TENANT = ("tenant_id",)


def mart_checks(sides: Sides, marts: Marts | None) -> Iterator[Check]:
    """Compare both; marts that are not built yet are nothing to compare, which the number of what was compared says."""
    if marts is None:
        yield from (Check(name, 0) for name in (BOOKED, ATTEMPTED))
        return
    booked = _booked(sides, until=marts.ledger_offset)
    yield the_same(
        BOOKED, owed=booked, known=booked, found=marts.booked, by=_DAY, facts=("entries", "debits_minor", "credits_minor")
    )
    attempted = _attempted(sides, until=marts.decisions_offset)
    yield the_same(
        ATTEMPTED, owed=attempted, known=attempted, found=marts.attempted, by=_TENANT, facts=("attempts", "asked_minor")
    )


def _booked(sides: Sides, *, until: int) -> pl.DataFrame:
    """What the core's transfers moved, by the day of their events up to that one: each has an entry on either side."""
    events = without_refused(sides.topics, topics.BANKING_TRANSACTIONS, records.LEDGER_EVENTS, by_process=WAREHOUSE_SINK)
    happened = pl.from_epoch("occurred_at", time_unit="ms").dt.replace_time_zone("UTC").dt.convert_time_zone(TIMEZONE)
    return (
        events.filter((pl.col("offset") <= until) & (pl.col("status") == LedgerStatus.POSTED))
        .select("tenant_id", id="transfer_id", day=happened.dt.date().cast(pl.String))
        .join(sides.core_now.transfers, on=("tenant_id", "id"))
        .group_by(_DAY)
        .agg(
            entries=2 * pl.len().cast(pl.Int64),
            debits_minor=pl.col("moved_minor").sum(),
            credits_minor=pl.col("moved_minor").sum(),
        )
    )


def _attempted(sides: Sides, *, until: int) -> pl.DataFrame:
    """What was decided up to that record of the log."""
    decisions = without_refused(sides.topics, topics.DECISIONS, records.DECISIONS, by_process=WAREHOUSE_SINK)
    return (
        decisions.filter(pl.col("offset") <= until)
        .group_by(_TENANT)
        .agg(attempts=pl.len().cast(pl.Int64), asked_minor=pl.col("amount_minor").sum())
    )
