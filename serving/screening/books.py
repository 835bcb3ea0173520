"""The lists in a worker's memory, read again when a version is new. Until the new ones are ready, the ones before answer.

The shared lists are one book for all tenants; of tenants' own lists those asked last are kept. Which versions there are is
looked up apart from what they say: whoever was screened against them already needs no more than that.
"""

import asyncio
from collections import OrderedDict
from contextlib import aclosing
from contextvars import Context
from dataclasses import dataclass, field
from time import monotonic

from psycopg_pool import AsyncConnectionPool

from kit.postgres import tenant_transaction
from kit.trial import on_trial
from risk.screening.book import Book, entry_of
from risk.screening.keys import book_key
from serving.screening import repository

KEPT_TENANTS = 16
LOOK_S = 5.0
"""How old an answer may be about whether a list has changed."""
PATIENCE_S = 1.0
"""How long the lists before wait for new ones; those of a demonstration are ready by then."""

Versions = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class InForce:
    """The lists that answer now, and what names all of them in their versions, as customers' standing does."""

    books: tuple[Book, ...]
    key: bytes


@dataclass(slots=True)
class _Lists:
    """The shared lists, or a tenant's own: the newest versions as they were looked up last, and the book that there is."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    versions: Versions = ()
    looked_s: float = float("-inf")
    book: Book | None = None
    of_book: Versions = ()
    reading: "asyncio.Task[None] | None" = None


class Books:
    """What names are held against."""

    def __init__(self, core: AsyncConnectionPool) -> None:
        self._core = core
        self._shared = _Lists()
        self._own: OrderedDict[str, _Lists] = OrderedDict()

    async def key(self, tenant_id: str) -> bytes | None:
        """Return what names the lists of a tenant in their newest versions; None where there is no list."""
        versions = [
            version for lists, own in self._both(tenant_id) for version in await self._versions(lists, tenant_id, own=own)
        ]
        return book_key(versions) if versions else None

    async def of(self, tenant_id: str) -> InForce:
        """Return the shared lists and the tenant's own. Call it outside of transactions: what is new is read first."""
        books, versions = [], list[tuple[str, int]]()
        for lists, own in self._both(tenant_id):
            await self._renewed(lists, tenant_id, own=own)
            if lists.book is not None and len(lists.book):
                books.append(lists.book)
            versions += lists.of_book
        return InForce(tuple(books), book_key(versions))

    def _both(self, tenant_id: str) -> tuple[tuple[_Lists, bool], tuple[_Lists, bool]]:
        own = self._own.setdefault(tenant_id, _Lists())
        self._own.move_to_end(tenant_id)
        while len(self._own) > KEPT_TENANTS:
            self._own.popitem(last=False)
        return (self._shared, False), (own, True)

    async def _versions(self, lists: _Lists, tenant_id: str, *, own: bool) -> Versions:
        if monotonic() - lists.looked_s < LOOK_S:
            return lists.versions
        async with lists.lock:
            if monotonic() - lists.looked_s < LOOK_S:
                return lists.versions
            async with self._core.connection() as connection, tenant_transaction(connection, tenant_id):
                found = tuple(await repository.versions(connection, tenant_id=tenant_id, own=own))
            if not on_trial():  # what a trial has loaded will not be there
                lists.versions, lists.looked_s = found, monotonic()
            return found

    async def _renewed(self, lists: _Lists, tenant_id: str, *, own: bool) -> None:
        """Read what is new, by one for all who ask; who has an older book waits for the new one no longer than `PATIENCE_S`."""
        versions = await self._versions(lists, tenant_id, own=own)
        if lists.book is not None and lists.of_book == versions:
            return
        if lists.reading is None or lists.reading.done():
            # A task of nobody's: it outlives who asked first, and is no part of a trial.
            lists.reading = asyncio.create_task(self._read(lists, tenant_id, versions, own=own), context=Context())
        reading = lists.reading
        await asyncio.wait({reading}, timeout=None if lists.book is None else PATIENCE_S)
        if reading.done():
            reading.result()  # lists that cannot be read are no reason to go by old ones

    async def _read(self, lists: _Lists, tenant_id: str, versions: Versions, *, own: bool) -> None:
        async with (
            self._core.connection() as connection,
            tenant_transaction(connection, tenant_id),
            # Closed here, whatever happens: later the cursor would be closed on a connection that is somebody else's by then.
            aclosing(repository.entries(connection, tenant_id=tenant_id, own=own)) as rows,
        ):
            sources = [(list_id, digest, entry_of(document)) async for list_id, digest, document in rows]
        lists.book, lists.of_book = await asyncio.to_thread(Book, sources, key=book_key(versions)), versions
