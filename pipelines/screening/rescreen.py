"""All customers held against the lists as they are now: those who were not yet, or not as they are, or not against these.

Those whom customers pay, and payers from outside, are held again when an entry that they met is gone or says something else.
A batch is one transaction: what was met, which payments a hit that goes had held, and against what customers were screened.
Whatever ends the work in between, it goes on with those who are left, and what was found is there once.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from psycopg import Connection

from cases.hit_repository import NAME_INDEX, FoundHit, hit_id
from cases.payers import sealed_under
from contracts.sealed import PERSON, SCREENED_PARTY
from kit.clock import Clock
from kit.postgres import connect
from kit.settings import Settings
from kit.subject_keys import SealedRecords, Subject, local_keys
from pipelines.screening import found_repository, repository
from pipelines.screening.repository import Row
from pipelines.screening.waiting import APPLICATION, ROLE
from risk.screening.book import Book, asked_of_customer, asked_of_party, entry_of, find_in
from risk.screening.index import Asked
from risk.screening.keys import book_key

BATCH = 500
Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Screened:
    """What came of one tenant's customers."""

    tenant_id: str
    customers: int
    hits: int


def rescreen(settings: Settings, *, clock: Clock, tell: Progress | None = None) -> list[Screened]:
    """Screen whoever waits, of every tenant. Done again, it finds nobody left."""
    keys = local_keys(settings)
    try:
        records = SealedRecords(keys)
        with (
            connect(settings.core.dsn(ROLE), application=APPLICATION) as reading,
            connect(settings.core.dsn(ROLE), application=APPLICATION) as writing,
        ):
            shared = _Books(reading)
            return [_tenant(writing, shared, tenant_id, records, clock, tell) for tenant_id in repository.tenants(writing)]
    finally:
        keys.close()


class _Books:
    """The shared lists, read when the first tenant needs them, and a tenant's own."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._shared_versions = repository.current_versions(connection, None)
        self._shared: Book | None = None

    def any_list(self, tenant_id: str) -> bool:
        """Whether there is a list to hold this tenant's customers against."""
        return bool(self._shared_versions or repository.current_versions(self._connection, tenant_id))

    def key(self, tenant_id: str) -> bytes:
        """Return what names all lists of a tenant in their versions."""
        return book_key([*self._shared_versions, *repository.current_versions(self._connection, tenant_id)])

    def of(self, tenant_id: str) -> list[Book]:
        """Return the lists of a tenant."""
        if self._shared is None:
            self._shared = self._read(None, self._shared_versions)
        versions = repository.current_versions(self._connection, tenant_id)
        return [self._shared, self._read(tenant_id, versions)] if versions else [self._shared]

    def _read(self, tenant_id: str | None, versions: list[tuple[str, int]]) -> Book:
        with closing(repository.current(self._connection, tenant_id)) as rows:
            return Book(((list_id, digest, entry_of(document)) for list_id, digest, document in rows), key=book_key(versions))


def _tenant(
    connection: Connection, books: _Books, tenant_id: str, records: SealedRecords, clock: Clock, tell: Progress | None
) -> Screened:
    if not books.any_list(tenant_id):
        return Screened(tenant_id, 0, 0)
    customers, after, lists = 0, None, books.key(tenant_id)
    hits = _parties(connection, books, tenant_id, records, clock)
    held_against: list[Book] | None = None
    while rows := repository.waiting(connection, tenant_id=tenant_id, lists=lists, after=after, limit=BATCH):
        held_against = held_against or books.of(tenant_id)
        found = list(_met(tenant_id, rows, held_against, records))
        hits += found_repository.keep_found(
            connection, tenant_id=tenant_id, lists=lists,
            looked_at=[(row["customer_id"], row["version"]) for row in rows], hits=found,
            now=datetime.fromtimestamp(clock.now_ms() / 1000, UTC),
        )  # fmt: skip
        customers, after = customers + len(rows), rows[-1]["customer_id"]
        if tell is not None:
            tell(tenant_id, customers)
    return Screened(tenant_id, customers, hits)


def _parties(connection: Connection, books: _Books, tenant_id: str, records: SealedRecords, clock: Clock) -> int:
    """Hold those again whose open hits are of what their list does not say any more; return how many hits are to look at."""
    hits, after = 0, None
    while rows := found_repository.outdated_parties(connection, tenant_id=tenant_id, after=after, limit=BATCH):
        hits += found_repository.keep_found_of_parties(
            connection, tenant_id=tenant_id, looked_at=[(row["customer_id"], row["party_id"]) for row in rows],
            hits=list(_met_parties(tenant_id, rows, books.of(tenant_id), records)),
            now=datetime.fromtimestamp(clock.now_ms() / 1000, UTC),
        )  # fmt: skip
        after = rows[-1]["party_id"]
    return hits


def _met_parties(tenant_id: str, rows: list[Row], books: list[Book], records: SealedRecords) -> Iterator[FoundHit]:
    sealed = [
        (sealed_under(tenant_id, customer_id=row["customer_id"], payer_id=row["payer_id"]), row["sealed"]) for row in rows
    ]
    opened = records.open_all(sealed, kind=SCREENED_PARTY)
    for row, fields in zip(rows, opened, strict=True):
        if fields is None:
            continue
        name = str(fields["name"])
        asked = asked_of_party(name, kind=row["kind"], country=row["country"])
        yield from _hits(tenant_id, row["customer_id"], row["party_id"], name, asked, books, records)


def _met(tenant_id: str, rows: list[Row], books: list[Book], records: SealedRecords) -> Iterator[FoundHit]:
    """Yield what each customer met. An erased person's record opens as nothing, and is held against nothing."""
    opened = records.open_all([(Subject(tenant_id, row["customer_id"]), row["sealed"]) for row in rows], kind=PERSON)
    for row, fields in zip(rows, opened, strict=True):
        name = None if fields is None else fields.get("full_name")
        if not isinstance(name, str):
            continue
        asked = asked_of_customer(name, kind=row["kind"], birth_year=row["birth_year"])
        yield from _hits(tenant_id, row["customer_id"], None, name, asked, books, records)


def _hits(
    tenant_id: str, customer_id: str | None, party_id: UUID | None, name: str, asked: Asked, books: list[Book],
    records: SealedRecords,
) -> Iterator[FoundHit]:  # fmt: skip
    name_index = records.keys.blind(tenant_id, NAME_INDEX, name)
    for match in find_in(books, asked):
        found = hit_id(tenant_id, customer_id, party_id, match.list_id, match.entry.entry_id)
        yield FoundHit(
            found, customer_id, party_id, match.list_id, match.entry.entry_id, match.digest, name_index, match.hit.score
        )
