"""Lists that two people changed over HTTP, loaded as their next versions: each once, with what became of it."""

import hashlib
from typing import Any

import msgspec
from psycopg import Connection

from kit.clock import Clock
from kit.errors import DomainError
from kit.postgres import connect
from kit.settings import Settings
from pipelines.screening import repository
from pipelines.screening.formats import FORMATS
from pipelines.screening.load import LEAST_SHARE, Loaded, Wanted, keep_next, newest_of
from pipelines.screening.waiting import APPLICATION, ROLE
from risk.screening.entry import Entry

CHANGED_SINCE = "the list has changed since it was proposed: propose it again, against the list as it is now"


def any_approved(settings: Settings) -> bool:
    """Whether an approved change waits to be loaded. Raises psycopg.OperationalError."""
    with connect(settings.core.dsn(ROLE), application=APPLICATION) as connection:
        return repository.any_approved(connection)


def load_approved(settings: Settings, *, clock: Clock) -> tuple[int, int]:
    """Load every approved change; return how many were loaded and how many could not be."""
    loaded = refused = 0
    with connect(settings.core.dsn(ROLE), application=APPLICATION) as connection:
        while (done := _next(connection, clock)) is not None:
            loaded, refused = loaded + done, refused + (not done)
    return loaded, refused


def _next(connection: Connection, clock: Clock) -> bool | None:
    """Load the one that was approved first; False where it is refused, None where none waits."""
    with connection.transaction():
        change = repository.take_approved(connection)
        if change is None:
            return None
        named = {"tenant_id": change["tenant_id"], "change_id": change["change_id"]}
        try:
            with connection.transaction():
                made = _load(connection, change, clock)
        except DomainError as problem:
            repository.end_change(connection, **named, version=None, problem=f"{problem.title}: {problem.detail}")
            return False
        if made is None:
            repository.end_change(connection, **named, version=None, problem=CHANGED_SINCE)
            return False
        repository.end_change(connection, **named, version=made.version, problem=None)
    return True


def _load(connection: Connection, change: dict[str, Any], clock: Clock) -> Loaded | None:
    """Keep a change as the next version of its list; None where that is not the one that it was compared with any more."""
    entries = msgspec.convert(change["entries"], list[Entry])
    by = f"{change['proposed_by']}, {change['judged_by']}"
    wanted = Wanted(change["list_id"], change["tenant_id"], by, change["licence"])
    newest = newest_of(connection, wanted)
    if (0 if newest is None else newest["version"]) != change["based_on"]:
        return None
    # Two people have seen how much goes.
    shrank = newest is not None and len(entries) < LEAST_SHARE * newest["entries"]
    wanted = Wanted(change["list_id"], change["tenant_id"], by, change["licence"], force=shrank)
    digest = hashlib.sha256(msgspec.json.encode(entries)).digest()
    return keep_next(connection, entries, FORMATS["own"], wanted, newest=newest, sha256=digest, clock=clock)
