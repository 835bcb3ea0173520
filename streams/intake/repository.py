"""Which accounts are customers' accounts of a tenant, asked once each; and settlement accounts, opened when first needed."""

import uuid
from collections.abc import Iterable

import psycopg

from ledger.accounts import NewAccount, open_settlement_accounts
from streams.intake.requests import AccountKey

MAX_REMEMBERED = 500_000
MAX_REMEMBERED_SETTLEMENTS = 100_000

_CUSTOMER_ACCOUNTS = "select id from ledger.account where tenant_id = %s and code is null and id = any(%s)"


_SUSPENSE_ITEM = """
insert into bank.suspense_item
    (item_id, tenant_id, rail, currency, amount_minor, problem, party_id, account_id, payment_id, payer_id, goes_on, if_listed,
     opened_by, opened_at)
values (
    %(item_id)s, %(tenant_id)s, %(rail)s, %(currency)s, %(amount_minor)s, %(problem)s,
    (select y.party_id from screening.party y where y.tenant_id = %(tenant_id)s and y.party_id = %(party_id)s for key share),
    %(account_id)s, %(payment_id)s, %(payer_id)s, %(goes_on)s, %(if_listed)s, 'intake', ledger.at(%(now_ms)s))
on conflict do nothing
"""


def insert_suspense_item(
    connection: psycopg.Connection,
    *,
    item_id: uuid.UUID,
    tenant_id: str,
    rail: str,
    currency: str,
    amount_minor: int,
    problem: str,
    party_id: uuid.UUID | None,
    account_id: uuid.UUID | None,
    payment_id: uuid.UUID,
    payer_id: str | None,
    goes_on: bool,
    if_listed: bytes | None,
    now_ms: int,
) -> None:
    """Say what money in suspense is, once. Inside a tenant's transaction."""
    values = {
        "item_id": item_id, "tenant_id": tenant_id, "rail": rail, "currency": currency, "amount_minor": amount_minor,
        "problem": problem, "party_id": party_id, "account_id": account_id, "payment_id": payment_id,
        "payer_id": payer_id, "goes_on": goes_on, "if_listed": if_listed,
        "now_ms": now_ms,
    }  # fmt: skip
    connection.execute(_SUSPENSE_ITEM, values)


class CustomerAccounts:
    """Remembers what is a customer's account; what is not is asked again, because it may be opened meanwhile."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self._known: set[AccountKey] = set()

    def learn(self, accounts: Iterable[AccountKey]) -> None:
        """Look up those of `accounts` that are not known yet, each as its own tenant sees it."""
        if len(self._known) > MAX_REMEMBERED:
            self._known.clear()
        unknown: dict[str, list[uuid.UUID]] = {}
        for tenant_id, account in accounts:
            if (tenant_id, account) not in self._known:
                unknown.setdefault(tenant_id, []).append(account)
        for tenant_id, wanted in unknown.items():
            with self._connection.transaction():
                self._connection.execute("select set_config('app.tenant_id', %s, true)", (tenant_id,))
                rows = self._connection.execute(_CUSTOMER_ACCOUNTS, (tenant_id, wanted)).fetchall()
            self._known.update((tenant_id, account) for (account,) in rows)

    def is_ours(self, account: AccountKey) -> bool:
        """Whether it is a customer's account, as far as `learn` was told to look."""
        return account in self._known


class SettlementAccounts:
    """Remembers which settlement accounts are there; none is ever removed."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self._open: set[uuid.UUID] = set()

    def open(self, wanted: Iterable[NewAccount], *, now_ms: int) -> None:
        """Open those of `wanted` that are not known to be open yet; durable on return."""
        fresh = {account.account_id: account for account in wanted if account.account_id not in self._open}
        if not fresh:
            return
        open_settlement_accounts(self._connection, list(fresh.values()), now_ms=now_ms)
        if len(self._open) > MAX_REMEMBERED_SETTLEMENTS:
            self._open.clear()
        self._open.update(fresh)
