"""Closing days of one tenant or of all: what the command and the nightly job do."""

from collections.abc import Iterator
from datetime import date

import psycopg

from kit.clock import Clock
from kit.errors import DomainError
from kit.postgres import connect
from kit.settings import PostgresServer
from ledger.close import repository
from ledger.close.run import CloseCutOff, Closing, close_day, close_ended_days
from ledger.sandboxes import Presents

STATEMENT_TIMEOUT_MS = 600_000


def every_tenant(core: PostgresServer) -> list[str]:
    """Return every tenant that has an account."""
    with connect(core.dsn("audit"), application="close") as audit:
        return repository.tenants(audit)


def close_tenants(
    core: PostgresServer, *, tenants: list[str], day: date | None, clock: Clock
) -> Iterator[tuple[str, Closing | DomainError]]:
    """Close `day`, or all days that have ended, of each tenant; what keeps one from closing does not keep the others.

    A sandbox is closed by its own clock, and its events have a topic of their own. Raises psycopg.Error when the connection is
    lost.
    """
    with connect(core.dsn("api"), application="close", statement_timeout_ms=STATEMENT_TIMEOUT_MS) as connection:
        for tenant_id in tenants:
            presents = Presents(connection, now_ms=clock.now_ms())
            now_ms, topic = presents.now_ms(tenant_id), presents.topic(tenant_id)
            try:
                if day is not None:
                    yield tenant_id, close_day(connection, tenant_id=tenant_id, day=day, now_ms=now_ms, topic=topic)
                    continue
                for closing in close_ended_days(connection, tenant_id=tenant_id, now_ms=now_ms, topic=topic):
                    yield tenant_id, closing
            except DomainError as problem:
                yield tenant_id, problem
            except psycopg.Error as problem:
                if connection.closed:
                    raise
                yield tenant_id, CloseCutOff(f"the database answered: {problem.diag.message_primary or problem}")
