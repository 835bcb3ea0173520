"""The SQL of identity. What is looked up before a tenant is known goes through `poster`'s functions."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from psycopg import AsyncConnection
from psycopg.rows import class_row, dict_row


@dataclass(frozen=True, slots=True)
class LoginRow:
    """A user as a login finds them."""

    user_id: UUID
    tenant_id: str
    display_name: str
    password_hash: str
    roles: list[str]
    customer_id: str | None


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A live browser session and its user."""

    tenant_id: str
    user_id: UUID
    email: str
    display_name: str
    roles: list[str]
    customer_id: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ClientRow:
    """A machine client that may still be used."""

    tenant_id: str
    name: str
    secret_hash: bytes
    roles: list[str]
    expires_at: datetime | None


async def find_login(connection: AsyncConnection, email: str) -> LoginRow | None:
    """Return the user with this e-mail, of whichever tenant."""
    async with connection.cursor(row_factory=class_row(LoginRow)) as cursor:
        await cursor.execute("select * from identity.find_login(%s)", (email,))
        return await cursor.fetchone()


async def find_session(connection: AsyncConnection, token_hash: bytes) -> SessionRow | None:
    """Return the live session of this token hash."""
    async with connection.cursor(row_factory=class_row(SessionRow)) as cursor:
        await cursor.execute("select * from identity.find_session(%s)", (token_hash,))
        return await cursor.fetchone()


async def find_client(connection: AsyncConnection, client_id: str) -> ClientRow | None:
    """Return the machine client, unless it was revoked or has expired."""
    async with connection.cursor(row_factory=class_row(ClientRow)) as cursor:
        await cursor.execute("select * from identity.find_client(%s)", (client_id,))
        return await cursor.fetchone()


async def login_wait_s(connection: AsyncConnection, name_hash: bytes) -> int:
    """Return the seconds that a login under this name must still wait."""
    cursor = await connection.execute("select identity.login_wait_s(%s)", (name_hash,))
    row = await cursor.fetchone()
    return int(row[0]) if row else 0


async def note_login_failure(connection: AsyncConnection, name_hash: bytes, *, allowed: int, window_s: int) -> None:
    """Count a failed login under this name."""
    await connection.execute("select identity.note_login_failure(%s, %s, %s)", (name_hash, allowed, window_s))


async def forget_login_failures(connection: AsyncConnection, name_hash: bytes) -> None:
    """Forget the failures of a name that has now logged in."""
    await connection.execute("select identity.forget_login_failures(%s)", (name_hash,))


async def insert_session(
    connection: AsyncConnection, *, token_hash: bytes, tenant_id: str, user_id: UUID, lifetime_s: int
) -> None:
    """Store a new browser session."""
    await connection.execute(
        "insert into identity.session (token_hash, tenant_id, user_id, expires_at) "
        "values (%s, %s, %s, now() + make_interval(secs => %s))",
        (token_hash, tenant_id, user_id, lifetime_s),
    )


async def end_session(connection: AsyncConnection, token_hash: bytes) -> None:
    """Revoke a browser session."""
    await connection.execute("select identity.end_session(%s)", (token_hash,))


async def insert_client(
    connection: AsyncConnection, *, client_id: str, tenant_id: str, name: str, secret_hash: bytes, roles: list[str]
) -> None:
    """Store a new machine client."""
    await connection.execute(
        "insert into identity.client (client_id, tenant_id, name, secret_hash, roles) values (%s, %s, %s, %s, %s)",
        (client_id, tenant_id, name, secret_hash, roles),
    )


async def revoke_client(connection: AsyncConnection, client_id: str) -> bool:
    """Revoke a machine client of the transaction's tenant. False when there is none to revoke."""
    cursor = await connection.execute(
        "update identity.client set revoked_at = now() where client_id = %s and revoked_at is null", (client_id,)
    )
    return cursor.rowcount == 1


async def list_clients(connection: AsyncConnection, *, after: str | None, limit: int) -> list[dict[str, object]]:
    """Return the tenant's machine clients by id, without their secrets."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            "select client_id, name, roles, created_at, expires_at, revoked_at from identity.client "
            "where (%(after)s::text is null or client_id > %(after)s) order by client_id limit %(limit)s",
            {"after": after, "limit": limit},
        )
        return await cursor.fetchall()


async def insert_audit(
    connection: AsyncConnection,
    *,
    tenant_id: str,
    actor: str,
    action: str,
    resource: str | None,
    correlation_id: str,
    status: int | None,
    detail: dict[str, object] | None = None,
) -> None:
    """Append one row to the audit log, in the caller's transaction."""
    await connection.execute(
        "insert into identity.audit (tenant_id, actor, action, resource, correlation_id, status, detail) "
        "values (%s, %s, %s, %s, %s, %s, %s)",
        (tenant_id, actor, action, resource, correlation_id, status, orjson.dumps(detail).decode() if detail else None),
    )


async def list_audit(
    connection: AsyncConnection, *, before: int | None, resource: str | None, limit: int
) -> list[dict[str, object]]:
    """Return the tenant's audit rows, newest first; a transfer's own status stands in where the row has none."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            "select audit_id, at, actor, action, resource, correlation_id, status, detail from identity.audit "
            "where (%(before)s::bigint is null or audit_id < %(before)s) "
            "and (%(resource)s::text is null or resource = %(resource)s) order by audit_id desc limit %(limit)s",
            {"before": before, "resource": resource, "limit": limit},
        )
        return await cursor.fetchall()


async def sweep(connection: AsyncConnection) -> int:
    """Drop sessions and login failures that nobody can use any more."""
    cursor = await connection.execute("select identity.sweep()")
    row = await cursor.fetchone()
    return int(row[0]) if row else 0
