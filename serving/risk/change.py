"""One change of how decisions are made: what is done, its audit row and whatever it publishes, in one transaction."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from governance.actor import Actor
from kit.postgres import tenant_transaction
from serving.edge.errors import InvalidRequest
from serving.edge.principals import Principal
from serving.identity.audit import record


@asynccontextmanager
async def change(
    core: AsyncConnectionPool, principal: Principal, action: str, correlation_id: str, **detail: str | None
) -> AsyncIterator[tuple[AsyncConnection, dict[str, str]]]:
    """Give a connection in a transaction, and where the caller says the audit row's `resource`."""
    said: dict[str, str] = {}
    async with core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
        yield connection, said
        await record(
            connection,
            principal,
            action,
            resource=said["resource"],
            correlation_id=correlation_id,
            detail={name: value for name, value in detail.items() if value is not None},
        )


def actor_of(principal: Principal) -> Actor:
    """Whoever asks, as the domain names them."""
    return Actor(principal.tenant_id, principal.subject)


def place_of(before: tuple[str, str] | None) -> tuple[datetime, str] | None:
    """A cursor's moment and id. Raises InvalidRequest for one that is none of ours."""
    if before is None:
        return None
    try:
        return datetime.fromisoformat(before[0]), str(UUID(before[1]))
    except ValueError as problem:
        raise InvalidRequest("cursor: not one that this route gave out", field="cursor") from problem
