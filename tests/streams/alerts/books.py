"""Payments in the books of a test's database, as if they had been posted when they took place."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import psycopg

from contracts.ledger_events import LedgerEvent
from kit.settings import PostgresServer
from ledger.accounts import system_account_id

_CUSTOMER = "insert into bank.customer (tenant_id, customer_id, kind) values (%s, %s, %s) on conflict do nothing"
_ACCOUNT = (
    "insert into bank.account (account_id, tenant_id, customer_id, currency, opened_at) "
    "values (%s, %s, %s, 'BRL', timestamptz 'epoch' + %s * interval '1 millisecond')"
)
_LEDGER_ACCOUNT = (
    "insert into ledger.account (id, tenant_id, currency, owner_id, code, booked_at, opened_at) "
    "values (%s, %s, 'BRL', %s, %s, 'epoch', 'epoch') on conflict do nothing"
)
_TRANSFER = (
    "insert into ledger.transfer (id, tenant_id, status, purpose, debit_account_id, credit_account_id, amount_minor, "
    "posted_minor, currency, occurred_at, booked_at) values (%s, %s, 'posted', 'transfer', %s, %s, %s, %s, 'BRL', "
    "timestamptz 'epoch' + %s * interval '1 millisecond', timestamptz 'epoch' + %s * interval '1 millisecond')"
)
_ENTRY = (
    "insert into ledger.entry (account_id, version, tenant_id, transfer_id, delta_minor, balance_after_minor, value_at, "
    "booked_at) values (%s, %s, %s, %s, %s, 0, timestamptz 'epoch' + %s * interval '1 millisecond', "
    "timestamptz 'epoch' + %s * interval '1 millisecond')"
)


def opened(
    core: PostgresServer, tenant: str, accounts: Mapping[str, str], *, at: Mapping[str, int], kinds: Mapping[str, str]
) -> None:
    """Open accounts (id to customer) at moments (ms; the epoch unless said), of persons unless said."""
    with psycopg.connect(core.dsn("postgres")) as connection, connection.cursor() as cursor:
        cursor.executemany(_CUSTOMER, [(tenant, each, kinds.get(each, "person")) for each in accounts.values()])
        cursor.executemany(_ACCOUNT, [(one, tenant, owner, at.get(one, 0)) for one, owner in accounts.items()])
        cursor.executemany(_LEDGER_ACCOUNT, [(one, tenant, owner, None) for one, owner in accounts.items()])


def booked(core: PostgresServer, tenant: str, events: Iterable[LedgerEvent]) -> list[LedgerEvent]:
    """Book payments in their order, those that leave the bank through its settlement accounts; return their events."""
    told = sorted((_by_rail(tenant, each) for each in events), key=lambda each: each.occurred_at)
    versions: dict[str, int] = defaultdict(int)
    rails = {str(each.transaction.channel) for each in told if each.transaction is not None}
    transfers: list[Sequence[Any]] = []
    entries: list[Sequence[Any]] = []
    for each in told:
        at = each.occurred_at
        accounts = (each.debit_account_id, each.credit_account_id)
        transfers.append((each.transfer_id, tenant, *accounts, each.amount_minor, each.amount_minor, at, at))
        for account, sign in zip(accounts, (-1, 1), strict=True):
            versions[str(account)] += 1
            entries.append((account, versions[str(account)], tenant, each.transfer_id, sign * each.amount_minor, at, at))
    with psycopg.connect(core.dsn("postgres")) as connection, connection.cursor() as cursor:
        cursor.executemany(_LEDGER_ACCOUNT, [(_rail(tenant, each), tenant, None, f"settlement:{each}") for each in rails])
        cursor.executemany(_TRANSFER, transfers)
        cursor.executemany(_ENTRY, entries)
    return told


def _rail(tenant: str, channel: str) -> uuid.UUID:
    return system_account_id(tenant_id=tenant, currency="BRL", code=f"settlement:{channel}")


def _by_rail(tenant: str, event: LedgerEvent) -> LedgerEvent:
    """The event with the settlement account of its channel in the place of the one that stands for all."""
    intent = event.transaction
    assert intent is not None
    rail = str(_rail(tenant, str(intent.channel)))
    if intent.direction == "credit":
        return _with(event, debit_account_id=rail)
    return event if event.credit_account_id == intent.payee_id else _with(event, credit_account_id=rail)


def _with(event: LedgerEvent, **changed: str) -> LedgerEvent:
    fields = {name: getattr(event, name) for name in event.__struct_fields__}
    return LedgerEvent(**fields | changed)
