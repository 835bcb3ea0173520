"""SQL of the history loader: customers and what has been loaded already."""

from collections.abc import Sequence

from psycopg import Connection

SIMULATED_DOOR = "simulated"

_CUSTOMERS = """
insert into bank.customer (tenant_id, customer_id, kind, created_at)
select %s, given.customer_id, given.kind, to_timestamp(%s / 1000.0)
from unnest(%s::text[], %s::text[]) as given (customer_id, kind)
on conflict do nothing
"""
_PERSONS = """
insert into bank.person (tenant_id, customer_id, sealed, birth_year, state)
select %s, given.customer_id, given.sealed, given.birth_year, given.state
from unnest(%s::text[], %s::bytea[], %s::smallint[], %s::text[]) as given (customer_id, sealed, birth_year, state)
on conflict do nothing
"""
_ACCOUNTS = """
insert into bank.account (account_id, tenant_id, customer_id, product, currency, opened_at)
select given.account_id, %s, given.customer_id, given.product, %s, to_timestamp(%s / 1000.0)
from unnest(%s::uuid[], %s::text[], %s::text[]) as given (account_id, customer_id, product)
on conflict do nothing
"""
_LOADED = "select count(*) from ledger.transfer where tenant_id = %s and door = %s and id = any(%s::uuid[])"


def register_customers(
    connection: Connection,
    *,
    tenant_id: str,
    customer_ids: Sequence[str],
    kinds: Sequence[str],
    sealed: Sequence[bytes],
    birth_years: Sequence[int | None],
    states: Sequence[str | None],
    at_ms: int,
) -> None:
    """Write customers, who they are (sealed), their years of birth and states; those who are there stay as they are."""
    with connection.transaction():
        connection.execute("select set_config('app.tenant_id', %s, true)", (tenant_id,))
        connection.execute(_CUSTOMERS, (tenant_id, at_ms, list(customer_ids), list(kinds)))
        connection.execute(_PERSONS, (tenant_id, list(customer_ids), list(sealed), list(birth_years), list(states)))


def register_accounts(
    connection: Connection,
    *,
    tenant_id: str,
    currency: str,
    account_ids: Sequence[str],
    customer_ids: Sequence[str],
    products: Sequence[str],
    at_ms: int,
) -> None:
    """Write the profile of accounts that the ledger has opened."""
    with connection.transaction():
        connection.execute("select set_config('app.tenant_id', %s, true)", (tenant_id,))
        connection.execute(_ACCOUNTS, (tenant_id, currency, at_ms, list(account_ids), list(customer_ids), list(products)))


def loaded_of(connection: Connection, *, tenant_id: str, transfer_ids: Sequence[str]) -> int:
    """Return how many of these simulated transfers the ledger has."""
    with connection.transaction():
        connection.execute("select set_config('app.tenant_id', %s, true)", (tenant_id,))
        row = connection.execute(_LOADED, (tenant_id, SIMULATED_DOOR, list(transfer_ids))).fetchone()
    return 0 if row is None else int(row[0])
