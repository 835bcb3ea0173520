"""Which accounts are customers' accounts of a tenant, asked once each."""

import uuid
from collections.abc import Iterable

import psycopg

from streams.intake.requests import AccountKey

MAX_REMEMBERED = 500_000

_CUSTOMER_ACCOUNTS = "select id from ledger.account where tenant_id = %s and code is null and id = any(%s)"


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
