"""Reading the marts: everything is under the reader's tenant, and answered again only when the marts were built anew."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from kit.errors import DomainError, NotFound
from serving.analytics import repository
from serving.analytics.asked import Asked, Every, Period, period_of, tag_of
from serving.analytics.dashboards import folded
from serving.analytics.export import ExportsBusy, FileFormat, written
from serving.analytics.repository import Row
from serving.edge.errors import InvalidRequest
from serving.edge.principals import Principal
from serving.edge.warehouse import warehouse_reading

MAX_POINTS = 5_000
# Files are written by threads on connections of their own; more at once would take them from the requests.
MAX_EXPORTS_AT_ONCE = 2
EXPORT_RETRY_S = 10
_COUNTED = (
    "transactions",
    "amount_minor",
    "allowed",
    "reviewed",
    "denied",
    "frauds",
    "fraud_amount_minor",
    "frauds_caught",
    "false_alarms",
)


class TooManyPoints(DomainError):
    """More points than a chart of ours shows."""

    code = "too-many-points"
    title = "The series has too many points"
    remedy = "Ask for a shorter period, a longer `every`, a filter, or no `by`; an export holds every row."


@dataclass(frozen=True, slots=True)
class Answer:
    """What was read, under its ETag. `content` is None where the asker has it already."""

    tag: str
    content: Row | None


@dataclass(frozen=True, slots=True)
class File:
    """A file's tag and content, which is None where the asker has it already; who takes the content closes it."""

    tag: str
    content: IO[bytes] | None


@dataclass(frozen=True, slots=True)
class _Reading:
    """One transaction on the marts, as of when they are, and the tag of what is asked."""

    connection: AsyncConnection
    as_of: datetime | None
    tag: str
    known: bool


class AnalyticsService:
    """What the analytics routes do. `dsn` is the same warehouse's as the pool's, for connections that a file takes."""

    def __init__(self, warehouse: AsyncConnectionPool, *, dsn: str) -> None:
        self._warehouse = warehouse
        self._dsn = dsn
        self._exports = asyncio.Semaphore(MAX_EXPORTS_AT_ONCE)

    async def daily(
        self, principal: Principal, *, first: date | None, past: date | None, today: date
    ) -> tuple[list[Row], datetime | None]:
        """Return a row a day and channel of [first, past), and as of when they are.

        Raises InvalidRequest for a period that is empty or too long.
        """
        period = period_of(first, past, today=today)
        async with warehouse_reading(self._warehouse, principal.tenant_id) as connection:
            rows = await repository.daily(connection, tenant_id=principal.tenant_id, first=period.first, past=period.past)
            return rows, await repository.as_of(connection, tenant_id=principal.tenant_id)

    async def summary(self, principal: Principal) -> Row:
        """Return everything in one row, and a row a channel."""
        async with warehouse_reading(self._warehouse, principal.tenant_id) as connection:
            channels = await repository.by_channel(connection, tenant_id=principal.tenant_id)
            as_of = await repository.as_of(connection, tenant_id=principal.tenant_id)
        total: Row = {name: sum(int(str(row[name])) for row in channels) for name in _COUNTED}
        return total | {
            "as_of": as_of,
            "first_day": min((row["first_day"] for row in channels), default=None, key=str),
            "last_day": max((row["last_day"] for row in channels), default=None, key=str),
            "caught_share": _share(total["frauds_caught"], total["frauds"]),
            "false_alarm_share": _share(total["false_alarms"], total["transactions"]),
            "channels": channels,
        }

    async def series(self, principal: Principal, asked: Asked, *, every: Every, known: str | None) -> Answer:
        """Return a metric's points over time. `known` is the If-None-Match of the asker.

        Raises InvalidRequest for a dataset without days, and TooManyPoints.
        """
        if asked.dataset.day is None:
            raise InvalidRequest(f"dataset: {asked.dataset.name} has no days, and so no series", field="dataset")
        async with self._reading(principal, ("series", asked, every), known) as reading:
            if reading.known:
                return Answer(reading.tag, None)
            rows = await repository.series(
                reading.connection, asked, tenant_id=principal.tenant_id, every=every, limit=MAX_POINTS + 1
            )
        if len(rows) > MAX_POINTS:
            raise TooManyPoints(f"more than {MAX_POINTS} points", max_points=MAX_POINTS)
        return Answer(reading.tag, _told(asked, reading) | {"every": every, "items": rows})

    async def breakdown(self, principal: Principal, asked: Asked, *, limit: int, known: str | None) -> Answer:
        """Return a metric by the values of a dimension, the largest first, each with its share of the whole.

        Without a dimension there is one group: the whole.
        """
        async with self._reading(principal, ("breakdown", asked, limit), known) as reading:
            if reading.known:
                return Answer(reading.tag, None)
            rows = await repository.breakdown(reading.connection, asked, tenant_id=principal.tenant_id, limit=limit + 1)
        items = [_of_the_whole(row, asked) for row in rows[:limit]]
        return Answer(reading.tag, _told(asked, reading) | {"items": items, "more": len(rows) > limit})

    async def dashboard(self, principal: Principal, customer_id: str, period: Period, *, known: str | None) -> Answer:
        """Return what a customer's transactions moved in a period. Raises NotFound; a customer reads their own alone."""
        if principal.whose(customer_id) != customer_id:
            raise NotFound(f"there is no customer {customer_id}")
        async with self._reading(principal, ("dashboard", customer_id, period), known) as reading:
            if reading.known:
                return Answer(reading.tag, None)
            row = await repository.customer(reading.connection, tenant_id=principal.tenant_id, customer_id=customer_id)
            if row is None:
                raise NotFound(f"the marts hold no transaction of a customer {customer_id}; they are built every few minutes")
            days = await repository.customer_days(
                reading.connection, tenant_id=principal.tenant_id, customer_id=customer_id, period=period
            )
        told = {"customer_id": customer_id, "as_of": reading.as_of, "from": period.first, "to": period.past}
        return Answer(reading.tag, told | row | folded(days))

    async def export(self, principal: Principal, asked: Asked, *, form: FileFormat, known: str | None) -> File:
        """Return a dataset's rows as a file. Raises ExportTooLong, and ExportsBusy where others are being written."""
        async with self._reading(principal, ("export", asked.dataset, asked.period, asked.filters, form), known) as reading:
            if reading.known:
                return File(reading.tag, None)
        if self._exports.locked():
            raise ExportsBusy(f"{MAX_EXPORTS_AT_ONCE} exports are written at a time", retry_after_s=EXPORT_RETRY_S)
        async with self._exports:
            content = await asyncio.to_thread(written, self._dsn, asked, tenant_id=principal.tenant_id, form=form)
        return File(reading.tag, content)

    @asynccontextmanager
    async def _reading(self, principal: Principal, what: object, known: str | None) -> AsyncIterator[_Reading]:
        """One transaction, in which nothing but as of when the marts are has been read."""
        async with warehouse_reading(self._warehouse, principal.tenant_id) as connection:
            as_of = await repository.as_of(connection, tenant_id=principal.tenant_id)
            tag = tag_of(what, tenant_id=principal.tenant_id, as_of=as_of)
            yield _Reading(connection, as_of, tag, known=_names(known, tag))


def _names(known: str | None, tag: str) -> bool:
    """Whether an If-None-Match names the tag; weakly is enough for reading."""
    return known is not None and tag in {each.strip().removeprefix("W/") for each in known.split(",")}


def _told(asked: Asked, reading: _Reading) -> Row:
    return {
        "dataset": asked.dataset.name,
        "metric": asked.measure.name,
        "unit": asked.measure.unit,
        "by": asked.by and asked.by.name,
        "from": asked.period and asked.period.first,
        "to": asked.period and asked.period.past,
        "as_of": reading.as_of,
    }


def _of_the_whole(row: Row, asked: Asked) -> Row:
    """A group with its share of the whole, where the groups add up to it."""
    return row | {"share": _share(row["value"], row["whole"]) if asked.measure.adds_up and row["value"] is not None else None}


def _share(part: object, whole: object) -> float | None:
    return int(str(part)) / int(str(whole)) if whole else None
