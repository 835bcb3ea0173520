"""The SQL of what the core keeps beside payments: declared incomes, registered devices, notices of withdrawals, erasures."""

from collections.abc import Mapping
from datetime import date

import psycopg

# Scenarios' amounts are centavos; an income in another currency is compared with nothing.
_INCOMES = """
select distinct on (customer_id, valid_from) customer_id, income_minor, valid_from from bank.declared_income
where tenant_id = %(tenant_id)s and currency = 'BRL' order by customer_id, valid_from, version desc
"""
_DEVICES = """
select customer_id, device_id, (extract(epoch from confirmed_at) * 1000)::bigint,
    (extract(epoch from removed_at) * 1000)::bigint
from bank.device where tenant_id = %(tenant_id)s and confirmed_at is not null
"""
_NOTICES = """
select account_id::text, day, amount_minor, (extract(epoch from given_at) * 1000)::bigint from bank.withdrawal_notice
where tenant_id = %(tenant_id)s and day between %(first_day)s and %(last_day)s order by account_id, day, version
"""
_ERASED = "select customer_id from bank.erasure where tenant_id = %(tenant_id)s and status in ('running', 'done')"
QUERIES: Mapping[str, str] = {"incomes": _INCOMES, "devices": _DEVICES, "notices": _NOTICES, "erased": _ERASED}
Rows = Mapping[str, list[tuple[object, ...]]]


async def told(connection: psycopg.AsyncConnection, tenant_id: str, *, first_day: date, last_day: date) -> Rows:
    """Return the rows of each of QUERIES; notices are those for the days, both included. In a transaction of the tenant."""
    bound = {"tenant_id": tenant_id, "first_day": first_day, "last_day": last_day}
    return {name: await (await connection.execute(query, bound)).fetchall() for name, query in QUERIES.items()}


def told_of(connection: psycopg.Connection, tenant_id: str, *, first_day: date, last_day: date) -> Rows:
    """Return the same over a blocking connection, whose role sees every tenant or which carries this one."""
    bound = {"tenant_id": tenant_id, "first_day": first_day, "last_day": last_day}
    return {name: connection.execute(query, bound).fetchall() for name, query in QUERIES.items()}
