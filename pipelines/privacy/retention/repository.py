"""The SQL of retention: counts as `audit`, raw rows and payers as `eraser` under a tenant."""

from datetime import datetime
from uuid import UUID

from psycopg import Connection
from psycopg.sql import SQL, Identifier

from cases.payers import NOT_NAMED

# Tables of raw copies, and the column that says of when a row is.
RAW = (
    ("decisions", "scored_at"),
    ("outcomes", "occurred_at"),
    ("overrides", "scored_at"),
    ("ledger_events", "occurred_at"),
    ("labels", "known_at"),
    ("alerts", "occurred_at"),
)
ROWS_AT_ONCE = 20_000
PAYERS_AT_ONCE = 200
_FORGOTTEN = """
y.payer_id is not null and y.met_at < %(before)s
and not exists (
    select from bank.suspense_item i where i.tenant_id = y.tenant_id and i.party_id = y.party_id and i.status <> 'resolved')
and not exists (
    select from screening.hit h where h.tenant_id = y.tenant_id and h.party_id = y.party_id and h.status <> 'cleared')
"""
_COUNT_PAYERS = "select count(*) from screening.party y where " + _FORGOTTEN
_UNNAME = (
    "update screening.party y set sealed = %(not_named)s where y.tenant_id = %(tenant_id)s and y.sealed <> %(not_named)s and "
    + _FORGOTTEN
)
_UNNAMED = (
    "select y.party_id, y.payer_id from screening.party y where y.tenant_id = %(tenant_id)s and y.sealed = %(not_named)s and "
    + _FORGOTTEN
    + " order by y.party_id limit %(limit)s for update of y"
)


def tenants(core: Connection) -> list[str]:
    """Return all tenants, as `audit`."""
    return [tenant for (tenant,) in core.execute("select tenant_id from identity.tenant order by 1")]


def count_raw(warehouse: Connection, table: str, column: str, *, before: datetime) -> int:
    """Return how many rows of all tenants are older, as `audit`."""
    query = SQL("select count(*) from raw.{} where {} < %s").format(Identifier(table), Identifier(column))
    row = warehouse.execute(query, (before,)).fetchone()
    return int(row[0]) if row else 0


def drop_raw(warehouse: Connection, table: str, column: str, *, tenant_id: str, before: datetime) -> int:
    """Delete some rows of a tenant that are older; return how many."""
    query = SQL(
        "delete from raw.{0} where ctid = any(array(select ctid from raw.{0} where tenant_id = %s and {1} < %s limit %s))"
    ).format(Identifier(table), Identifier(column))
    return warehouse.execute(query, (tenant_id, before, ROWS_AT_ONCE)).rowcount


def count_answers(core: Connection, *, before: datetime) -> int:
    """Return how many finished claims are older, as `audit`."""
    row = core.execute("select count(*) from idempotency.claim where state = 'done' and created_at < %s", (before,)).fetchone()
    return int(row[0]) if row else 0


def count_payers(core: Connection, *, before: datetime) -> int:
    """Return how many payers from outside were told last before a moment and wait for nothing, as `audit`."""
    row = core.execute(_COUNT_PAYERS, {"before": before}).fetchone()
    return int(row[0]) if row else 0


def unname_payers(core: Connection, *, tenant_id: str, before: datetime) -> None:
    """Take their names from all of them, so that nobody looks for their keys. As `eraser` in a tenant's transaction."""
    core.execute(_UNNAME, {"tenant_id": tenant_id, "before": before, "not_named": NOT_NAMED})


def unnamed_payers(core: Connection, *, tenant_id: str, before: datetime) -> list[tuple[UUID, str]]:
    """Return (party, payer id) of some who have none, locked: who names one again waits. In a transaction of its own."""
    bound = {"tenant_id": tenant_id, "before": before, "not_named": NOT_NAMED, "limit": PAYERS_AT_ONCE}
    return [(party_id, str(payer_id)) for party_id, payer_id in core.execute(_UNNAMED, bound).fetchall()]


def drop_payers(core: Connection, *, tenant_id: str, party_ids: list[UUID]) -> None:
    """Delete payers with their hits, in that transaction."""
    core.execute("delete from screening.hit where tenant_id = %s and party_id = any(%s)", (tenant_id, party_ids))
    core.execute("delete from screening.party where tenant_id = %s and party_id = any(%s)", (tenant_id, party_ids))
