"""The SQL of the choice about unnamed payers, under its tenant."""

from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from cases.payer_repository import CHOICE
from cases.payers import NOT_NAMED, PAYER_NOT_NAMED, UnnamedPayers

Row = dict[str, object]

_WAITING = """
select count(*) from bank.suspense_item i
where i.tenant_id = %(tenant_id)s and i.status = 'open' and i.problem = %(problem)s
  and not exists (
    select from screening.party y where y.tenant_id = i.tenant_id and y.payer_id = i.payer_id and y.sealed <> %(not_named)s)
"""
_COLUMNS = "change_id as unnamed_change_id, choice, why, status, proposed_by, proposed_at, judged_by, judged_at, note"
_INSERT = """
insert into screening.unnamed_change (tenant_id, change_id, choice, why, status, proposed_by, proposed_at)
values (%(tenant_id)s, %(change_id)s, %(choice)s, %(why)s, 'proposed', %(by)s, %(now)s)
"""
_PAGE = f"""
select {_COLUMNS} from screening.unnamed_change where tenant_id = %(tenant_id)s
  and (%(at)s::timestamptz is null or (proposed_at, change_id) < (%(at)s, %(id)s::uuid))
order by proposed_at desc, change_id desc limit %(limit)s
"""
_FIND = f"select {_COLUMNS} from screening.unnamed_change where tenant_id = %s and change_id = %s"
_SAY = """
update screening.unnamed_change set status = %(status)s, note = %(note)s, judged_by = %(judged_by)s,
    judged_at = case when %(judged_by)s::text is not null then %(now)s::timestamptz end
where tenant_id = %(tenant_id)s and change_id = %(change_id)s
"""


async def choice(connection: AsyncConnection, *, tenant_id: str) -> UnnamedPayers:
    """Return what holds now."""
    row = await (await connection.execute(CHOICE, (tenant_id,))).fetchone()
    return UnnamedPayers.CREDIT if row is None else UnnamedPayers(row[0])


async def waiting(connection: AsyncConnection, *, tenant_id: str) -> int:
    """Return how many payments lie in suspense only because nobody has said who their payer is."""
    bound = {"tenant_id": tenant_id, "problem": PAYER_NOT_NAMED, "not_named": NOT_NAMED}
    row = await (await connection.execute(_WAITING, bound)).fetchone()
    return 0 if row is None else int(row[0])


async def insert(connection: AsyncConnection, **values: object) -> None:
    """Keep a proposal."""
    await connection.execute(_INSERT, values)


async def page(connection: AsyncConnection, *, tenant_id: str, before: tuple[datetime, str] | None, limit: int) -> list[Row]:
    """Return changes before a moment and id, newest first."""
    at, change_id = before or (None, None)
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_PAGE, {"tenant_id": tenant_id, "at": at, "id": change_id, "limit": limit})
        return await cursor.fetchall()


async def find(connection: AsyncConnection, *, tenant_id: str, change_id: UUID, lock: bool = False) -> Row | None:
    """Return one change."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_FIND + (" for update" if lock else ""), (tenant_id, change_id))
        return await cursor.fetchone()


async def say(
    connection: AsyncConnection, *, tenant_id: str, change_id: UUID, status: str, judged_by: str | None, note: str | None,
    now: datetime,
) -> None:  # fmt: skip
    """Keep what became of a change, and who judged it, where somebody did."""
    await connection.execute(
        _SAY,
        {
            "tenant_id": tenant_id, "change_id": change_id, "status": status, "judged_by": judged_by, "note": note, "now": now,
        },
    )  # fmt: skip
