"""The SQL of what stands out in who pays whom: pairs of customers' accounts, and what was found of each account."""

from collections.abc import Mapping
from datetime import date, datetime

import polars as pl
from psycopg import Connection

from contracts.ledger_events import LedgerStatus, Purpose

_TENANTS = "select distinct tenant_id from raw.accounts order by tenant_id"
# Those with most payments first, so that of too many the busiest are kept.
_PAIRS = f"""
select event.debit_account_id::text as payer, event.credit_account_id::text as payee, count(*) as payments
from raw.ledger_events event
join raw.accounts payer on payer.tenant_id = event.tenant_id and payer.account_id = event.debit_account_id
  and payer.kind = 'customer'
join raw.accounts payee on payee.tenant_id = event.tenant_id and payee.account_id = event.credit_account_id
  and payee.kind = 'customer'
where event.tenant_id = %(tenant_id)s and event.status = '{LedgerStatus.POSTED}'
  and event.purpose in ('{Purpose.TRANSFER}', '{Purpose.REVERSAL}')
  and event.occurred_at >= %(start)s and event.occurred_at < %(past)s
group by 1, 2 order by 3 desc, 1, 2 limit %(most)s
"""
_AS_OF = "select as_of from graph.made where tenant_id = %s"
_FORGET = "delete from graph.made where tenant_id = %s"
_MADE = """
insert into graph.made (tenant_id, as_of, made_at, days, accounts, pairs, payments, cut)
values (%(tenant_id)s, %(as_of)s, %(made_at)s, %(days)s, %(accounts)s, %(pairs)s, %(payments)s, %(cut)s)
"""
# Row-level security takes no COPY.
_ROWS = """
insert into graph.account_structure (
  tenant_id, account_id, component, component_accounts, community, community_accounts, pagerank, pagerank_share_above, payers,
  payees
)
select %s, * from unnest(
  %s::uuid[], %s::int[], %s::int[], %s::int[], %s::int[], %s::double precision[], %s::double precision[], %s::int[], %s::int[]
)
"""
_CHUNK_ROWS = 20_000


def tenants(connection: Connection) -> list[str]:
    """Return the tenants that have accounts."""
    return [row[0] for row in connection.execute(_TENANTS).fetchall()]


def pairs(connection: Connection, *, tenant_id: str, start: datetime, past: datetime, most: int) -> pl.DataFrame:
    """Return payer, payee and number of payments in [start, past) of each pair of customers' accounts, at most `most`."""
    rows = connection.execute(_PAIRS, {"tenant_id": tenant_id, "start": start, "past": past, "most": most}).fetchall()
    schema = {"payer": pl.String, "payee": pl.String, "payments": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def known_as_of(connection: Connection, *, tenant_id: str) -> date | None:
    """Return the day at whose end what is kept was found; None where nothing was looked for yet."""
    row = connection.execute(_AS_OF, (tenant_id,)).fetchone()
    return row[0] if row else None


def keep(connection: Connection, made: Mapping[str, object], found: pl.DataFrame) -> None:
    """Write what was found of a tenant in the place of what was there. `found` has the columns of `structure` in order."""
    with connection.transaction():
        connection.execute(_FORGET, (made["tenant_id"],))
        connection.execute(_MADE, made)
        for part in found.iter_slices(_CHUNK_ROWS):
            connection.execute(_ROWS, [made["tenant_id"], *(column.to_list() for column in part)])
