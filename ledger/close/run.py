"""Closing a day of one tenant: cut, count, keep; then what falls due. Safe to run again after any kill, and beside another."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from psycopg import Connection

from contracts.topics import BANKING_TRANSACTIONS
from kit.errors import Conflict
from kit.ids import NIL
from kit.postgres import tenant_block
from ledger.charges.run import Collected, charge_month, collect
from ledger.close import repository
from ledger.close.balances import differences, require_balanced
from ledger.close.repository import ClosedDay, Newest
from ledger.days import ends_month, last_ended, require_ended, start_ms
from ledger.interest.run import Accrued, accrue_day

CUT_ACCOUNTS = 1_000
SUSPENSE = "liabilities:suspense:"
_DAY = timedelta(days=1)


class DayDiffers(Conflict):
    """A closed day was counted again and is not what it was."""

    code = "day-differs"
    title = "The closed day has other totals now"
    remedy = "Read the differences: an account moved to another product, or the ledger's rows were changed from outside."


class DaysMissing(Conflict):
    """Days are closed one after another; one before this is open, or this lies before the first that is closed."""

    code = "days-missing"
    title = "The day cannot be closed yet"
    remedy = "Close the days in their order; `baas ledger close` without a day closes all that have ended."


class DayUnfinished(Conflict):
    """The close of the day before was cut off: its interest and charges are not all made."""

    code = "day-unfinished"
    title = "The day before is not finished"
    remedy = "Close the day before again first; `baas ledger close` without a day finishes it and goes on."


class CloseCutOff(Conflict):
    """The database ended a statement of the close: it took too long, or waited for something that waited for it."""

    code = "close-cut-off"
    title = "The close was cut off"
    remedy = "Close again: it goes on where it was. If it always takes too long, look for what holds the tenant's accounts."


@dataclass(frozen=True, slots=True)
class Closing:
    """A day's close and what came with it. `again` when it was closed before."""

    closed: ClosedDay
    again: bool
    accrued: Accrued
    charges: int
    collected: Collected


def close_ended_days(
    connection: Connection,
    *,
    tenant_id: str,
    now_ms: int,
    topic: str = BANKING_TRANSACTIONS,
    prove_newest: bool = True,
) -> Iterator[Closing]:
    """Close each day that has ended, oldest first, from the newest that is closed on; of a tenant with none, the last ended.

    The newest is counted again, so that it is proved; without `prove_newest`, for who has just closed it, it is not, unless a
    run was killed before it was finished.
    """
    last = last_ended(now_ms)
    with tenant_block(connection, tenant_id):
        newest = repository.newest(connection, tenant_id=tenant_id)
    day = last
    if newest is not None:
        day = min(last, newest.day) if prove_newest or not newest.finished else newest.day + _DAY
    while day <= last:
        yield close_day(connection, tenant_id=tenant_id, day=day, now_ms=now_ms, topic=topic)
        day += _DAY


def close_day(connection: Connection, *, tenant_id: str, day: date, now_ms: int, topic: str = BANKING_TRANSACTIONS) -> Closing:
    """Close the bank's calendar `day`: what is booked from now on is booked after it.

    The day's trial balance is kept once. Closing it again counts it again. Then interest is accrued, at a month's end charged,
    and what is due is collected, with its events on `topic`, which is another one only for tenants whose money is not real.
    A day that is finished accrues and charges nothing more: products have changed since. Closed again it collects what was
    never tried: an account without funds is asked once a night. Raises DayNotEnded, DaysMissing, DayUnfinished,
    BooksUnbalanced, and DayDiffers naming each line.
    """
    ends_ms = require_ended(day, now_ms=now_ms)
    with tenant_block(connection, tenant_id):
        # In this order: another who closes meanwhile makes the day one that is told, never one that is missing.
        newest = repository.newest(connection, tenant_id=tenant_id)
        told = repository.find(connection, tenant_id=tenant_id, day=day)
    if told is None and newest is not None:
        _require_next(day, newest)
    _cut(connection, tenant_id=tenant_id, ends_ms=ends_ms)
    found = _count(connection, tenant_id=tenant_id, day=day, ends_ms=ends_ms)
    with tenant_block(connection, tenant_id):
        repository.insert(connection, found, tenant_id=tenant_id, end_ms=ends_ms, now_ms=now_ms)
        kept = repository.find(connection, tenant_id=tenant_id, day=day)
    if kept is None:
        raise AssertionError("a day that was just closed is not there")
    wrong = differences(kept.lines, found.lines)
    if wrong:
        raise DayDiffers(f"{day}: {'; '.join(wrong)}", day=day.isoformat(), lines=len(wrong))
    accrued, charges = Accrued(0, 0, 0), 0
    if not kept.finished:
        accrued = accrue_day(connection, tenant_id=tenant_id, day=day, now_ms=now_ms)
        charges = charge_month(connection, tenant_id=tenant_id, last_day=day, now_ms=now_ms) if ends_month(day) else 0
    collected = collect(connection, tenant_id=tenant_id, now_ms=now_ms, topic=topic, untried=told is not None)
    if not kept.finished:
        with tenant_block(connection, tenant_id):
            repository.finish(connection, tenant_id=tenant_id, day=day, now_ms=now_ms)
    return Closing(kept, told is not None, accrued, charges, collected)


def _require_next(day: date, newest: Newest) -> None:
    """Raise DaysMissing, or DayUnfinished, unless `day` may be closed after the newest that is."""
    if day != newest.day + _DAY:
        raise DaysMissing(
            f"the newest closed day is {newest.day}; {newest.day + _DAY} comes next", newest=newest.day.isoformat()
        )
    if not newest.finished:
        raise DayUnfinished(f"the close of {newest.day} was cut off", newest=newest.day.isoformat())


def _cut(connection: Connection, *, tenant_id: str, ends_ms: int) -> None:
    """Have every account booked at or after the day's end. What is being posted meanwhile is waited for, account by account."""
    after = NIL
    while True:
        last = repository.cut(connection, tenant_id=tenant_id, end_ms=ends_ms, after=after, limit=CUT_ACCOUNTS)
        if last is None:
            return
        after = last


def _count(connection: Connection, *, tenant_id: str, day: date, ends_ms: int) -> ClosedDay:
    with tenant_block(connection, tenant_id):
        lines, entries = repository.trial_lines(connection, tenant_id=tenant_id, from_ms=start_ms(day), to_ms=ends_ms)
    require_balanced(lines)
    waiting = [line for line in lines if line.line.startswith(SUSPENSE) and line.closing_minor]
    return ClosedDay(day, entries, lines, waiting)
