"""Rows of the warehouse that say who has which account, and what moved between them."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

import psycopg

from kit.settings import PostgresServer

_ACCOUNT = (
    "insert into raw.accounts (tenant_id, account_id, kind, code, customer_id, product, currency, status, opened_at, "
    "balance_minor, entries, extracted_at) values (%s, %s, %s, %s, %s, null, %s, 'active', now(), 0, 0, now())"
)
_EVENT = (
    "insert into raw.ledger_events (tenant_id, event_id, transfer_id, status, purpose, occurred_at, amount_minor, currency, "
    "debit_account_id, credit_account_id, log_offset) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)


class Money:
    """One tenant's accounts and movements."""

    def __init__(self, warehouse: PostgresServer, *, tenant_id: str) -> None:
        self.tenant_id = tenant_id
        self._warehouse = warehouse
        self._offset = 0

    def account(self, *, customer_id: str | None = None, code: str | None = None, currency: str = "BRL") -> uuid.UUID:
        """Write an account: a customer's, or the system's by its code."""
        account_id = uuid.uuid4()
        kind = "customer" if code is None else code.partition(":")[0]
        with psycopg.connect(self._warehouse.dsn("transform")) as connection:
            connection.execute(_ACCOUNT, (self.tenant_id, account_id, kind, code, customer_id, currency))
        return account_id

    def move(
        self, *moves: tuple[datetime, uuid.UUID, uuid.UUID, int], status: str = "posted", purpose: str = "transfer"
    ) -> None:
        """Write movements: when, from, to, how much."""
        rows: list[Sequence[object]] = []
        for at, debit, credit, amount_minor in moves:
            self._offset += 1
            rows.append((
                self.tenant_id, uuid.uuid4(), uuid.uuid4(), status, purpose, at.astimezone(UTC), amount_minor, "BRL", debit,
                credit, self._offset,
            ))  # fmt: skip
        with psycopg.connect(self._warehouse.dsn("sinks")) as connection, connection.cursor() as cursor:
            cursor.executemany(_EVENT, rows)
