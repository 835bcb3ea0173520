"""SQL of the replay: the profiles of the accounts that it opens."""

from collections.abc import Sequence

from psycopg import Connection

_CUSTOMERS = """
insert into bank.customer (tenant_id, customer_id)
select distinct %s, given.customer_id from unnest(%s::text[]) as given (customer_id)
on conflict do nothing
"""
_ACCOUNTS = """
insert into bank.account (account_id, tenant_id, customer_id, currency)
select given.account_id, %s, given.customer_id, %s from unnest(%s::uuid[], %s::text[]) as given (account_id, customer_id)
on conflict do nothing
"""


def register(
    connection: Connection, *, tenant_id: str, account_ids: Sequence[str], customer_ids: Sequence[str], currency: str
) -> None:
    """Write customers and accounts that are not there yet."""
    with connection.transaction():
        connection.execute("select set_config('app.tenant_id', %s, true)", (tenant_id,))
        connection.execute(_CUSTOMERS, (tenant_id, list(customer_ids)))
        connection.execute(_ACCOUNTS, (tenant_id, currency, list(account_ids), list(customer_ids)))
