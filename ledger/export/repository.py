"""The SQL of the export: entries by booked time, streamed over a cursor of the server, so that memory stays bounded."""

from collections.abc import Iterator

from psycopg import Connection

from ledger.chart import line_of
from ledger.export.formats import LedgerEntry

FETCHED_ROWS = 5_000

_ENTRIES = """
select
    e.transfer_id, e.account_id, e.version, a.code, b.product, a.currency, e.delta_minor, e.balance_after_minor, t.purpose,
    t.reverses_id, (extract(epoch from e.value_at) * 1000)::bigint, (extract(epoch from e.booked_at) * 1000)::bigint
from ledger.entry e
join ledger.account a on a.id = e.account_id
join ledger.transfer t on t.id = e.transfer_id
left join bank.account b on b.account_id = e.account_id
where e.tenant_id = %(tenant_id)s and e.booked_at >= ledger.at(%(from_ms)s) and e.booked_at < ledger.at(%(to_ms)s)
order by e.booked_at, e.transfer_id, e.delta_minor
"""


def entries(connection: Connection, *, tenant_id: str, from_ms: int, to_ms: int) -> Iterator[LedgerEntry]:
    """Yield the entries booked in [from, to), a transfer's legs side by side. Inside a tenant's transaction."""
    with connection.cursor(name="general_ledger") as cursor:
        cursor.itersize = FETCHED_ROWS
        cursor.execute(_ENTRIES, {"tenant_id": tenant_id, "from_ms": from_ms, "to_ms": to_ms})
        for row in cursor:
            yield LedgerEntry(
                transfer_id=row[0],
                account_id=row[1],
                version=row[2],
                line=line_of(code=row[3], product=row[4]),
                currency=row[5],
                delta_minor=row[6],
                balance_after_minor=row[7],
                purpose=row[8],
                reverses_id=row[9],
                value_at_ms=row[10],
                booked_at_ms=row[11],
            )
