"""The trail of a case, a dispute or a recovery as its routes give it: what was done, oldest first."""

from typing import Any, Protocol

from psycopg import AsyncConnection

from cases.trail import repository as trail_repository
from serving.casework.presented import trail_row
from serving.edge.pages import decode_cursor, page

Row = dict[str, Any]


class Read(Protocol):
    """Reads at most `limit` rows of one thing's trail after a position."""

    async def __call__(self, *, after: int, limit: int) -> list[Row]:
        """Return the rows, oldest first."""
        ...


async def read_trail(connection: AsyncConnection, *, tenant_id: str, about: str, after: int, limit: int) -> list[Row]:
    """Return rows of a trail as they are shown; `about` is `kind/id`."""
    found = await trail_repository.of(connection, tenant_id=tenant_id, about=about, after=after, limit=limit)
    return [trail_row(row) for row in found]


async def trail_page(read: Read, *, cursor: str | None, limit: int) -> dict[str, object]:
    """Return the page behind a cursor, with the cursor of the next one. Raises InvalidRequest for a cursor that is none."""
    after = decode_cursor(cursor, int)
    rows = await read(after=after[0] if after else 0, limit=limit + 1)
    return page(rows, limit=limit, key=lambda row: (int(row["position"]),))
