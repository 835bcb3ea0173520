"""Accounts: opening, changing, and reading balances and statements.

The readers see the rows of the connection's tenant alone: call them inside `kit.postgres.tenant_transaction`.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from psycopg import AsyncConnection, Connection
from psycopg.rows import class_row

from kit.errors import Conflict, NotFound
from kit.ids import derived_id

SYSTEM_ACCOUNTS = uuid.UUID("0b6c5e1e-4c57-5c0e-9a39-6f1f5a1f7a52")
MAX_PAGE_ROWS = 500

_OPEN = """
select outcome, field from ledger.open_accounts(
    %s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::boolean[], %s::boolean[], %s::bigint[], %s::bigint
)
"""
_OPEN_SETTLEMENT = "select ledger.open_settlement_accounts(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::bigint)"
_ACCOUNT = """
select
    id, tenant_id, currency, owner_id, code, debits_posted_minor, credits_posted_minor, debits_pending_minor,
    credits_pending_minor, debits_must_not_exceed_credits, credits_must_not_exceed_debits, min_balance_minor, closed,
    frozen_debits, frozen_credits, version, (extract(epoch from opened_at) * 1000)::bigint as opened_at_ms
from ledger.account
"""
_ENTRIES = """
select
    e.version, e.transfer_id, e.delta_minor, e.balance_after_minor,
    (extract(epoch from e.value_at) * 1000)::bigint as value_at_ms,
    (extract(epoch from e.booked_at) * 1000)::bigint as booked_at_ms,
    t.purpose, t.debit_account_id, t.credit_account_id, t.reverses_id
from ledger.entry e
join ledger.transfer t on t.id = e.transfer_id
where e.account_id = %(account_id)s and e.version < %(before)s
order by e.version desc
limit %(limit)s
"""
_BALANCE_AT = """
select balance_after_minor, version from ledger.entry
where account_id = %s and booked_at <= ledger.at(%s)
order by booked_at desc, version desc
limit 1
"""


class AccountOutcome(StrEnum):
    """The answer to a wish for an account."""

    OPENED = "opened"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account to open. A customer's has `owner_id` (pseudonymous); a system account has `code`.

    With `debits_must_not_exceed_credits` the balance stays at or above zero; `min_balance_minor` sets another floor.
    """

    account_id: uuid.UUID
    tenant_id: str
    currency: str
    owner_id: str | None = None
    code: str | None = None
    debits_must_not_exceed_credits: bool = False
    credits_must_not_exceed_debits: bool = False
    min_balance_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account as it stands. Balances are credits minus debits."""

    id: uuid.UUID
    tenant_id: str
    currency: str
    owner_id: str | None
    code: str | None
    debits_posted_minor: int
    credits_posted_minor: int
    debits_pending_minor: int
    credits_pending_minor: int
    debits_must_not_exceed_credits: bool
    credits_must_not_exceed_debits: bool
    min_balance_minor: int | None
    closed: bool
    frozen_debits: bool
    frozen_credits: bool
    version: int
    opened_at_ms: int

    @property
    def balance_minor(self) -> int:
        """What has been posted."""
        return self.credits_posted_minor - self.debits_posted_minor

    @property
    def available_minor(self) -> int:
        """What may still leave: pending debits count as gone, pending credits do not count."""
        return self.balance_minor - self.debits_pending_minor


@dataclass(frozen=True, slots=True)
class Balance:
    """The posted balance after the account's `version`th entry; version 0 is before the first."""

    balance_minor: int
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a statement. `delta_minor` is positive when money came in; `counterparty_id` is the other account."""

    version: int
    transfer_id: uuid.UUID
    delta_minor: int
    balance_after_minor: int
    value_at_ms: int
    booked_at_ms: int
    purpose: str
    debit_account_id: uuid.UUID
    credit_account_id: uuid.UUID
    reverses_id: uuid.UUID | None

    @property
    def counterparty_id(self) -> uuid.UUID:
        """The account on the other side."""
        return self.credit_account_id if self.delta_minor < 0 else self.debit_account_id


def system_account_id(*, tenant_id: str, currency: str, code: str) -> uuid.UUID:
    """Return the id of a tenant's system account, e.g. `settlement:pix`: the same for everybody who names it."""
    return derived_id(SYSTEM_ACCOUNTS, tenant_id, currency, code)


def system_account(
    *,
    tenant_id: str,
    currency: str,
    code: str,
    debits_must_not_exceed_credits: bool = False,
    credits_must_not_exceed_debits: bool = False,
) -> NewAccount:
    """Describe a tenant's system account, ready to open."""
    return NewAccount(
        account_id=system_account_id(tenant_id=tenant_id, currency=currency, code=code),
        tenant_id=tenant_id,
        currency=currency,
        code=code,
        debits_must_not_exceed_credits=debits_must_not_exceed_credits,
        credits_must_not_exceed_debits=credits_must_not_exceed_debits,
    )


def settlement_account(*, tenant_id: str, currency: str, channel: str) -> NewAccount:
    """Describe the account through which a channel's money comes from and goes to other banks: no owner and no limits."""
    return system_account(tenant_id=tenant_id, currency=currency, code=f"settlement:{channel}")


def suspense_account(*, tenant_id: str, currency: str, channel: str) -> NewAccount:
    """Describe the account on which a channel's money lies that came in and could not be credited."""
    return system_account(tenant_id=tenant_id, currency=currency, code=f"suspense:{channel}")


def open_accounts(connection: Connection, accounts: Sequence[NewAccount], *, now_ms: int) -> list[AccountOutcome]:
    """Open each account once; opening the same one again answers `duplicate`.

    Raises Conflict, naming the field, when an id is taken by a different account; then none of this call is opened.
    """
    with connection.transaction():
        rows = connection.execute(_OPEN, _open_parameters(accounts, now_ms)).fetchall()
        if _some_conflict(rows):
            rows = connection.execute(_OPEN, _open_parameters(accounts, now_ms)).fetchall()
        return _outcomes(accounts, rows)


async def open_accounts_async(
    connection: AsyncConnection, accounts: Sequence[NewAccount], *, now_ms: int
) -> list[AccountOutcome]:
    """Do what `open_accounts` does, on an asynchronous connection."""
    async with connection.transaction():
        rows = await (await connection.execute(_OPEN, _open_parameters(accounts, now_ms))).fetchall()
        if _some_conflict(rows):
            rows = await (await connection.execute(_OPEN, _open_parameters(accounts, now_ms))).fetchall()
        return _outcomes(accounts, rows)


def open_settlement_accounts(connection: Connection, accounts: Sequence[NewAccount], *, now_ms: int) -> None:
    """Open those of `accounts` that are not there yet. Only settlement and suspense: this is all that the intake may open.

    Raises psycopg's InsufficientPrivilege for any other account, and for a tenant without a customer's account.
    """
    ids, tenants, currencies, _, codes, *_, at_ms = _open_parameters(accounts, now_ms)
    connection.execute(_OPEN_SETTLEMENT, (ids, tenants, currencies, codes, at_ms))


async def change_account(
    connection: AsyncConnection,
    account_id: uuid.UUID,
    *,
    tenant_id: str,
    closed: bool | None = None,
    frozen_debits: bool | None = None,
    frozen_credits: bool | None = None,
    min_balance_minor: int | None = None,
) -> None:
    """Change what an account allows; None leaves it. Raises NotFound, or Conflict for closing one that is not empty."""
    cursor = await connection.execute(
        "select ledger.change_account(%s, %s, %s, %s, %s, %s)",
        (tenant_id, account_id, closed, frozen_debits, frozen_credits, min_balance_minor),
    )
    [answer] = await cursor.fetchone() or [None]
    if answer == "not-found":
        raise NotFound(f"there is no account {account_id}")
    if answer == "not-empty":
        raise Conflict(f"account {account_id} has a balance or holds and cannot be closed")


async def get(connection: AsyncConnection, account_id: uuid.UUID) -> Account:
    """Return the account. Raises NotFound, also for another tenant's."""
    async with connection.cursor(row_factory=class_row(Account)) as cursor:
        await cursor.execute(_ACCOUNT + "where id = %s", (account_id,))
        account = await cursor.fetchone()
    if account is None:
        raise NotFound(f"there is no account {account_id}")
    return account


async def owned_by(connection: AsyncConnection, owner_id: str) -> list[Account]:
    """Return a customer's accounts, oldest first."""
    async with connection.cursor(row_factory=class_row(Account)) as cursor:
        await cursor.execute(_ACCOUNT + "where owner_id = %s order by opened_at, id limit %s", (owner_id, MAX_PAGE_ROWS))
        return await cursor.fetchall()


async def balance_at(connection: AsyncConnection, account_id: uuid.UUID, *, at_ms: int) -> Balance:
    """Return the balance as it was booked at the end of the millisecond `at_ms`. Raises NotFound."""
    await get(connection, account_id)
    row = await (await connection.execute(_BALANCE_AT, (account_id, at_ms))).fetchone()
    return Balance(0, 0) if row is None else Balance(*row)


async def entries(
    connection: AsyncConnection, account_id: uuid.UUID, *, before_version: int | None = None, limit: int = 50
) -> list[Entry]:
    """Return a statement page, newest first: the entries below `before_version` (None: from the newest).

    The next page's cursor is the last entry's version; pages do not shift while money moves. Raises NotFound.
    """
    await get(connection, account_id)
    parameters = {
        "account_id": account_id,
        "before": 2**62 if before_version is None else before_version,
        "limit": max(1, min(limit, MAX_PAGE_ROWS)),
    }
    async with connection.cursor(row_factory=class_row(Entry)) as cursor:
        await cursor.execute(_ENTRIES, parameters)
        return await cursor.fetchall()


def _open_parameters(accounts: Sequence[NewAccount], now_ms: int) -> tuple[Any, ...]:
    return (
        [a.account_id for a in accounts],
        [a.tenant_id for a in accounts],
        [a.currency for a in accounts],
        [a.owner_id for a in accounts],
        [a.code for a in accounts],
        [a.debits_must_not_exceed_credits for a in accounts],
        [a.credits_must_not_exceed_debits for a in accounts],
        [a.min_balance_minor for a in accounts],
        now_ms,
    )


def _some_conflict(rows: Sequence[tuple[Any, ...]]) -> bool:
    """Whether to ask again: an account that another session committed meanwhile was compared with nothing, and is seen now."""
    return any(outcome == "conflict" for outcome, _ in rows)


def _outcomes(accounts: Sequence[NewAccount], rows: Sequence[tuple[Any, ...]]) -> list[AccountOutcome]:
    for account, (outcome, field) in zip(accounts, rows, strict=True):
        if outcome == "conflict":
            raise Conflict(f"account {account.account_id} is there with another {field}", field=field)
    return [AccountOutcome(outcome) for outcome, _ in rows]
