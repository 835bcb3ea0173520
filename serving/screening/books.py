"""The lists in a worker's memory, read again when a version is new. Until the new ones are ready, the ones before answer.

The shared lists are one book for all tenants; of tenants' own lists those asked last are kept.
"""

import asyncio
from collections import OrderedDict
from time import monotonic

from psycopg import AsyncConnection

from risk.screening.book import Book, entry_of
from risk.screening.keys import book_key
from serving.screening import repository

KEPT_TENANTS = 16
LOOK_S = 5.0
"""How old an answer may be about whether a list has changed."""


class Books:
    """What names are held against."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str | None, tuple[Book, float]] = OrderedDict()
        self._locks: dict[str | None, asyncio.Lock] = {}

    async def of(self, connection: AsyncConnection, tenant_id: str) -> list[Book]:
        """Return the shared lists and the tenant's own, as they are now. In a transaction that carries the tenant."""
        found = [await self._book(connection, tenant_id, own=own) for own in (False, True)]
        return [book for book in found if len(book)]

    async def _book(self, connection: AsyncConnection, tenant_id: str, *, own: bool) -> Book:
        whose = tenant_id if own else None
        async with self._locks.setdefault(whose, asyncio.Lock()):
            kept = self._kept.get(whose)
            if kept is not None and monotonic() - kept[1] < LOOK_S:
                self._kept.move_to_end(whose)
                return kept[0]
            key = book_key(await repository.versions(connection, tenant_id=tenant_id, own=own))
            book = kept[0] if kept is not None and kept[0].key == key else await self._read(connection, tenant_id, key, own=own)
            self._kept[whose] = book, monotonic()
            self._kept.move_to_end(whose)
            while len(self._kept) > KEPT_TENANTS:
                oldest, _ = self._kept.popitem(last=False)
                self._locks.pop(oldest, None)
            return book

    @staticmethod
    async def _read(connection: AsyncConnection, tenant_id: str, key: bytes, *, own: bool) -> Book:
        sources = [
            (list_id, digest, entry_of(document))
            async for list_id, digest, document in repository.entries(connection, tenant_id=tenant_id, own=own)
        ]
        return await asyncio.to_thread(Book, sources, key=key)
