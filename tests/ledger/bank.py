"""A small bank for the tests of money: products, accounts, and postings at moments of their own."""

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import psycopg

from contracts.ledger_events import Purpose
from kit.postgres import connect, tenant_block
from kit.settings import PostgresServer
from ledger.accounts import NewAccount, open_accounts, system_account
from ledger.days import TIMEZONE, end_ms
from ledger.postings import Kind, PostingRequest, PostingResult
from ledger.repository import post_batch


def ms(day: date, hour: int = 12) -> int:
    """The bank's clock at an hour of a day."""
    return int(datetime.combine(day, time(hour), ZoneInfo(TIMEZONE)).timestamp() * 1000)


def night(day: date) -> int:
    """A quarter past three of the next morning: when a day is closed."""
    return end_ms(day) + 195 * 60_000


@dataclass
class Bank:
    """One tenant of a core database."""

    core: PostgresServer
    tenant_id: str = field(default_factory=lambda: f"t{uuid.uuid4().hex[:12]}")

    def __post_init__(self) -> None:
        self.api: psycopg.Connection = connect(self.core.dsn("api"), application="test")

    def product(self, code: str, *, currency: str = "BRL", **terms: object) -> None:
        columns = {"credit_rate_ppm": 0, "debit_rate_ppm": 0, "day_count": "actual/365", "monthly_fee_minor": 0} | terms
        with tenant_block(self.api, self.tenant_id):
            self.api.execute(
                "insert into bank.product (tenant_id, code, currency, name, kind, credit_rate_ppm, debit_rate_ppm, day_count, "
                "monthly_fee_minor, transfer_fees) values (%s, %s, %s, %s, 'savings', %s, %s, %s, %s, %s::jsonb) "
                "on conflict (tenant_id, code, currency) do update set credit_rate_ppm = excluded.credit_rate_ppm, "
                "debit_rate_ppm = excluded.debit_rate_ppm, monthly_fee_minor = excluded.monthly_fee_minor",
                (
                    self.tenant_id,
                    code,
                    currency,
                    code,
                    columns["credit_rate_ppm"],
                    columns["debit_rate_ppm"],
                    columns["day_count"],
                    columns["monthly_fee_minor"],
                    columns.get("transfer_fees", "{}"),
                ),
            )

    def account(
        self, product: str, *, opened: date, currency: str = "BRL", floor_minor: int = 0, customer_id: str = "c1"
    ) -> uuid.UUID:
        account_id = uuid.uuid4()
        new = NewAccount(
            account_id=account_id,
            tenant_id=self.tenant_id,
            currency=currency,
            owner_id=customer_id,
            min_balance_minor=floor_minor,
        )
        open_accounts(self.api, [new], now_ms=ms(opened))
        with tenant_block(self.api, self.tenant_id):
            self.api.execute(
                "insert into bank.customer (tenant_id, customer_id) values (%s, %s) on conflict do nothing",
                (self.tenant_id, customer_id),
            )
            self.api.execute(
                "insert into bank.account (account_id, tenant_id, customer_id, product, currency, opened_at) "
                "values (%s, %s, %s, %s, %s, ledger.at(%s))",
                (account_id, self.tenant_id, customer_id, product, currency, ms(opened)),
            )
        return account_id

    def system(self, code: str, currency: str = "BRL") -> uuid.UUID:
        account = system_account(tenant_id=self.tenant_id, currency=currency, code=code)
        open_accounts(self.api, [account], now_ms=0)
        return account.account_id

    def move(
        self,
        debit: uuid.UUID,
        credit: uuid.UUID,
        amount_minor: int,
        *,
        at_ms: int,
        value_ms: int | None = None,
        currency: str = "BRL",
        purpose: Purpose = Purpose.ADJUSTMENT,
        transfer_id: uuid.UUID | None = None,
    ) -> PostingResult:
        """Post at a moment of the past, with value at another."""
        request = PostingRequest(
            kind=Kind.POST,
            transfer_id=transfer_id or uuid.uuid4(),
            tenant_id=self.tenant_id,
            occurred_at_ms=at_ms if value_ms is None else value_ms,
            booked_at_ms=at_ms,
            amount_minor=amount_minor,
            currency=currency,
            debit_account_id=debit,
            credit_account_id=credit,
            purpose=purpose,
        )
        [result] = post_batch(self.api, [request], now_ms=max(at_ms, ms(date(2100, 1, 1))))
        return result

    def deposit(self, account: uuid.UUID, amount_minor: int, *, at_ms: int, value_ms: int | None = None) -> PostingResult:
        """Bring money in, or take it out when the amount is negative."""
        outside = self.system("settlement:pix")
        pair = (outside, account) if amount_minor > 0 else (account, outside)
        return self.move(*pair, abs(amount_minor), at_ms=at_ms, value_ms=value_ms)

    def balance(self, account: uuid.UUID) -> int:
        with tenant_block(self.api, self.tenant_id):
            row = self.api.execute(
                "select credits_posted_minor - debits_posted_minor from ledger.account where id = %s", (account,)
            ).fetchone()
        assert row is not None
        return int(row[0])

    def rows(self, statement: str, *parameters: object) -> list[tuple]:
        """What the tenant sees."""
        with tenant_block(self.api, self.tenant_id):
            return self.api.execute(statement, parameters).fetchall()

    def parts(self, account: uuid.UUID, kind: str = "credit-interest") -> dict[date, int]:
        """What has accrued for each day, corrections and all."""
        found = self.rows(
            "select day, sum(parts)::text from bank.accrual where account_id = %s and kind = %s group by day", account, kind
        )
        return {day: int(parts) for day, parts in found}


def days(first: date, last: date) -> list[date]:
    """Every day from first to last."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
