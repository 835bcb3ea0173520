"""Customers' accounts, histories and budgets in the warehouse, as the extract and the projector would have written them."""

import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import psycopg

from kit.settings import PostgresServer

HERE = ZoneInfo("America/Sao_Paulo")
# Day, amount, category.
Line = tuple[date, int, str]

_ACCOUNT = (
    "insert into raw.accounts (tenant_id, account_id, kind, customer_id, parent_account_id, product, currency, status, "
    "opened_at, balance_minor, entries, extracted_at) values (%s, %s, %s, %s, %s, %s, %s, 'active', now(), 0, 0, now())"
)
_BUDGET = (
    "insert into raw.budgets (tenant_id, budget_id, customer_id, category, currency, limit_minor, created_at, version, "
    "extracted_at) values (%s, %s, %s, %s, %s, %s, %s, 1, now())"
)
_MOVEMENT = (
    "insert into read_model.movement (generation, tenant_id, account_id, sequence, transfer_id, amount_minor, "
    "balance_after_minor, currency, purpose, channel, decided, category, counterparty_account_id, counterparty_kind, value_at, "
    "booked_at, log_offset) values (1, %s, %s, %s, %s, %s, %s, %s, 'transfer', 'pix', true, %s, %s, 'customer', %s, %s, 1)"
)
_FOLDED = (
    "insert into read_model.position (generation, next_offset, as_of) values (1, 0, %s) "
    "on conflict (generation) do update set as_of = excluded.as_of"
)
_HELD = (
    "insert into raw.ledger_events (tenant_id, event_id, transfer_id, status, purpose, occurred_at, amount_minor, currency, "
    "debit_account_id, log_offset) values (%s, gen_random_uuid(), %s, %s, 'transfer', %s, %s, 'BRL', %s, "
    "(select coalesce(max(log_offset), 0) + 1 from raw.ledger_events))"
)


def noon(day: date) -> datetime:
    """The middle of a day at the bank."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=HERE)


class Own:
    """One tenant's customers."""

    def __init__(self, warehouse: PostgresServer, *, tenant_id: str) -> None:
        self.tenant_id = tenant_id
        self._warehouse = warehouse

    def account(
        self, customer_id: str, lines: Sequence[Line] = (), *, product: str = "checking", currency: str = "BRL",
        with_goal: bool = False,
    ) -> uuid.UUID:  # fmt: skip
        """Write an account with its history; with a goal under it, what is for savings goes there and comes from there."""
        account_id, goal_id = uuid.uuid4(), uuid.uuid4()
        with psycopg.connect(self._warehouse.dsn("postgres")) as connection, connection.cursor() as cursor:
            cursor.execute(_ACCOUNT, (self.tenant_id, account_id, "customer", customer_id, None, product, currency))
            if with_goal:
                cursor.execute(_ACCOUNT, (self.tenant_id, goal_id, "goal", customer_id, account_id, None, currency))
            balance, rows = 0, []
            for sequence, (day, amount, category) in enumerate(sorted(lines), start=1):
                balance += amount
                rows.append((
                    self.tenant_id, account_id, sequence, uuid.uuid4(), amount, balance, currency, category,
                    goal_id if category == "savings" else uuid.uuid4(), noon(day), noon(day),
                ))  # fmt: skip
            cursor.executemany(_MOVEMENT, rows)
        return account_id

    def budget(
        self, customer_id: str, limit_minor: int, *, category: str | None = None, currency: str = "BRL",
        set_on: date = date(2025, 1, 1),
    ) -> uuid.UUID:  # fmt: skip
        """Write a budget."""
        budget_id = uuid.uuid4()
        values = (self.tenant_id, budget_id, customer_id, category, currency, limit_minor, noon(set_on))
        with psycopg.connect(self._warehouse.dsn("transform")) as connection:
            connection.execute(_BUDGET, values)
        return budget_id

    def held(self, account_id: uuid.UUID, amount_minor: int, *, on: date, ended: date | None = None) -> None:
        """Write that an amount was held, and, with `ended`, that it is no more."""
        transfer_id = uuid.uuid4()
        with psycopg.connect(self._warehouse.dsn("sinks")) as connection:
            connection.execute(_HELD, (self.tenant_id, transfer_id, "held", noon(on), amount_minor, account_id))
            if ended is not None:
                connection.execute(_HELD, (self.tenant_id, transfer_id, "denied", noon(ended), amount_minor, account_id))


def folded_until(warehouse: PostgresServer, moment: datetime) -> None:
    """Say that histories have everything up to a moment."""
    with psycopg.connect(warehouse.dsn("postgres")) as connection:
        connection.execute(_FOLDED, (moment.astimezone(UTC),))
