"""The SQL of inbound payers, under their tenant."""

from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from cases.payers import NOT_NAMED

Row = dict[str, object]

# What is sealed is written in the same transaction, under a key that is made once the row is there to be locked.
_CLAIM = """
insert into screening.party (tenant_id, party_id, payer_id, name_index, sealed, met_at)
values (%(tenant_id)s, %(party_id)s, %(payer_id)s, %(name_index)s, %(sealed)s, %(now)s)
on conflict (tenant_id, party_id) do nothing
"""
_FIND = "select payer_id, kind, country, sealed, met_at from screening.party where tenant_id = %s and party_id = %s"
_UNDECIDED = """
select exists (select from screening.hit where tenant_id = %s and party_id = %s and status in ('open', 'proposed'))
"""
_NAME = """
update screening.party set kind = %(kind)s, country = %(country)s, sealed = %(sealed)s, name_index = %(name_index)s,
    lists = null, met_at = %(now)s
where tenant_id = %(tenant_id)s and party_id = %(party_id)s
"""
_TELL_AGAIN = """
update screening.party set met_at = %(now)s
where tenant_id = %(tenant_id)s and party_id = %(party_id)s and met_at < %(now)s - interval '1 day'
"""


async def claim(
    connection: AsyncConnection, *, tenant_id: str, party_id: UUID, payer_id: str, name_index: bytes, now: datetime
) -> bool:
    """Make a payer's row without a name, where there is none; whether it was made."""
    values = {
        "tenant_id": tenant_id, "party_id": party_id, "payer_id": payer_id, "name_index": name_index, "sealed": NOT_NAMED,
        "now": now,
    }  # fmt: skip
    return (await connection.execute(_CLAIM, values)).rowcount == 1


async def find(connection: AsyncConnection, *, tenant_id: str, party_id: UUID, lock: bool = False) -> Row | None:
    """Return a payer as they are kept."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_FIND + (" for update" if lock else ""), (tenant_id, party_id))
        return await cursor.fetchone()


async def is_undecided(connection: AsyncConnection, *, tenant_id: str, party_id: UUID) -> bool:
    """Whether people have yet to decide a hit of the payer."""
    row = await (await connection.execute(_UNDECIDED, (tenant_id, party_id))).fetchone()
    return bool(row and row[0])


async def name(connection: AsyncConnection, **values: object) -> None:
    """Keep who a payer is; they are screened anew."""
    await connection.execute(_NAME, values)


async def tell_again(connection: AsyncConnection, *, tenant_id: str, party_id: UUID, now: datetime) -> None:
    """Keep that a payer was told again, to the day."""
    await connection.execute(_TELL_AGAIN, {"tenant_id": tenant_id, "party_id": party_id, "now": now})
