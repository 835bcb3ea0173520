"""The SQL of the chain's routes. Blocks and keys hold no tenant's data; a proof is of the reader's own tenant."""

from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from ledger.chain.repository import BLOCK_COLUMNS, KEY_COLUMNS

Row = dict[str, object]
# More keys than are made in a thousand years of a rotation a day.
MOST_KEYS = 1_000


async def list_blocks(connection: AsyncConnection, *, before: int | None, limit: int) -> list[Row]:
    """Return blocks, the newest first, from below a height."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            f"select {BLOCK_COLUMNS} from chain.block where %(before)s::bigint is null or height < %(before)s "
            "order by height desc limit %(limit)s",
            {"before": before, "limit": limit},
        )
        return await cursor.fetchall()


async def find_block(connection: AsyncConnection, height: int) -> Row | None:
    """Return the block at a height."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(f"select {BLOCK_COLUMNS} from chain.block where height = %s", (height,))
        return await cursor.fetchone()


async def signatures(connection: AsyncConnection, height: int) -> list[Row]:
    """Return the signatures of a block."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            "select key_id, algorithm, signature from chain.signature where height = %s order by key_id", (height,)
        )
        return await cursor.fetchall()


async def keys(connection: AsyncConnection) -> list[Row]:
    """Return the keys, the oldest first."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            f"select {KEY_COLUMNS} from chain.key order by from_height, made_at, algorithm limit %s", (MOST_KEYS,)
        )
        return await cursor.fetchall()


async def proof(connection: AsyncConnection, transfer_id: UUID) -> Row | None:
    """Return what the proof of a transfer of this tenant is made of: height, place, may_have_ended, leaf, digests, owners."""
    async with connection.cursor(row_factory=dict_row, binary=True) as cursor:
        await cursor.execute("select * from chain.proof(%s)", (transfer_id,))
        return await cursor.fetchone()
