"""SQL of the replay: the profiles of the accounts that it opens."""

from collections.abc import Sequence

from psycopg import Connection


def register(
    connection: Connection, *, tenant_id: str, account_ids: Sequence[str], customer_ids: Sequence[str], currency: str
) -> None:
    """Write customers and accounts that are not there yet."""
    with connection.transaction():
        connection.execute("select set_config('app.tenant_id', %s, true)", (tenant_id,))
        connection.execute(
            "select bank.register_accounts(%s, %s::uuid[], %s::text[], %s)",
            (tenant_id, list(account_ids), list(customer_ids), currency),
        )
