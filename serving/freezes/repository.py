"""The SQL of freezes, and of what they stop."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from cases.freezes.states import Frozen

Row = dict[str, Any]

_COLUMNS = """tenant_id, freeze_id::text, customer_id, account_id::text, cause, incoming, case_id::text, state, placed_by,
    placed_at, proposed_by, proposed_at, judged_by, judged_at, sealed, version"""
_FIND = f"select {_COLUMNS} from cases.freeze where tenant_id = %s and freeze_id = %s"
_PAGE = f"""
select {_COLUMNS} from cases.freeze
where tenant_id = %(tenant_id)s and (%(state)s::text is null or state = %(state)s)
    and (%(customer_id)s::text is null or customer_id = %(customer_id)s)
    and (%(at)s::timestamptz is null or (placed_at, freeze_id) < (%(at)s::timestamptz, %(id)s::uuid))
order by placed_at desc, freeze_id desc limit %(limit)s
"""
_INSERT = """
insert into cases.freeze (tenant_id, freeze_id, customer_id, account_id, cause, incoming, case_id, state, placed_by, placed_at,
                          salt, sealed)
values (%(tenant_id)s, %(freeze_id)s, %(customer_id)s, %(account_id)s, %(cause)s, %(incoming)s, %(case_id)s, 'active', %(by)s,
        %(now)s, %(salt)s, %(sealed)s)
"""
_PROPOSE = """
update cases.freeze set state = case when %(by)s::text is null then 'active' else 'lifting' end, proposed_by = %(by)s,
    proposed_at = case when %(by)s::text is not null then %(now)s::timestamptz end, version = version + 1
where tenant_id = %(tenant_id)s and freeze_id = %(freeze_id)s
"""
_LIFT = """
update cases.freeze set state = 'lifted', judged_by = %(by)s, judged_at = %(now)s, version = version + 1
where tenant_id = %(tenant_id)s and freeze_id = %(freeze_id)s
"""
_FROZEN = """
select count(*) > 0, coalesce(bool_or(incoming = 'refuse'), false) from cases.freeze
where tenant_id = %s and customer_id = %s and state <> 'lifted' and (account_id is null or account_id = %s)
"""
_CUSTOMER_FROZEN = """
select 1 from cases.freeze where tenant_id = %s and customer_id = %s and state <> 'lifted' and account_id is null limit 1
"""
_ACCOUNTS = """
select account_id, status, block_cause, blocked_debits, blocked_credits from bank.account
where tenant_id = %(tenant_id)s and customer_id = %(customer_id)s and status <> 'closed'
    and (%(account_id)s::uuid is null or account_id = %(account_id)s) order by account_id for update
"""
_OWNER = "select customer_id from bank.account where tenant_id = %s and account_id = %s"
_LOCK_CUSTOMER = "select 1 from bank.customer where tenant_id = %s and customer_id = %s for no key update"
_CASE_THERE = "select 1 from cases.case where tenant_id = %s and case_id = %s"


async def find(connection: AsyncConnection, *, tenant_id: str, freeze_id: UUID, lock: bool = False) -> Row | None:
    """Return one freeze."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_FIND + (" for update" if lock else ""), (tenant_id, freeze_id))
        return await cursor.fetchone()


async def page(connection: AsyncConnection, **asked: object) -> list[Row]:
    """Return freezes, newest first."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        return await (await cursor.execute(_PAGE, asked)).fetchall()


async def insert(connection: AsyncConnection, **columns: object) -> None:
    """Write a freeze that holds from now on."""
    await connection.execute(_INSERT, columns)


async def propose(connection: AsyncConnection, *, tenant_id: str, freeze_id: UUID, by: str | None, now: datetime) -> None:
    """Keep that somebody wants it lifted, or with None that nobody does any more."""
    await connection.execute(_PROPOSE, {"tenant_id": tenant_id, "freeze_id": freeze_id, "by": by, "now": now})


async def lift(connection: AsyncConnection, *, tenant_id: str, freeze_id: UUID, by: str, now: datetime) -> None:
    """Lift it."""
    await connection.execute(_LIFT, {"tenant_id": tenant_id, "freeze_id": freeze_id, "by": by, "now": now})


async def frozen(connection: AsyncConnection, *, tenant_id: str, customer_id: str, account_id: UUID) -> Frozen:
    """Return what the freezes of an account and of its customer stop."""
    row = await (await connection.execute(_FROZEN, (tenant_id, customer_id, account_id))).fetchone()
    return Frozen() if row is None else Frozen(debits=bool(row[0]), credits=bool(row[1]))


async def customer_is_frozen(connection: AsyncConnection, *, tenant_id: str, customer_id: str) -> bool:
    """Whether all that a customer has is frozen."""
    return await (await connection.execute(_CUSTOMER_FROZEN, (tenant_id, customer_id))).fetchone() is not None


async def accounts(connection: AsyncConnection, *, tenant_id: str, customer_id: str, account_id: str | None) -> list[Row]:
    """Return the accounts that a freeze is about, locked, in their order."""
    named = {"tenant_id": tenant_id, "customer_id": customer_id, "account_id": account_id}
    async with connection.cursor(row_factory=dict_row) as cursor:
        return await (await cursor.execute(_ACCOUNTS, named)).fetchall()


async def owner_of(connection: AsyncConnection, *, tenant_id: str, account_id: UUID) -> str | None:
    """Return whose an account is."""
    row = await (await connection.execute(_OWNER, (tenant_id, account_id))).fetchone()
    return None if row is None else str(row[0])


async def lock_customer(connection: AsyncConnection, *, tenant_id: str, customer_id: str) -> bool:
    """Keep a customer from opening an account meanwhile; False when there is none."""
    return await (await connection.execute(_LOCK_CUSTOMER, (tenant_id, customer_id))).fetchone() is not None


async def case_is_there(connection: AsyncConnection, *, tenant_id: str, case_id: UUID) -> bool:
    """Whether the tenant has a case."""
    return await (await connection.execute(_CASE_THERE, (tenant_id, case_id))).fetchone() is not None
