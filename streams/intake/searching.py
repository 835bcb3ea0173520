"""Names held against lists. What searches run takes memory and time to load: only who has to search loads this module."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from time import monotonic

import msgspec
import psycopg

from risk.screening.book import Book, Match, entry_of, find_in
from risk.screening.entry import Entry
from risk.screening.index import Asked
from risk.screening.keys import book_key
from streams.intake import payer_repository
from streams.intake.compiled import Compiled
from streams.intake.lists import InForce
from streams.intake.payer_repository import Versions

KEPT_TENANTS = 16
KEPT_FAILURES = 1_000
RETRY_S = 30.0
"""How long lists that could not be read are left alone, unless a version is new."""
SHARED = None


@dataclass(frozen=True, slots=True)
class _Read:
    versions: Versions
    book: Book


@dataclass(frozen=True, slots=True)
class _Failed:
    versions: Versions
    at_s: float
    why: str


class ListUnreadable(RuntimeError):
    """What lists say cannot be read: load the next version of the one at fault, or bring back what it said."""


class Searching:
    """The lists in memory, read again when a version is new. Of tenants' own lists those asked last are kept."""

    def __init__(self, connection: psycopg.Connection, *, compiled: Compiled, clock_s: Callable[[], float] = monotonic) -> None:
        self._connection = connection
        self._compiled = compiled
        self._clock_s = clock_s
        self._shared: _Read | None = None
        self._own: OrderedDict[str, _Read] = OrderedDict()
        self._failed: OrderedDict[str | None, _Failed] = OrderedDict()

    def find(self, tenant_id: str, in_force: InForce, asked: Sequence[Asked]) -> list[list[Match]]:
        """Return what each meets on the lists in these versions, or newer.

        Raises SearchesNotReady, ListUnreadable, and psycopg.Error where the database is away.
        """
        self._compiled.require()
        if self._shared is None or self._shared.versions != in_force.shared:
            self._shared = self._read(tenant_id, in_force.shared, whose=SHARED)
        books = [self._shared.book]
        if in_force.own:
            if tenant_id not in self._own or self._own[tenant_id].versions != in_force.own:
                self._own[tenant_id] = self._read(tenant_id, in_force.own, whose=tenant_id)
            self._own.move_to_end(tenant_id)
            while len(self._own) > KEPT_TENANTS:
                self._own.popitem(last=False)
            books.append(self._own[tenant_id].book)
        filled = [book for book in books if len(book)]
        return [find_in(filled, each) if filled else [] for each in asked]

    def close(self) -> None:
        """End what compiles."""
        self._compiled.close()

    def _read(self, tenant_id: str, versions: Versions, *, whose: str | None) -> _Read:
        """Read the shared lists, or a tenant's own; what failed a moment ago is not read again for every batch."""
        failed = self._failed.get(whose)
        if failed is not None and failed.versions == versions and self._clock_s() - failed.at_s < RETRY_S:
            raise ListUnreadable(failed.why)
        try:
            # Closed at once when an entry cannot be read: its transaction would stay open as long as the error is looked at.
            with closing(payer_repository.entries(self._connection, tenant_id=tenant_id, own=whose is not SHARED)) as rows:
                book = Book(_sources(rows), key=book_key(versions))
        except Exception as problem:
            if self._connection.closed:
                raise
            which = "the lists that every tenant shares" if whose is SHARED else f"the own lists of {tenant_id}"
            failed = _Failed(versions, self._clock_s(), f"{which} ({_named(versions)}) cannot be read: {problem}")
            self._failed[whose] = failed
            while len(self._failed) > KEPT_FAILURES:
                self._failed.popitem(last=False)
            raise ListUnreadable(failed.why) from problem
        self._failed.pop(whose, None)
        return _Read(versions, book)


def _sources(rows: Iterable[tuple[str, bytes, object]]) -> Iterator[tuple[str, bytes, Entry]]:
    for list_id, digest, document in rows:
        try:
            entry = entry_of(document)
        except msgspec.ValidationError as problem:
            raise ListUnreadable(f"an entry of {list_id}: {problem}") from problem
        yield list_id, digest, entry


def _named(versions: Versions) -> str:
    return ", ".join(f"{list_id} version {version}" for list_id, version in versions)
