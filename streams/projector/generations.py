"""The SQL of generations: which one is read, how far each has come, and how one takes another's place."""

import uuid
from dataclasses import dataclass

import psycopg

from contracts.locks import WarehouseLock
from streams.projector.core import ChangePosition

RETIRED_ROWS = 20_000


class Fenced(RuntimeError):
    """Somebody else has moved this generation's position since it was read."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far a generation has come: the next offset of the topic, and the last change of the core that is in it."""

    next_offset: int
    change: ChangePosition


_MOVE = """
update read_model.position
set next_offset = %(following)s,
    as_of = greatest(as_of, timestamptz 'epoch' + %(as_of_ms)s::bigint * interval '1 millisecond')
where generation = %(generation)s and next_offset = %(expected)s
"""
_MOVE_CHANGE = """
update read_model.position set change_xid = %(xid)s, change_id = %(id)s
where generation = %(generation)s and change_xid = %(old_xid)s and change_id = %(old_id)s
"""
_START = """
insert into read_model.position (generation, next_offset, change_xid, change_id, as_of)
values (%s, %s, %s, %s, timestamptz 'epoch')
"""
_RETIRE = (
    "delete from read_model.movement where ctid = any (array("
    "select ctid from read_model.movement where generation = %s limit %s))",
    "delete from read_model.spending where ctid = any (array("
    "select ctid from read_model.spending where generation = %s limit %s))",
    "delete from read_model.balance where ctid = any (array("
    "select ctid from read_model.balance where generation = %s limit %s))",
)
_PUT_ACCOUNT = (
    (
        "delete from read_model.movement where generation = %s and account_id = %s",
        "update read_model.movement set generation = %s where generation = %s and account_id = %s",
    ),
    (
        "delete from read_model.spending where generation = %s and account_id = %s",
        "update read_model.spending set generation = %s where generation = %s and account_id = %s",
    ),
    (
        "delete from read_model.balance where generation = %s and account_id = %s",
        "update read_model.balance set generation = %s where generation = %s and account_id = %s",
    ),
)


def take_lock(connection: psycopg.Connection, lock: WarehouseLock) -> bool:
    """Become the one that works under `lock`, for as long as this connection lives; False while another does."""
    taken = connection.execute("select pg_try_advisory_lock(%s)", (int(lock),)).fetchone()
    return bool(taken and taken[0])


def serving(connection: psycopg.Connection) -> int:
    """Return the generation that is read."""
    row = connection.execute("select generation from read_model.serving").fetchone()
    if row is None:
        raise Fenced("read_model.serving has no row")
    return int(row[0])


def position(connection: psycopg.Connection, generation: int) -> Position | None:
    """Return how far a generation has come; None before it has begun."""
    row = connection.execute(
        "select next_offset, change_xid, change_id from read_model.position where generation = %s", (generation,)
    ).fetchone()
    return Position(row[0], ChangePosition(row[1], row[2])) if row else None


def start(connection: psycopg.Connection, generation: int, at: Position) -> None:
    """Begin a generation."""
    connection.execute(_START, (generation, at.next_offset, at.change.xid, at.change.id))


def move(connection: psycopg.Connection, generation: int, *, expected: int, following: int, as_of_ms: int) -> None:
    """Move the topic's position. Raises Fenced."""
    moved = connection.execute(
        _MOVE, {"generation": generation, "expected": expected, "following": following, "as_of_ms": as_of_ms}
    )
    if moved.rowcount != 1:
        raise Fenced(f"generation {generation} was not at offset {expected}")


def move_change(
    connection: psycopg.Connection, generation: int, *, expected: ChangePosition, following: ChangePosition
) -> None:
    """Move the position in the core's changes. Raises Fenced."""
    moved = connection.execute(
        _MOVE_CHANGE,
        {
            "generation": generation,
            "xid": following.xid,
            "id": following.id,
            "old_xid": expected.xid,
            "old_id": expected.id,
        },
    )
    if moved.rowcount != 1:
        raise Fenced(f"generation {generation} was not at change {expected}")


def begun_after(connection: psycopg.Connection, generation: int) -> list[int]:
    """Return the generations after `generation` that were begun: rebuilds that never came to their end."""
    rows = connection.execute("select generation from read_model.position where generation > %s", (generation,)).fetchall()
    return [number for (number,) in rows]


def hold_position(connection: psycopg.Connection, generation: int) -> Position | None:
    """Return how far a generation has come, and keep it there until this transaction ends."""
    row = connection.execute(
        "select next_offset, change_xid, change_id from read_model.position where generation = %s for update", (generation,)
    ).fetchone()
    return Position(row[0], ChangePosition(row[1], row[2])) if row else None


def serve(connection: psycopg.Connection, generation: int) -> None:
    """Have a generation read from now on."""
    connection.execute("update read_model.serving set generation = %s, since = now()", (generation,))


def retire(connection: psycopg.Connection, generation: int) -> None:
    """Remove a generation that nobody reads, some rows at a time; its position first, so that nobody brings it on."""
    connection.execute("delete from read_model.position where generation = %s", (generation,))
    for statement in _RETIRE:
        while connection.execute(statement, (generation, RETIRED_ROWS)).rowcount == RETIRED_ROWS:
            pass


def put_account(connection: psycopg.Connection, account_id: uuid.UUID, *, before: int, after: int) -> None:
    """Put an account's rows of generation `before` in the place of those that it has in generation `after`."""
    for drop, take in _PUT_ACCOUNT:
        connection.execute(drop, (after, account_id))
        connection.execute(take, (after, before, account_id))
