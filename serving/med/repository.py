"""The SQL of disputes."""

from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from cases.blocks.states import Showing

Row = dict[str, Any]

_DISPUTE = """
select d.tenant_id, d.dispute_id::text, d.external_id, d.transfer_id::text, d.account_id::text, d.customer_id, d.situation,
    d.amount_minor, d.currency, d.hold_id::text, d.held_minor, d.state, d.reported_at, d.analysis_due_at, d.refund_due_at,
    d.analysis, d.proposed_by, d.proposed_at, d.judged_by, d.judged_at, d.result, d.refund_id::text, d.refunded_minor,
    d.opened_by, d.opened_at, d.ended_at, d.version
from cases.dispute d where d.tenant_id = %(tenant_id)s
"""
_OF_STATE = "and (%(state)s::text is null or d.state = %(state)s)"
_DUE_FIRST = """
and (%(at)s::timestamptz is null or (d.refund_due_at, d.dispute_id) > (%(at)s::timestamptz, %(id)s::uuid))
order by d.refund_due_at, d.dispute_id limit %(limit)s
"""
_PAGE: dict[Showing | None, str] = {
    None: _DISPUTE + _OF_STATE + _DUE_FIRST,
    Showing.WAITING: _DISPUTE + _OF_STATE + "and d.ended_at is null" + _DUE_FIRST,
    Showing.ENDED: _DISPUTE
    + _OF_STATE
    + """and d.ended_at is not null
and (%(at)s::timestamptz is null or (d.refund_due_at, d.dispute_id) < (%(at)s::timestamptz, %(id)s::uuid))
order by d.refund_due_at desc, d.dispute_id desc limit %(limit)s""",
}
_LOCK = "select 1 from cases.dispute where tenant_id = %(tenant_id)s and dispute_id = %(dispute_id)s for update"
_INSERT = """
insert into cases.dispute (tenant_id, dispute_id, external_id, transfer_id, account_id, customer_id, situation, amount_minor,
                           currency, hold_id, held_minor, state, reported_at, analysis_due_at, refund_due_at, opened_by,
                           opened_at)
values (%(tenant_id)s, %(dispute_id)s, %(external_id)s, %(transfer_id)s, %(account_id)s, %(customer_id)s, %(situation)s,
        %(amount_minor)s, %(currency)s, %(hold_id)s, %(held_minor)s, 'open', %(reported_at)s, %(analysis_due_at)s,
        %(refund_due_at)s, %(by)s, %(now)s)
on conflict do nothing
"""
_MOVE = """
update cases.dispute set state = %(state)s, analysis = %(analysis)s, proposed_by = %(proposed_by)s,
    proposed_at = %(proposed_at)s, judged_by = %(judged_by)s, judged_at = %(judged_at)s, result = %(result)s,
    refund_id = %(refund_id)s, refunded_minor = %(refunded_minor)s, ended_at = %(ended_at)s, version = version + 1
where tenant_id = %(tenant_id)s and dispute_id = %(dispute_id)s
"""
MOVED = (
    "state", "analysis", "proposed_by", "proposed_at", "judged_by", "judged_at", "result", "refund_id", "refunded_minor",
    "ended_at",
)  # fmt: skip


async def find(connection: AsyncConnection, *, tenant_id: str, dispute_id: UUID, lock: bool = False) -> Row | None:
    """Return one dispute."""
    named = {"tenant_id": tenant_id, "dispute_id": dispute_id}
    if lock:
        await connection.execute(_LOCK, named)
    async with connection.cursor(row_factory=dict_row) as cursor:
        return await (await cursor.execute(_DISPUTE + "and d.dispute_id = %(dispute_id)s", named)).fetchone()


async def page(connection: AsyncConnection, *, show: Showing | None, **asked: object) -> list[Row]:
    """Return disputes, whose money is due first at first; of those that have ended, last."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        return await (await cursor.execute(_PAGE[show], asked)).fetchall()


async def insert(connection: AsyncConnection, **columns: object) -> bool:
    """Write a dispute; False when it has been written, or its payment is disputed already."""
    return (await connection.execute(_INSERT, columns)).rowcount == 1


async def move(connection: AsyncConnection, row: Row, **changed: object) -> None:
    """Write how a locked dispute stands with what has changed of it."""
    said = {name: row[name] for name in MOVED} | changed
    await connection.execute(_MOVE, said | {"tenant_id": row["tenant_id"], "dispute_id": row["dispute_id"]})
