"""One period of one tenant's general ledger, as pieces of text: memory does not grow with the period."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, islice
from typing import Literal

from psycopg import Connection, IsolationLevel

from kit.errors import DomainError
from kit.postgres import tenant_block
from ledger.close import repository as closes
from ledger.close.balances import Line
from ledger.days import day_of, end_ms, start_ms
from ledger.export import repository
from ledger.export.formats import (
    LedgerEntry,
    csv_header,
    csv_lines,
    journal_assertions,
    journal_header,
    journal_opening,
    journal_transaction,
)

Format = Literal["csv", "hledger"]
BATCH_ROWS = 1_000
_DAY = timedelta(days=1)


class PeriodReversed(DomainError):
    """A period that ends before it begins."""

    code = "period-reversed"
    title = "The period ends before it begins"
    remedy = "Name the earlier day in --from."


@dataclass(frozen=True, slots=True)
class Period:
    """Days, both ends included."""

    first: date
    last: date


def export(connection: Connection, *, tenant_id: str, period: Period, form: Format) -> Iterator[str]:
    """Yield the general ledger of a period, read in one snapshot: the connection's isolation level is raised for that.

    Raises PeriodReversed, DayOutsideCalendar.
    """
    if period.last < period.first:
        raise PeriodReversed(f"{period.last} is before {period.first}")
    bounds = {"from_ms": start_ms(period.first), "to_ms": end_ms(period.last)}
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    with tenant_block(connection, tenant_id):
        if form == "csv":
            yield csv_header()
            found = repository.entries(connection, tenant_id=tenant_id, **bounds)
            while rows := list(islice(found, BATCH_ROWS)):
                yield csv_lines(rows)
            return
        lines, _ = closes.trial_lines(connection, tenant_id=tenant_id, **bounds)
        closed = closes.closings(connection, tenant_id=tenant_id, first=period.first, last=period.last)
        closed[period.last] = lines
        entries = repository.entries(connection, tenant_id=tenant_id, **bounds)
        yield from _journal(entries, lines, closed, tenant_id=tenant_id, period=period)


def _journal(
    entries: Iterator[LedgerEntry], lines: list[Line], closed: dict[date, list[Line]], *, tenant_id: str, period: Period
) -> Iterator[str]:
    yield journal_header({line.currency for line in lines}, tenant_id=tenant_id)
    yield journal_opening(lines, day=period.first - _DAY)
    days = sorted(closed, reverse=True)
    for _, legs in groupby(entries, key=lambda entry: (entry.booked_at_ms, entry.transfer_id)):
        transfer = list(legs)
        day = day_of(transfer[0].booked_at_ms)
        while days and days[-1] < day:
            ended = days.pop()
            yield journal_assertions(closed[ended], day=ended)
        yield journal_transaction(transfer)
    for ended in reversed(days):
        yield journal_assertions(closed[ended], day=ended)
