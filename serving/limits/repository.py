"""The SQL of limits, under the reader's tenant."""

from collections.abc import Sequence
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import class_row, dict_row

from serving.limits.arithmetic import Hours, Limit, Measure, Scope

_HOURS = "select time_zone, night_start_minute, night_end_minute from bank.limit_settings where account_id = %s"
_LIMITS = (
    "select channel, scope, amount_minor, coming_amount_minor, (extract(epoch from coming_at) * 1000)::bigint as coming_at_ms "
    "from bank.account_limit where account_id = %s order by channel, scope"
)
# A transfer counts while its key is being worked on, and then unless it ended without money moving. What was held and posted in
# part counts as posted. All of it is one statement, so that a transfer is never missed between its claim and its posting.
_USED = """
select
    coalesce(sum(case when t.status = 'posted' then t.posted_minor else u.amount_minor end)
        filter (where t.status in ('posted', 'held') or c.transfer_id is not null), 0)::bigint
from unnest(%(channels)s::text[], %(starts)s::bigint[], %(ends)s::bigint[])
    with ordinality as m (channel, start_ms, end_ms, ord)
left join bank.limit_use u on u.account_id = %(account_id)s and u.at >= ledger.at(m.start_ms) and u.at < ledger.at(m.end_ms)
    and m.channel in ('any', u.channel)
left join ledger.transfer t on t.id = u.transfer_id
left join idempotency.claim c
    on t.id is null and c.tenant_id = u.tenant_id and c.key = u.key and c.transfer_id = u.transfer_id
group by m.ord
order by m.ord
"""


async def find_hours(connection: AsyncConnection, account_id: UUID, *, for_update: bool = False) -> Hours | None:
    """Return when an account's days and nights begin, locked against everybody who counts; None for one without limits."""
    async with connection.cursor(row_factory=class_row(Hours)) as cursor:
        await cursor.execute(_HOURS + (" for update" if for_update else ""), (account_id,))
        return await cursor.fetchone()


async def write_hours(connection: AsyncConnection, *, tenant_id: str, account_id: UUID, hours: Hours) -> None:
    """Store when an account's days and nights begin; from now on its transfers are counted."""
    await connection.execute(
        "insert into bank.limit_settings (account_id, tenant_id, time_zone, night_start_minute, night_end_minute) "
        "values (%s, %s, %s, %s, %s) on conflict (account_id) do update set time_zone = excluded.time_zone, "
        "night_start_minute = excluded.night_start_minute, night_end_minute = excluded.night_end_minute",
        (account_id, tenant_id, hours.time_zone, hours.night_start_minute, hours.night_end_minute),
    )


async def find_limits(connection: AsyncConnection, account_id: UUID) -> list[Limit]:
    """Return an account's limits, by channel and scope; those that have ended too."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_LIMITS, (account_id,))
        return [Limit(**row | {"scope": Scope(row["scope"])}) for row in await cursor.fetchall()]


async def write_limit(connection: AsyncConnection, *, tenant_id: str, account_id: UUID, limit: Limit) -> None:
    """Store a limit of an account that has hours."""
    await connection.execute(
        "insert into bank.account_limit (account_id, tenant_id, channel, scope, amount_minor, coming_amount_minor, coming_at) "
        "values (%s, %s, %s, %s, %s, %s, ledger.at(%s)) on conflict (account_id, channel, scope) do update set "
        "amount_minor = excluded.amount_minor, coming_amount_minor = excluded.coming_amount_minor, "
        "coming_at = excluded.coming_at",
        (
            account_id,
            tenant_id,
            limit.channel,
            limit.scope,
            limit.amount_minor,
            limit.coming_amount_minor,
            limit.coming_at_ms,
        ),
    )


async def used_minor(connection: AsyncConnection, account_id: UUID, kept: Sequence[Measure]) -> list[int]:
    """Return what of each limit's period is used; nothing for one transfer's own limit."""
    empty = (0, 0)
    bounds = [(each.period.start_ms, each.period.end_ms) if each.period else empty for each in kept]
    cursor = await connection.execute(
        _USED,
        {
            "account_id": account_id,
            "channels": [each.channel for each in kept],
            "starts": [start for start, _ in bounds],
            "ends": [end for _, end in bounds],
        },
    )
    return [int(row[0]) for row in await cursor.fetchall()]


async def was_counted(connection: AsyncConnection, transfer_id: UUID) -> bool:
    """Whether a transfer has been let through by its account's limits."""
    cursor = await connection.execute("select exists (select from bank.limit_use where transfer_id = %s)", (transfer_id,))
    row = await cursor.fetchone()
    return bool(row and row[0])


async def insert_use(
    connection: AsyncConnection,
    *,
    transfer_id: UUID,
    tenant_id: str,
    account_id: UUID,
    key: str,
    channel: str,
    at_ms: int,
    amount_minor: int,
) -> None:
    """Count a transfer, under the key that it was claimed with."""
    await connection.execute(
        "insert into bank.limit_use (transfer_id, tenant_id, account_id, key, channel, at, amount_minor) "
        "values (%s, %s, %s, %s, %s, ledger.at(%s), %s)",
        (transfer_id, tenant_id, account_id, key, channel, at_ms, amount_minor),
    )
