"""SQL of the gate: what is known of customers that groups are made of."""

from collections.abc import Iterator

from psycopg import Connection

_FACTS = """
select tenant_id, customer_id, birth_year, state from bank.person where birth_year is not null or state is not null
"""
_ROWS = 10_000


def customer_facts(connection: Connection) -> Iterator[tuple[str, str, int | None, str | None]]:
    """Yield (tenant, customer, year of birth, state) of everybody of whom one is known, of all tenants. Needs `audit`."""
    with connection.transaction(), connection.cursor(name="customer_facts") as cursor:
        cursor.itersize = _ROWS
        cursor.execute(_FACTS)
        yield from cursor
