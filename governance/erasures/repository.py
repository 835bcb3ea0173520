"""The SQL of erasures and holds, in a transaction of the tenant: the API's over async connections, the worker's blocking."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from governance.erasures.erasure import Erasure, ErasureStatus, Step
from governance.erasures.holds import Facts, Hold, Placed

Row = dict[str, Any]

_FACTS = """
select
    c.closed_at,
    exists (select from bank.account a where a.tenant_id = c.tenant_id and a.customer_id = c.customer_id) as had_account,
    (
        select count(*) from cases.alert a
        where a.tenant_id = c.tenant_id and a.status in ('open', 'in_review') and (
            (a.subject_kind in ('customer', 'payee') and a.subject_id = c.customer_id)
            or (a.subject_kind in ('account', 'payee') and a.subject_id in (
                select b.account_id::text from bank.account b where b.tenant_id = c.tenant_id and b.customer_id = c.customer_id
            ))
        )
    ) as open_alerts,
    (
        select count(*) from cases.case k
        where k.tenant_id = c.tenant_id and k.customer_id = c.customer_id and k.ended_at is null
    ) + (
        select count(*) from cases.freeze f
        where f.tenant_id = c.tenant_id and f.customer_id = c.customer_id and f.state <> 'lifted'
    ) as open_cases,
    (
        select coalesce(jsonb_agg(jsonb_build_object('law', h.law, 'reason', h.reason, 'until', h.until)), '[]')
        from bank.legal_hold h
        where h.tenant_id = c.tenant_id and h.customer_id = c.customer_id and h.lifted_at is null
    ) as placed
from bank.customer c
where c.tenant_id = %s and c.customer_id = %s
"""
_COLUMNS = "erasure_id, tenant_id, customer_id, status, requested_by, requested_at, due_at, holds, problem, ended_at, proof"
_FIND = f"select {_COLUMNS} from bank.erasure where tenant_id = %(tenant_id)s "
_STEPS = """
select store, rows_before, rows_after, note, ended_at from bank.erasure_step
where tenant_id = %s and erasure_id = %s order by position
"""
_ASK = f"""
insert into bank.erasure as e (erasure_id, tenant_id, customer_id, status, requested_by, requested_at, due_at, holds)
values (%(erasure_id)s, %(tenant_id)s, %(customer_id)s, %(status)s, %(by)s, %(now)s, %(due_at)s, %(holds)s)
on conflict (tenant_id, customer_id) do update set status = excluded.status, due_at = excluded.due_at, holds = excluded.holds
where e.status in ('held', 'queued')
returning {_COLUMNS}
"""
_RESTRICT = """
update bank.customer set restricted_at = coalesce(restricted_at, %s), version = version + 1
where tenant_id = %s and customer_id = %s
"""
_PLACE = """
insert into bank.legal_hold as h (tenant_id, customer_id, name, law, reason, until, placed_by, placed_at)
values (%(tenant_id)s, %(customer_id)s, %(name)s, %(law)s, %(reason)s, %(until)s, %(by)s, %(now)s)
on conflict (tenant_id, customer_id, name) do update set
    law = excluded.law, reason = excluded.reason, until = excluded.until, placed_by = excluded.placed_by,
    placed_at = excluded.placed_at, lifted_by = null, lifted_at = null
where (h.law, h.reason, h.until, h.lifted_at) is distinct from (excluded.law, excluded.reason, excluded.until, null)
"""
_HOLDS = (
    "select name, law, reason, until, placed_by, placed_at, lifted_by, lifted_at from bank.legal_hold "
    "where tenant_id = %s and customer_id = %s order by name"
)


def _facts(row: Row) -> Facts:
    placed = [
        Placed(
            law=each["law"],
            reason=each["reason"],
            until=None if each["until"] is None else datetime.fromisoformat(each["until"]),
        )
        for each in row["placed"]
    ]
    return Facts(
        closed_at=row["closed_at"], had_account=row["had_account"], open_alerts=row["open_alerts"],
        open_cases=row["open_cases"], placed=placed,
    )  # fmt: skip


def _erasure(row: Row) -> Erasure:
    return Erasure(**row | {"status": ErasureStatus(row["status"])})


async def facts(connection: psycopg.AsyncConnection, *, tenant_id: str, customer_id: str) -> Facts:
    """Return what the law asks about a customer, who is there and has left."""
    return _facts((await _rows(connection, _FACTS, (tenant_id, customer_id)))[0])


def facts_now(connection: psycopg.Connection, *, tenant_id: str, customer_id: str) -> Facts:
    """Do the same over a blocking connection."""
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_FACTS, (tenant_id, customer_id)).fetchone()
    if row is None:
        raise LookupError(f"no customer {customer_id}")
    return _facts(row)


def asked(
    *, erasure_id: UUID, tenant_id: str, customer_id: str, by: str, now: datetime, held: Sequence[Hold], due: datetime | None
) -> Row:
    """Return the values of a request."""
    return {
        "erasure_id": erasure_id, "tenant_id": tenant_id, "customer_id": customer_id, "by": by, "now": now, "due_at": due,
        "status": (ErasureStatus.HELD if held else ErasureStatus.QUEUED).value,
        "holds": Jsonb([asdict(hold) | {"until": hold.until.isoformat() if hold.until else None} for hold in held]),
    }  # fmt: skip


async def ask(connection: psycopg.AsyncConnection, values: Row) -> Erasure:
    """Keep a request and block the customer's records; one that is there is brought up to date, or stays once it runs."""
    await connection.execute(_RESTRICT, (values["now"], values["tenant_id"], values["customer_id"]))
    rows = await _rows(connection, _ASK, values)
    if rows:
        return _erasure(rows[0])
    found = await _rows(connection, _FIND + "and customer_id = %(customer_id)s", values)
    return _erasure(found[0])


def ask_now(connection: psycopg.Connection, values: Row) -> Erasure:
    """Do the same over a blocking connection."""
    connection.execute(_RESTRICT, (values["now"], values["tenant_id"], values["customer_id"]))
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_ASK, values).fetchone()
        if row is None:
            row = cursor.execute(_FIND + "and customer_id = %(customer_id)s", values).fetchone()
    if row is None:
        raise LookupError("the request is gone")
    return _erasure(row)


async def remember(
    connection: psycopg.AsyncConnection, *, tenant_id: str, erasure_id: UUID, memory: bytes, replacement: str
) -> None:
    """Keep what a request looks for, sealed, unless that is known already."""
    await connection.execute(
        "update bank.erasure set memory = %s, replacement = %s "
        "where tenant_id = %s and erasure_id = %s and memory is null and status = 'queued'",
        (memory, replacement, tenant_id, erasure_id),
    )


async def accounts_of(connection: psycopg.AsyncConnection, *, tenant_id: str, customer_id: str) -> tuple[UUID, ...]:
    """Return the accounts that a customer opened."""
    rows = await _rows(
        connection, "select account_id from bank.account where tenant_id = %s and customer_id = %s", (tenant_id, customer_id)
    )
    return tuple(row["account_id"] for row in rows)


async def logins_of(connection: psycopg.AsyncConnection, *, tenant_id: str, customer_id: str) -> tuple[str, ...]:
    """Return the addresses that a customer signs in with."""
    rows = await _rows(
        connection, "select email from identity.login_user where tenant_id = %s and customer_id = %s", (tenant_id, customer_id)
    )
    return tuple(row["email"] for row in rows)


async def find(connection: psycopg.AsyncConnection, *, tenant_id: str, erasure_id: UUID) -> tuple[Erasure, list[Step]] | None:
    """Return a request and its steps so far."""
    rows = await _rows(
        connection, _FIND + "and erasure_id = %(erasure_id)s", {"tenant_id": tenant_id, "erasure_id": erasure_id}
    )
    if not rows:
        return None
    return _erasure(rows[0]), [Step(**row) for row in await _rows(connection, _STEPS, (tenant_id, erasure_id))]


def find_now(connection: psycopg.Connection, *, tenant_id: str, erasure_id: UUID) -> tuple[Erasure, list[Step]] | None:
    """Do the same over a blocking connection."""
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(
            _FIND + "and erasure_id = %(erasure_id)s", {"tenant_id": tenant_id, "erasure_id": erasure_id}
        ).fetchone()
        steps = cursor.execute(_STEPS, (tenant_id, erasure_id)).fetchall()
    return None if row is None else (_erasure(row), [Step(**step) for step in steps])


async def being_erased(connection: psycopg.AsyncConnection, *, tenant_id: str, customer_id: str) -> bool:
    """Whether a worker has begun to erase the customer, or has done it."""
    rows = await _rows(
        connection,
        "select 1 from bank.erasure where tenant_id = %s and customer_id = %s "
        "and (status in ('running', 'done') or memory is not null)",
        (tenant_id, customer_id),
    )
    return bool(rows)


async def place(connection: psycopg.AsyncConnection, values: Row) -> None:
    """Place a hold under a name; the same one again changes nothing."""
    await connection.execute(_PLACE, values)


async def lift(
    connection: psycopg.AsyncConnection, *, tenant_id: str, customer_id: str, name: str, by: str, now: datetime
) -> None:
    """Lift a hold; again, it changes nothing."""
    await connection.execute(
        "update bank.legal_hold set lifted_by = %s, lifted_at = %s "
        "where tenant_id = %s and customer_id = %s and name = %s and lifted_at is null",
        (by, now, tenant_id, customer_id, name),
    )


async def placed(connection: psycopg.AsyncConnection, *, tenant_id: str, customer_id: str) -> list[Row]:
    """Return a customer's holds by name, those that were lifted too."""
    return await _rows(connection, _HOLDS, (tenant_id, customer_id))


async def _rows(connection: psycopg.AsyncConnection, query: str, values: Sequence[Any] | Row) -> list[Row]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query.encode(), values)
        return await cursor.fetchall()
