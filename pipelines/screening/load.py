"""Loading a list: read, compared with what is there, and kept as its next version, or refused as a whole."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from psycopg import Connection

from kit.clock import Clock
from kit.errors import Conflict, DomainError
from pipelines.screening import repository
from pipelines.screening.files import Unreadable, sha256
from pipelines.screening.formats import Format
from risk.screening.book import digest_of
from risk.screening.entry import Entry

LEAST_SHARE = 0.7
"""Of the entries that a list had, that it must have still: one that was cut off in its middle would let people through."""
LIST_ID = r"[a-z][a-z0-9-]{0,47}"


class ListShrank(DomainError):
    """So much is gone that the file may be only a part."""

    code = "list-shrank"
    title = "The list has lost a great part of its entries"
    remedy = "Fetch it again and compare. If the authority did remove them, load it with --force."


class ListOfAnother(Conflict):
    """The name is taken by a list of another tenant, or by a shared one."""

    code = "list-of-another"
    title = "There is a list of that name that is not this one's"
    remedy = "Choose another name for the list."


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of it. `version` is the one that is now the newest; `is_new` false where the file says what that one says."""

    list_id: str
    version: int
    is_new: bool
    entries: int
    added: int
    removed: int
    changed: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which list a file is: for all tenants, or for one; who loads it; whether it may have shrunk."""

    list_id: str
    tenant_id: str | None
    by: str
    licence: str
    force: bool = False


def load(connection: Connection, path: Path, form: Format, wanted: Wanted, *, clock: Clock) -> Loaded:
    """Keep a file as a list's next version. The same content again makes none.

    Raises OSError, Unreadable (also for a file without any entry), ListShrank, ListOfAnother; then nothing is kept.
    """
    digest = sha256(path)
    with connection.transaction():
        newest = newest_of(connection, wanted)
        if newest is not None and newest["sha256"] == digest:
            return Loaded(wanted.list_id, newest["version"], False, newest["entries"], 0, 0, 0)
        return keep_next(connection, form.read(path), form, wanted, newest=newest, sha256=digest, clock=clock)


def newest_of(connection: Connection, wanted: Wanted) -> repository.Row | None:
    """Be the only one who loads the list until the transaction ends; return its newest version. Raises ListOfAnother."""
    repository.lock(connection, wanted.list_id)
    there = repository.find_list(connection, wanted.list_id)
    if there is not None and there["tenant_id"] != wanted.tenant_id:
        raise ListOfAnother(f"{wanted.list_id} is {'everybodys' if there['tenant_id'] is None else 'another tenants'}")
    return repository.newest(connection, wanted.list_id)


def keep_next(
    connection: Connection, entries: Iterable[Entry], form: Format, wanted: Wanted, *, newest: repository.Row | None,
    sha256: bytes, clock: Clock,
) -> Loaded:  # fmt: skip
    """Keep entries as the version after `newest`, in the transaction that found it. Raises Unreadable, ListShrank."""
    now = datetime.fromtimestamp(clock.now_ms() / 1000, UTC)
    repository.take_in(connection, _digested(entries))
    found = repository.counts(connection, wanted.list_id)
    _require_whole(found["entries"], 0 if newest is None else newest["entries"], force=wanted.force)
    version = 1 if newest is None else newest["version"] + 1
    repository.keep_list(
        connection, list_id=wanted.list_id, tenant_id=wanted.tenant_id, format=form.name, licence=wanted.licence,
        source=form.source, now=now,
    )  # fmt: skip
    repository.keep_version(
        connection, list_id=wanted.list_id, version=version, tenant_id=wanted.tenant_id, sha256=sha256, forced=wanted.force,
        by=wanted.by, now=now, **found,
    )  # fmt: skip
    return Loaded(wanted.list_id, version, True, **found)


def _require_whole(entries: int, before: int, *, force: bool) -> None:
    if entries == 0:
        raise Unreadable("there is no entry in it")
    if entries < LEAST_SHARE * before and not force:
        raise ListShrank(f"it had {before:,} entries and has {entries:,} now", before=before, now=entries)


def _digested(entries: Iterable[Entry]) -> Iterator[tuple[str, bytes, bytes]]:
    """Yield (id, digest, JSON). An id that a list gives twice is told apart; the same entry twice is one."""
    seen: dict[str, set[bytes]] = {}
    for entry in entries:
        document, digest = digest_of(entry)
        there = seen.setdefault(entry.entry_id, set())
        if digest in there:
            continue
        there.add(digest)
        yield entry.entry_id if len(there) == 1 else f"{entry.entry_id}#{len(there)}", digest, document
