"""The SQL of blocks, and of received payments as the ledger has them."""

from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from cases.blocks.states import Showing

Row = dict[str, Any]

_BLOCK = """
select b.tenant_id, b.block_id::text, b.transfer_id::text, b.hold_id::text, b.account_id::text, b.customer_id, b.amount_minor,
    b.currency, b.case_id::text, b.placed_by, b.placed_at, b.expires_at, b.proposal, b.proposed_by, b.proposed_at, b.outcome,
    b.judged_by, b.judged_at, b.refund_id::text, b.sealed, b.version, t.status as hold_status
from cases.block b join ledger.transfer t on t.id = b.hold_id
where b.tenant_id = %(tenant_id)s
"""
_NEWEST_FIRST = """
and (%(at)s::timestamptz is null or (b.placed_at, b.block_id) < (%(at)s::timestamptz, %(id)s::uuid))
order by b.placed_at desc, b.block_id desc limit %(limit)s
"""
_PAGE: dict[Showing | None, str] = {
    None: _BLOCK + _NEWEST_FIRST,
    Showing.ENDED: _BLOCK + "and (b.outcome is not null or t.status <> 'held')" + _NEWEST_FIRST,
    # Each lasts as long as the others: what was placed first ends first.
    Showing.WAITING: _BLOCK
    + """and b.outcome is null and t.status = 'held'
and (%(at)s::timestamptz is null or (b.placed_at, b.block_id) > (%(at)s::timestamptz, %(id)s::uuid))
order by b.placed_at, b.block_id limit %(limit)s""",
}
_LOCK = "select 1 from cases.block where tenant_id = %(tenant_id)s and block_id = %(block_id)s for update"
_INSERT = """
insert into cases.block (tenant_id, block_id, transfer_id, hold_id, account_id, customer_id, amount_minor, currency, case_id,
                         placed_by, placed_at, expires_at, salt, sealed)
values (%(tenant_id)s, %(block_id)s, %(transfer_id)s, %(hold_id)s, %(account_id)s, %(customer_id)s, %(amount_minor)s,
        %(currency)s, %(case_id)s, %(by)s, %(now)s, %(expires_at)s, %(salt)s, %(sealed)s)
on conflict (tenant_id, transfer_id) do nothing
"""
_PROPOSE = """
update cases.block set proposal = %(proposal)s, proposed_by = %(by)s, proposed_at = %(now)s, version = version + 1
where tenant_id = %(tenant_id)s and block_id = %(block_id)s
"""
_JUDGE = """
update cases.block set outcome = %(outcome)s, judged_by = %(by)s, judged_at = %(now)s, refund_id = %(refund_id)s,
    version = version + 1
where tenant_id = %(tenant_id)s and block_id = %(block_id)s
"""
_RECEIVED = """
select t.id, t.debit_account_id, t.credit_account_id, t.currency, t.posted_minor - t.reversed_minor as left_minor,
    t.status, t.purpose, b.customer_id
from ledger.transfer t join bank.account b on b.account_id = t.credit_account_id
where t.tenant_id = %(tenant_id)s and b.tenant_id = %(tenant_id)s and t.id = %(transfer_id)s
"""
_AVAILABLE = """
select greatest(0, credits_posted_minor - debits_posted_minor - debits_pending_minor) from ledger.account where id = %s
"""
_HOLD = "select status from ledger.transfer where tenant_id = %s and id = %s"


async def received(connection: AsyncConnection, *, tenant_id: str, transfer_id: UUID) -> Row | None:
    """Return a transfer that credited a customer's account here."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_RECEIVED, {"tenant_id": tenant_id, "transfer_id": transfer_id})
        return await cursor.fetchone()


async def available_minor(connection: AsyncConnection, account_id: UUID) -> int:
    """Return what an account could give now; whoever takes more than is there by then is refused by the ledger."""
    row = await (await connection.execute(_AVAILABLE, (account_id,))).fetchone()
    return 0 if row is None else int(row[0])


async def hold_status(connection: AsyncConnection, *, tenant_id: str, hold_id: UUID) -> str | None:
    """Return how a hold stands in the ledger."""
    row = await (await connection.execute(_HOLD, (tenant_id, hold_id))).fetchone()
    return None if row is None else str(row[0])


async def find(connection: AsyncConnection, *, tenant_id: str, block_id: UUID, lock: bool = False) -> Row | None:
    """Return one block, and how its hold stands."""
    named = {"tenant_id": tenant_id, "block_id": block_id}
    if lock:
        await connection.execute(_LOCK, named)
    async with connection.cursor(row_factory=dict_row) as cursor:
        return await (await cursor.execute(_BLOCK + "and b.block_id = %(block_id)s", named)).fetchone()


async def page(connection: AsyncConnection, *, show: Showing | None, **asked: object) -> list[Row]:
    """Return blocks, newest first; of those that wait, what ends first at first."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        return await (await cursor.execute(_PAGE[show], asked)).fetchall()


async def insert(connection: AsyncConnection, **columns: object) -> bool:
    """Write a block; False when the payment has had one."""
    return (await connection.execute(_INSERT, columns)).rowcount == 1


async def propose(connection: AsyncConnection, **columns: object) -> None:
    """Keep what somebody proposes, or with None that nothing is proposed."""
    await connection.execute(_PROPOSE, columns)


async def judge(connection: AsyncConnection, **columns: object) -> None:
    """Write what became of it."""
    await connection.execute(_JUDGE, columns)
