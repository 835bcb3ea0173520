"""A bank of a few accounts in the warehouse's raw tables: its reference data, its ledger and its decisions."""

import uuid
from datetime import date, datetime, timedelta

import psycopg

from kit.settings import PostgresServer
from tests.dbt.rows import Decided, Raw

OPENED = datetime.fromisoformat("2026-01-05T12:00:00+00:00")


class SmallBank:
    """Writes to raw.*; system accounts are named by their code, a customer's by the customer."""

    def __init__(self, warehouse: PostgresServer, *, tenant_id: str = "demo", first_offset: int = 0) -> None:
        self.raw = Raw(warehouse, first_offset=first_offset)
        self._warehouse = warehouse
        self._tenant_id = tenant_id
        self._accounts: dict[str, uuid.UUID] = {}
        self._offset = first_offset

    def __getitem__(self, name: str) -> uuid.UUID:
        """The account of that name."""
        return self._accounts[name]

    def system(self, *codes: str, currency: str = "BRL") -> None:
        """Open accounts of the bank's own."""
        for code in codes:
            self._open(code, kind=code.partition(":")[0], code=code, currency=currency)

    def customer(self, name: str, *, product: str = "checking", currency: str = "BRL", opened_at: datetime = OPENED) -> None:
        """Open an account of the customer whose name it begins with."""
        self._open(name, kind="customer", customer_id=name[:7], product=product, currency=currency, opened_at=opened_at)

    def moved(
        self,
        debit: str,
        credit: str,
        amount_minor: int,
        *,
        at: datetime,
        purpose: str = "transfer",
        status: str = "posted",
        currency: str = "BRL",
        reason: str | None = None,
        transfer_id: uuid.UUID | None = None,
    ) -> uuid.UUID:
        """Write one event of the ledger; return the transfer's id."""
        transfer_id = transfer_id or uuid.uuid4()
        moving = status in ("posted", "held")
        self._offset += 1
        with psycopg.connect(self._warehouse.dsn("sinks")) as connection:
            connection.execute(
                "insert into raw.ledger_events values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'rpc', %s, %s)",
                (
                    self._tenant_id, uuid.uuid4(), transfer_id, status, purpose, at, amount_minor, currency,
                    self[debit] if moving else None, self[credit] if moving else None, reason, self._offset,
                ),
            )  # fmt: skip
        return transfer_id

    def paid(
        self, decided: Decided, *, debit: str, credit: str, posted_minor: int | None = None, reason: str | None = None
    ) -> uuid.UUID:
        """Write a decision with its outcome, and the ledger's event of it a second later."""
        [transfer_id] = self.raw.add(decided)
        if decided.outcome:
            self.moved(
                debit, credit, posted_minor or decided.amount_minor, at=decided.event_time + timedelta(seconds=1),
                status=decided.outcome, reason=reason, transfer_id=transfer_id,
            )  # fmt: skip
        return transfer_id

    def closed(self, day: date, lines: dict[str, int]) -> None:
        """Write a closed day of which each line began empty and ends with that balance."""
        with psycopg.connect(self._warehouse.dsn("transform")) as connection:
            ends_at = datetime.fromisoformat(f"{day + timedelta(days=1)}T03:00:00+00:00")
            connection.execute(
                "insert into raw.day_closes values (%s, %s, %s, 10, %s, now())",
                (self._tenant_id, day, ends_at, ends_at + timedelta(minutes=5)),
            )
            for line, balance in lines.items():
                connection.execute(
                    "insert into raw.trial_balances values (%s, %s, %s, 'BRL', 1, 0, %s, %s, now())",
                    (self._tenant_id, day, line, max(0, -balance), max(0, balance)),
                )

    def charge(self, name: str, kind: str, amount_minor: int, *, value_day: date, status: str) -> None:
        """Write a charge of an account."""
        with psycopg.connect(self._warehouse.dsn("transform")) as connection:
            connection.execute(
                "insert into raw.charges values (%s, %s, %s, %s, %s, %s, 'BRL', %s, %s, now(), null, null, now())",
                (self._tenant_id, uuid.uuid4(), self[name], kind, str(value_day), amount_minor, value_day, status),
            )

    def case(self, alert_id: uuid.UUID, scenarios: list[str], **told: object) -> uuid.UUID:
        """Write that an alert of these scenarios is in a case; `told` are its columns. Return the case's id."""
        case_id = uuid.uuid4()
        columns = {"tenant_id": self._tenant_id, "case_id": case_id, "subject_kind": "customer", "freezes": 0} | told
        names = ", ".join(columns)
        with psycopg.connect(self._warehouse.dsn("transform")) as connection:
            connection.execute(
                f"insert into raw.cases ({names}, extracted_at) values ({', '.join(['%s'] * len(columns))}, now())",
                list(columns.values()),
            )
            connection.execute(
                "insert into raw.alert_cases values (%s, %s, 'scenario', %s, now(), %s, now(), now())",
                (self._tenant_id, alert_id, scenarios, case_id),
            )
        return case_id

    def rate(self, day: date, currency: str, *, bid_e8: int, ask_e8: int) -> None:
        """Write what a unit of a currency is worth in BRL."""
        with psycopg.connect(self._warehouse.dsn("transform")) as connection:
            connection.execute(
                "insert into raw.exchange_rates values (%s, %s, %s, 'BRL', 'bank', %s, %s, now())",
                (self._tenant_id, day, currency, bid_e8, ask_e8),
            )

    def count(self) -> None:
        """Write what the ledger says each account has, as the copy of the reference data does."""
        with psycopg.connect(self._warehouse.dsn("transform")) as connection:
            connection.execute(
                "update raw.accounts a set balance_minor = coalesce(e.balance, 0), entries = coalesce(e.entries, 0) from ("
                " select account_id, sum(delta)::bigint as balance, count(*) as entries from ("
                "  select debit_account_id as account_id, -amount_minor as delta from raw.ledger_events where status = 'posted'"
                "  union all select credit_account_id, amount_minor from raw.ledger_events where status = 'posted') m"
                " group by account_id) e where e.account_id = a.account_id"
            )

    def _open(
        self,
        name: str,
        *,
        kind: str,
        currency: str,
        code: str | None = None,
        customer_id: str | None = None,
        product: str | None = None,
        opened_at: datetime = OPENED,
    ) -> None:
        self._accounts[name if currency == "BRL" or customer_id else f"{name} {currency}"] = account_id = uuid.uuid4()
        with psycopg.connect(self._warehouse.dsn("transform")) as connection:
            connection.execute(
                "insert into raw.accounts values (%s, %s, %s, %s, %s, null, %s, %s, 'active', %s, 0, 0, now())",
                (self._tenant_id, account_id, kind, code, customer_id, product, currency, opened_at),
            )
