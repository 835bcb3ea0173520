"""The SQL of the local key file (SQLite): one row a subject, its key wrapped under a master key of an epoch."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kit.subject_keys.provider import Subject

BUSY_MS = 10_000
# What is deleted is overwritten, in the file and in its journal; every commit is on the disk when it returns.
_SETTINGS = ("pragma secure_delete = on", "pragma journal_mode = truncate", "pragma synchronous = full")
_TABLE = (
    "create table if not exists subject_key (tenant_id text not null, name text not null, epoch integer not null, "
    "wrapped blob not null, primary key (tenant_id, name)) without rowid"
)
Wrapped = tuple[int, bytes]


def connect(path: Path) -> sqlite3.Connection:
    """Open the file, which is made where it is not there."""
    connection = sqlite3.connect(path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False)
    for setting in _SETTINGS:
        connection.execute(setting)
    connection.execute(_TABLE)
    return connection


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """One transaction that nobody else writes beside."""
    connection.execute("begin immediate")
    try:
        yield
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def find(connection: sqlite3.Connection, subjects: Iterable[Subject]) -> dict[Subject, Wrapped]:
    """Return the wrapped keys that are there."""
    rows = connection.execute(
        "select k.tenant_id, k.name, k.epoch, k.wrapped from json_each(?) as asked join subject_key k "
        "on k.tenant_id = asked.value ->> 0 and k.name = asked.value ->> 1",
        (json.dumps(list(subjects)),),
    )
    return {Subject(tenant_id, name): (epoch, wrapped) for tenant_id, name, epoch, wrapped in rows}


def put(connection: sqlite3.Connection, keys: Iterable[tuple[Subject, Wrapped]]) -> None:
    """Write keys; one that is there is replaced."""
    connection.executemany(
        "insert into subject_key (tenant_id, name, epoch, wrapped) values (?, ?, ?, ?) "
        "on conflict do update set epoch = excluded.epoch, wrapped = excluded.wrapped",
        [(*subject, epoch, wrapped) for subject, (epoch, wrapped) in keys],
    )


def every(connection: sqlite3.Connection) -> dict[Subject, Wrapped]:
    """Return all wrapped keys."""
    rows = connection.execute("select tenant_id, name, epoch, wrapped from subject_key")
    return {Subject(tenant_id, name): (epoch, wrapped) for tenant_id, name, epoch, wrapped in rows}


def delete(connection: sqlite3.Connection, subject: Subject) -> bool:
    """Delete a key; whether it was there."""
    return connection.execute("delete from subject_key where tenant_id = ? and name = ?", subject).rowcount > 0
