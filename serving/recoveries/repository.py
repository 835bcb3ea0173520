"""The SQL of recoveries, and of sent payments as the ledger has them."""

from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from cases.blocks.states import Showing

Row = dict[str, Any]

_RECOVERY = """
select r.tenant_id, r.recovery_id::text, r.external_id, r.transfer_id::text, r.account_id::text, r.customer_id, r.situation,
    r.amount_minor, r.currency, r.state, r.reported_at, r.analysed_at, r.due_at, r.proposed_minor, r.proposed_by, r.proposed_at,
    r.judged_by, r.judged_at, r.result, r.return_id::text, r.returned_minor, r.opened_by, r.opened_at, r.ended_at, r.version
from cases.recovery r where r.tenant_id = %(tenant_id)s
"""
_PAGE: dict[Showing, str] = {
    Showing.WAITING: _RECOVERY
    + """and r.due_at is not null
and (%(at)s::timestamptz is null or (r.due_at, r.recovery_id) > (%(at)s::timestamptz, %(id)s::uuid))
order by r.due_at, r.recovery_id limit %(limit)s""",
    Showing.ENDED: _RECOVERY
    + """and r.ended_at is not null
and (%(at)s::timestamptz is null or (r.ended_at, r.recovery_id) < (%(at)s::timestamptz, %(id)s::uuid))
order by r.ended_at desc, r.recovery_id desc limit %(limit)s""",
}
_LOCK = "select 1 from cases.recovery where tenant_id = %(tenant_id)s and recovery_id = %(recovery_id)s for update"
_INSERT = """
insert into cases.recovery (tenant_id, recovery_id, transfer_id, account_id, customer_id, situation, amount_minor, currency,
                            state, reported_at, due_at, opened_by, opened_at)
values (%(tenant_id)s, %(recovery_id)s, %(transfer_id)s, %(account_id)s, %(customer_id)s, %(situation)s, %(amount_minor)s,
        %(currency)s, 'created', %(reported_at)s, %(due_at)s, %(by)s, %(now)s)
on conflict do nothing
"""
_MOVE = """
update cases.recovery set external_id = %(external_id)s, state = %(state)s, analysed_at = %(analysed_at)s, due_at = %(due_at)s,
    proposed_minor = %(proposed_minor)s, proposed_by = %(proposed_by)s, proposed_at = %(proposed_at)s,
    judged_by = %(judged_by)s, judged_at = %(judged_at)s, result = %(result)s, return_id = %(return_id)s,
    returned_minor = %(returned_minor)s, ended_at = %(ended_at)s, version = version + 1
where tenant_id = %(tenant_id)s and recovery_id = %(recovery_id)s
"""
MOVED = (
    "external_id", "state", "analysed_at", "due_at", "proposed_minor", "proposed_by", "proposed_at", "judged_by", "judged_at",
    "result", "return_id", "returned_minor", "ended_at",
)  # fmt: skip
_KNOWN = """
select exists (select from cases.recovery where tenant_id = %s and external_id = %s and recovery_id <> %s)
"""
_SENT = """
select t.id, t.debit_account_id, t.credit_account_id, t.currency, t.posted_minor - t.reversed_minor as left_minor, t.status,
    t.purpose, b.customer_id, exists (
        select from ledger.account a where a.id = t.credit_account_id and a.code is null
    ) as paid_within
from ledger.transfer t join bank.account b on b.account_id = t.debit_account_id
where t.tenant_id = %(tenant_id)s and b.tenant_id = %(tenant_id)s and t.id = %(transfer_id)s
"""


async def sent(connection: AsyncConnection, *, tenant_id: str, transfer_id: UUID) -> Row | None:
    """Return a transfer that a customer's account here paid, and whether it went to an account here that is no bank's own."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        return await (await cursor.execute(_SENT, {"tenant_id": tenant_id, "transfer_id": transfer_id})).fetchone()


async def find(connection: AsyncConnection, *, tenant_id: str, recovery_id: UUID, lock: bool = False) -> Row | None:
    """Return one recovery."""
    named = {"tenant_id": tenant_id, "recovery_id": recovery_id}
    if lock:
        await connection.execute(_LOCK, named)
    async with connection.cursor(row_factory=dict_row) as cursor:
        return await (await cursor.execute(_RECOVERY + "and r.recovery_id = %(recovery_id)s", named)).fetchone()


async def page(connection: AsyncConnection, *, show: Showing, **asked: object) -> list[Row]:
    """Return recoveries that run, what is due first at first; or those that have ended, newest first."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        return await (await cursor.execute(_PAGE[show], asked)).fetchall()


async def insert(connection: AsyncConnection, **columns: object) -> bool:
    """Write a recovery; False when the payment's money is asked back already."""
    return (await connection.execute(_INSERT, columns)).rowcount == 1


async def known(connection: AsyncConnection, *, tenant_id: str, external_id: str, recovery_id: str) -> bool:
    """Whether another recovery has this id of the directory's."""
    row = await (await connection.execute(_KNOWN, (tenant_id, external_id, recovery_id))).fetchone()
    return row is not None and bool(row[0])


async def move(connection: AsyncConnection, row: Row, **changed: object) -> None:
    """Write how a locked recovery stands with what has changed of it."""
    said = {name: row[name] for name in MOVED} | changed
    await connection.execute(_MOVE, said | {"tenant_id": row["tenant_id"], "recovery_id": row["recovery_id"]})
