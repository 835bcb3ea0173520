"""Long work that the API queues and a worker carries out: one row each, held by a lease.

A worker holds a row for as long as it says that it lives; one that died leaves it to the next. After `MAX_ATTEMPTS` a row that
ended no worker well is failed, so that a poisonous one does not go round for ever. Tables have the columns status, attempts,
lives_until, done_records, all_records, result, problem, asked_at and ended_at.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.sql import SQL, Composed, Identifier

LEASE_S = 30
MAX_ATTEMPTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """How a row of such a table stands; `result` is there once the work is done, `problem` once it failed."""

    asked_by: str
    asked_at: datetime
    done_records: int
    all_records: int | None
    result: dict[str, Any] | None
    problem: str | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Held:
    """A row that a worker took, with the attempt that it is: a later attempt means that somebody else has it now."""

    tenant_id: str
    key: str
    attempts: int


class Queue:
    """The rows of one table of the schema governance, by `key`, over a connection of the worker's own."""

    def __init__(self, table: str, *, key: str) -> None:
        names = {"table": SQL("governance.") + Identifier(table), "key": Identifier(key)}
        self._fail_spent = SQL(_FAIL_SPENT).format(**names)
        self._take = SQL(_TAKE).format(**names)
        self._lives, self._end = SQL(_LIVES).format(**names), SQL(_END).format(**names)

    def take(self, connection: psycopg.Connection) -> Held | None:
        """Take the oldest that waits, or whose worker no longer lives; None when there is none."""
        connection.execute(self._fail_spent, (MAX_ATTEMPTS,))
        with connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(self._take, (LEASE_S,)).fetchone()
        return None if row is None else Held(**row)

    def say_alive(self, connection: psycopg.Connection, held: Held, *, done: int, of: int) -> bool:
        """Say how far it is; False when it was cancelled or is another worker's by now."""
        return self._changed(connection, self._lives, held, lease_s=LEASE_S, done=done, all=of)

    def end(self, connection: psycopg.Connection, held: Held, *, result: bytes | None, problem: str | None) -> bool:
        """Keep what was found, or why nothing was; False when the row is no longer this worker's."""
        return self._changed(
            connection, self._end, held, status="done" if problem is None else "failed",
            result=None if result is None else result.decode(), problem=problem,
        )  # fmt: skip

    @staticmethod
    def _changed(connection: psycopg.Connection, query: Composed, held: Held, **values: Any) -> bool:
        mine = {"tenant_id": held.tenant_id, "key": held.key, "attempts": held.attempts}
        return connection.execute(query, mine | values).fetchone() is not None


_FAIL_SPENT = """
    update {table}
       set status = 'failed', problem = 'it ended ' || attempts || ' workers before its own end', ended_at = now()
     where status = 'running' and lives_until < now() and attempts >= %s
"""
_TAKE = """
    update {table}
       set status = 'running', attempts = attempts + 1, lives_until = now() + %s * interval '1 second', done_records = 0
     where (tenant_id, {key}) = (
             select tenant_id, {key} from {table}
              where status = 'queued' or (status = 'running' and lives_until < now())
              order by asked_at limit 1 for update skip locked)
    returning tenant_id, {key}::text as key, attempts
"""
_LIVES = """
    update {table}
       set lives_until = now() + %(lease_s)s * interval '1 second', done_records = %(done)s, all_records = %(all)s
     where tenant_id = %(tenant_id)s and {key} = %(key)s and status = 'running' and attempts = %(attempts)s
    returning {key}
"""
_END = """
    update {table}
       set status = %(status)s, result = %(result)s::jsonb, problem = %(problem)s, ended_at = now(),
           done_records = coalesce(all_records, done_records)
     where tenant_id = %(tenant_id)s and {key} = %(key)s and status = 'running' and attempts = %(attempts)s
    returning {key}
"""
