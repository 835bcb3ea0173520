"""The SQL of schedules, under the tenant's own rows. Leases go by the database's clock: a sandbox moves its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import class_row, dict_row

from serving.holders.repository import HELD_BY_CUSTOMER

Row = dict[str, object]

_COLUMNS = (
    "schedule_id, tenant_id, customer_id, debit_account_id, credit_account_id, amount_minor, currency, channel, payee_id, "
    "description, frequency, from_day, until_day, max_dates, weekday, day_of_month, business_day, convention, at_time, "
    "timezone, status, next_day, next_at, dates_passed, version, created_by, created_at, "
    "taken_until is not null as taken"
)
_ONE = (
    "select " + _COLUMNS + " from bank.schedule where tenant_id = %(tenant_id)s and schedule_id = %(schedule_id)s "
    "and (%(customer_id)s::text is null or debit_account_id in (" + HELD_BY_CUSTOMER + "))"
)
_ONE_LOCKED = _ONE + " for update"
_RUN = "schedule_id, day, state, attempts, transfer_id, code, begun_at, ended_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A schedule as it stands; `taken` while nobody knows what has become of its next date, whose lease may have run out."""

    schedule_id: UUID
    tenant_id: str
    customer_id: str | None
    debit_account_id: UUID
    credit_account_id: UUID | None
    amount_minor: int
    currency: str
    channel: str
    payee_id: str | None
    description: str | None
    frequency: str
    from_day: date
    until_day: date | None
    max_dates: int | None
    weekday: int | None
    day_of_month: int | None
    business_day: int | None
    convention: str
    at_time: time
    timezone: str
    status: str
    next_day: date | None
    next_at: datetime | None
    dates_passed: int
    version: int
    created_by: str
    created_at: datetime
    taken: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What became, or becomes, of one date. `stale` once its keys are no longer remembered."""

    attempts: int
    request: bytes
    state: str
    stale: bool


async def insert(connection: AsyncConnection, values: Mapping[str, Any]) -> None:
    """Store a schedule; the names of `values` are columns."""
    await connection.execute(
        "insert into bank.schedule (schedule_id, tenant_id, customer_id, debit_account_id, credit_account_id, amount_minor, "
        "currency, channel, payee_id, description, frequency, from_day, until_day, max_dates, weekday, day_of_month, "
        "business_day, convention, at_time, timezone, next_day, next_at, created_by) values (%(schedule_id)s, %(tenant_id)s, "
        "%(customer_id)s, %(debit_account_id)s, %(credit_account_id)s, %(amount_minor)s, %(currency)s, %(channel)s, "
        "%(payee_id)s, %(description)s, %(frequency)s, %(from_day)s, %(until_day)s, %(max_dates)s, %(weekday)s, "
        "%(day_of_month)s, %(business_day)s, %(convention)s, %(at_time)s, %(timezone)s, %(next_day)s, %(next_at)s, "
        "%(created_by)s)",
        values,
    )


async def find(
    connection: AsyncConnection, *, tenant_id: str, schedule_id: UUID, customer_id: str | None, lock: bool = False
) -> Schedule | None:
    """Return one schedule, only the customer's own when a customer is given; locked for a change of it."""
    async with connection.cursor(row_factory=class_row(Schedule)) as cursor:
        await cursor.execute(
            _ONE_LOCKED if lock else _ONE, {"tenant_id": tenant_id, "schedule_id": schedule_id, "customer_id": customer_id}
        )
        return await cursor.fetchone()


async def page(
    connection: AsyncConnection,
    *,
    tenant_id: str,
    customer_id: str | None,
    account_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> list[Schedule]:
    """Return schedules after an id, by id; only of accounts that the customer holds, only of an account, where one is given."""
    async with connection.cursor(row_factory=class_row(Schedule)) as cursor:
        await cursor.execute(
            "select " + _COLUMNS + " from bank.schedule where tenant_id = %(tenant_id)s "
            "and (%(customer_id)s::text is null or debit_account_id in (" + HELD_BY_CUSTOMER + ")) "
            "and (%(account_id)s::uuid is null or debit_account_id = %(account_id)s) "
            "and (%(after)s::uuid is null or schedule_id > %(after)s) order by schedule_id limit %(limit)s",
            {"tenant_id": tenant_id, "customer_id": customer_id, "account_id": account_id, "after": after, "limit": limit},
        )
        return await cursor.fetchall()


async def change(
    connection: AsyncConnection,
    schedule: Schedule,
    *,
    status: str,
    next_day: date | None,
    next_at: datetime | None,
    dates_passed: int,
    amount_minor: int,
    description: str | None,
    until_day: date | None,
    max_dates: int | None,
) -> None:
    """Write what people may change of a locked schedule, and its next version; a date that it leaves unpaid is skipped."""
    await connection.execute(
        "update bank.schedule set status = %s, next_day = %s, next_at = %s, dates_passed = %s, amount_minor = %s, "
        "description = %s, until_day = %s, max_dates = %s, version = version + 1 where tenant_id = %s and schedule_id = %s",
        (
            status, next_day, next_at, dates_passed, amount_minor, description, until_day, max_dates, schedule.tenant_id,
            schedule.schedule_id,
        ),
    )  # fmt: skip
    await connection.execute(
        "update bank.schedule_run set state = 'skipped', ended_at = clock_timestamp() where tenant_id = %s "
        "and schedule_id = %s and state = 'open' and day is distinct from %s",
        (schedule.tenant_id, schedule.schedule_id, next_day),
    )


async def runs(connection: AsyncConnection, *, tenant_id: str, schedule_id: UUID, before: date | None, limit: int) -> list[Row]:
    """Return what became of a schedule's dates before a day, newest first."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            "select " + _RUN + " from bank.schedule_run where tenant_id = %(tenant_id)s and schedule_id = %(schedule_id)s "
            "and (%(before)s::date is null or day < %(before)s) order by day desc limit %(limit)s",
            {"tenant_id": tenant_id, "schedule_id": schedule_id, "before": before, "limit": limit},
        )
        return await cursor.fetchall()


async def due(connection: AsyncConnection, *, now_ms: int, tenant_id: str | None, limit: int) -> list[tuple[str, UUID]]:
    """Return (tenant, schedule) of what is due by its tenant's clock and held by nobody; `now_ms` is the real present."""
    cursor = await connection.execute(
        "select tenant_id, schedule_id from bank.due_schedules(%s, %s, %s)", (now_ms, tenant_id, limit)
    )
    return await cursor.fetchall()


async def next_due_ms(connection: AsyncConnection, *, tenant_id: str, after_ms: int) -> int | None:
    """Return when the tenant's next schedule is due."""
    cursor = await connection.execute(
        "select (extract(epoch from min(next_at)) * 1000)::bigint from bank.schedule "
        "where tenant_id = %s and status = 'active' and next_at > ledger.at(%s::bigint)",
        (tenant_id, after_ms),
    )
    row = await cursor.fetchone()
    return None if row is None else row[0]


async def any_due(connection: AsyncConnection, *, tenant_id: str, now_ms: int) -> bool:
    """Whether the tenant has a schedule that is due, whoever holds it."""
    cursor = await connection.execute(
        "select exists (select from bank.schedule where tenant_id = %s and status = 'active' "
        "and next_at <= ledger.at(%s::bigint))",
        (tenant_id, now_ms),
    )
    row = await cursor.fetchone()
    return bool(row and row[0])


async def take(
    connection: AsyncConnection, *, tenant_id: str, schedule_id: UUID, now_ms: int, lease_s: float
) -> Schedule | None:
    """Take a due schedule for `lease_s` by the database's clock; None when somebody else has it or it is due no more."""
    async with connection.cursor(row_factory=class_row(Schedule)) as cursor:
        await cursor.execute(
            "with free as (select schedule_id as id from bank.schedule where tenant_id = %(tenant_id)s "
            "and schedule_id = %(schedule_id)s and status = 'active' and next_at <= ledger.at(%(now_ms)s::bigint) "
            "and (taken_until is null or taken_until <= clock_timestamp()) for update skip locked) "
            "update bank.schedule set taken_until = clock_timestamp() + make_interval(secs => %(lease_s)s) "
            "from free where schedule_id = free.id returning " + _COLUMNS,
            {"tenant_id": tenant_id, "schedule_id": schedule_id, "now_ms": now_ms, "lease_s": lease_s},
        )
        return await cursor.fetchone()


async def begin(connection: AsyncConnection, schedule: Schedule, *, request: bytes, remembered_ms: int) -> Run:
    """Begin an attempt of a schedule that was taken, or return the one that was begun before, with its own request."""
    key = {"tenant_id": schedule.tenant_id, "schedule_id": schedule.schedule_id, "day": schedule.next_day}
    await connection.execute(
        "insert into bank.schedule_run (tenant_id, schedule_id, day, state, request) "
        "values (%(tenant_id)s, %(schedule_id)s, %(day)s, 'open', %(request)s) on conflict (schedule_id, day) do update "
        "set request = coalesce(schedule_run.request, excluded.request) where schedule_run.state = 'open'",
        key | {"request": request},
    )
    async with connection.cursor(row_factory=class_row(Run)) as cursor:
        await cursor.execute(
            "select attempts, request, state, "
            "begun_at <= clock_timestamp() - %(remembered_ms)s * interval '1 millisecond' as stale "
            "from bank.schedule_run where tenant_id = %(tenant_id)s and schedule_id = %(schedule_id)s and day = %(day)s",
            key | {"remembered_ms": remembered_ms},
        )
        found = await cursor.fetchone()
    assert found is not None  # noqa: S101 (written above, in this transaction)
    return found


async def hold(connection: AsyncConnection, schedule: Schedule) -> None:
    """Lock a schedule before its runs, as everybody does who writes both: in another order two could wait for each other."""
    await connection.execute(
        "select from bank.schedule where tenant_id = %s and schedule_id = %s for update",
        (schedule.tenant_id, schedule.schedule_id),
    )


async def end_run(
    connection: AsyncConnection,
    schedule: Schedule,
    *,
    attempts: int,
    state: str,
    transfer_id: UUID | None,
    code: str | None,
) -> bool:
    """Write what became of the date, once: False when this attempt was ended before."""
    cursor = await connection.execute(
        "update bank.schedule_run set state = %(state)s, transfer_id = %(transfer_id)s, code = %(code)s, "
        "ended_at = clock_timestamp() where tenant_id = %(tenant_id)s and schedule_id = %(schedule_id)s and day = %(day)s "
        "and state = 'open' and attempts = %(attempts)s",
        {
            "state": state, "transfer_id": transfer_id, "code": code, "tenant_id": schedule.tenant_id,
            "schedule_id": schedule.schedule_id, "day": schedule.next_day, "attempts": attempts,
        },
    )  # fmt: skip
    return cursor.rowcount == 1


async def put_off(
    connection: AsyncConnection, schedule: Schedule, *, attempts: int, transfer_id: UUID | None, code: str, until: datetime
) -> None:
    """Have the date tried again at a moment, as its next attempt; nothing when this attempt was ended before.

    This attempt's outcome is known: the next one asks for what the schedule says by then.
    """
    cursor = await connection.execute(
        "update bank.schedule_run set attempts = attempts + 1, request = null, transfer_id = %(transfer_id)s, "
        "code = %(code)s "
        "where tenant_id = %(tenant_id)s and schedule_id = %(schedule_id)s and day = %(day)s and state = 'open' "
        "and attempts = %(attempts)s",
        {
            "transfer_id": transfer_id, "code": code, "tenant_id": schedule.tenant_id,
            "schedule_id": schedule.schedule_id, "day": schedule.next_day, "attempts": attempts,
        },
    )  # fmt: skip
    if cursor.rowcount == 1:
        await connection.execute(
            "update bank.schedule set next_at = %s, taken_until = null "
            "where tenant_id = %s and schedule_id = %s and next_day = %s",
            (until, schedule.tenant_id, schedule.schedule_id, schedule.next_day),
        )


async def skip(connection: AsyncConnection, schedule: Schedule) -> None:
    """Write that a locked schedule's next date is not paid."""
    await connection.execute(
        "insert into bank.schedule_run (tenant_id, schedule_id, day, state, attempts, ended_at) "
        "values (%s, %s, %s, 'skipped', 0, clock_timestamp()) "
        "on conflict (schedule_id, day) do update set state = 'skipped', ended_at = excluded.ended_at",
        (schedule.tenant_id, schedule.schedule_id, schedule.next_day),
    )


async def advance(connection: AsyncConnection, schedule: Schedule, *, next_day: date | None, next_at: datetime | None) -> None:
    """Go on to the date after the one that has ended, and let the schedule go."""
    await connection.execute(
        "update bank.schedule set next_day = %(next_day)s, next_at = %(next_at)s, taken_until = null, "
        "dates_passed = dates_passed + 1, status = case when %(next_day)s::date is null then 'ended' else status end "
        "where tenant_id = %(tenant_id)s and schedule_id = %(schedule_id)s and next_day = %(day)s",
        {
            "next_day": next_day, "next_at": next_at, "tenant_id": schedule.tenant_id,
            "schedule_id": schedule.schedule_id, "day": schedule.next_day,
        },
    )  # fmt: skip
