"""The SQL of generations: which one is read, how far each has come, and how one takes another's place."""

import uuid
from dataclasses import dataclass

import psycopg

from contracts.locks import WarehouseLock
from streams.projector.core import ChangePosition
from streams.projector.described import MovementKey

RETIRED_ROWS = 20_000


class Fenced(RuntimeError):
    """Somebody else has moved this generation's position since it was read."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far a generation has come: the next offset of the topic, and the last change of the core that is in it.

    `category_model` is by which model its movements are decided.
    """

    next_offset: int
    change: ChangePosition
    category_model: int = 0


@dataclass(frozen=True, slots=True)
class Sweep:
    """Movements are being decided again by a model; those up to and with `after` have been."""

    category_model: int
    after: MovementKey


_MOVE = """
update read_model.position
set next_offset = %(following)s,
    as_of = greatest(as_of, timestamptz 'epoch' + %(as_of_ms)s::bigint * interval '1 millisecond')
where generation = %(generation)s and next_offset = %(expected)s
returning category_model
"""
_MOVE_CHANGE = """
update read_model.position set change_xid = %(xid)s, change_id = %(id)s
where generation = %(generation)s and change_xid = %(old_xid)s and change_id = %(old_id)s
returning category_model
"""
_START = """
insert into read_model.position (generation, next_offset, change_xid, change_id, as_of, category_model)
values (%s, %s, %s, %s, timestamptz 'epoch', %s)
"""
_POSITION = "select next_offset, change_xid, change_id, category_model from read_model.position where generation = %s"
_TAKE_UP = """
update read_model.position
set category_model = %(model)s, category_model_before = case when %(known)s then category_model end,
    swept_account = %(first)s, swept_sequence = 0
where generation = %(generation)s and category_model <> %(model)s and (swept_account is null or not %(known)s)
"""
_SWEEP = """
select category_model, swept_account, swept_sequence from read_model.position
where generation = %s and swept_account is not null for update
"""
_SWEPT = "update read_model.position set swept_account = %s, swept_sequence = %s where generation = %s"
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
    return _position(connection.execute(_POSITION, (generation,)).fetchone())


def start(connection: psycopg.Connection, generation: int, at: Position) -> None:
    """Begin a generation."""
    connection.execute(_START, (generation, at.next_offset, at.change.xid, at.change.id, at.category_model))


def move(connection: psycopg.Connection, generation: int, *, expected: int, following: int, as_of_ms: int) -> int:
    """Move the topic's position and return the model that decides what is written with it. Raises Fenced."""
    moved = connection.execute(
        _MOVE, {"generation": generation, "expected": expected, "following": following, "as_of_ms": as_of_ms}
    )
    row = moved.fetchone()
    if row is None:
        raise Fenced(f"generation {generation} was not at offset {expected}")
    return int(row[0])


def move_change(connection: psycopg.Connection, generation: int, *, expected: ChangePosition, following: ChangePosition) -> int:
    """Move the position in the core's changes and return the model that decides. Raises Fenced."""
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
    row = moved.fetchone()
    if row is None:
        raise Fenced(f"generation {generation} was not at change {expected}")
    return int(row[0])


def newest_model(connection: psycopg.Connection) -> int | None:
    """Return the id of the newest text model that was published; None where there is none."""
    row = connection.execute("select max(model_id) from read_model.category_model").fetchone()
    return row[0] if row else None


def model_sha256(connection: psycopg.Connection, model_id: int) -> str | None:
    """Return the hash of a text model's file; None where there is no such model."""
    row = connection.execute("select sha256 from read_model.category_model where model_id = %s", (model_id,)).fetchone()
    return str(row[0]) if row else None


def take_up(connection: psycopg.Connection, generation: int, *, model_id: int, known: bool = True) -> bool:
    """Have a generation decided by another model: what comes from now on, and one after another what is there.

    Return whether it is so now. While an earlier model is still being taken up the next one waits, so that of every movement it
    is known which of two models decided it. With `known` false (what decided until now cannot be read) nothing waits.
    """
    taken = connection.execute(
        _TAKE_UP, {"generation": generation, "model": model_id, "known": known, "first": uuid.UUID(int=0)}
    )
    return taken.rowcount == 1


def category_model(connection: psycopg.Connection, generation: int) -> int:
    """Return the model by which a generation is decided. Raises Fenced when it is no more."""
    at = position(connection, generation)
    if at is None:
        raise Fenced(f"generation {generation} is gone")
    return at.category_model


def hold_sweep(connection: psycopg.Connection, generation: int) -> Sweep | None:
    """Return how far movements have been decided again, kept until this transaction ends; None where all have been."""
    row = connection.execute(_SWEEP, (generation,)).fetchone()
    return Sweep(row[0], (row[1], row[2])) if row else None


def move_sweep(connection: psycopg.Connection, generation: int, *, to: MovementKey | None) -> None:
    """Say that movements up to and with `to` have been decided again; None: all have."""
    connection.execute(_SWEPT, (*(to or (None, None)), generation))


def begun_after(connection: psycopg.Connection, generation: int) -> list[int]:
    """Return the generations after `generation` that were begun: rebuilds that never came to their end."""
    rows = connection.execute("select generation from read_model.position where generation > %s", (generation,)).fetchall()
    return [number for (number,) in rows]


def hold_position(connection: psycopg.Connection, generation: int) -> Position | None:
    """Return how far a generation has come, and keep it there until this transaction ends."""
    return _position(connection.execute(_POSITION + " for update", (generation,)).fetchone())


def _position(row: tuple[int, int, int, int] | None) -> Position | None:
    return Position(row[0], ChangePosition(row[1], row[2]), row[3]) if row else None


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
