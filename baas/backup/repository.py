"""What a core server's books say about themselves, read in one snapshot."""

from dataclasses import dataclass

import psycopg


@dataclass(frozen=True, slots=True)
class Books:
    """Totals and contradictions of a ledger. Every count of contradictions must be zero."""

    accounts: int
    transfers: int
    entries: int
    sums_minor: dict[str, int]
    accounts_that_differ: int
    transfers_without_both_sides: int

    def lines(self) -> list[str]:
        """The totals, for people."""
        sums = ", ".join(f"{currency} {total}" for currency, total in sorted(self.sums_minor.items())) or "no entries"
        return [
            f"  {self.accounts:,} accounts, {self.transfers:,} transfers, {self.entries:,} entries",
            f"  sum of all entries by currency (must be 0): {sums}",
        ]

    def faults(self) -> list[str]:
        """What contradicts itself; empty for sound books."""
        found = [f"  entries in {currency} sum to {total}, not 0" for currency, total in self.sums_minor.items() if total]
        if self.accounts_that_differ:
            found.append(f"  {self.accounts_that_differ:,} accounts whose counters differ from the sum of their entries")
        if self.transfers_without_both_sides:
            found.append(f"  {self.transfers_without_both_sides:,} transfers whose entries do not sum to zero")
        return found


def read_books(connection: psycopg.Connection) -> Books:
    """Return what the ledger holds, from one snapshot of it."""
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read, read only")
        sums = connection.execute(
            """
            select a.currency, sum(e.delta_minor)::bigint
            from ledger.entry e join ledger.account a on a.id = e.account_id group by a.currency
            """
        ).fetchall()
        return Books(
            accounts=_one(connection, "select count(*) from ledger.account"),
            transfers=_one(connection, "select count(*) from ledger.transfer"),
            entries=_one(connection, "select count(*) from ledger.entry"),
            sums_minor={currency: int(total) for currency, total in sums},
            accounts_that_differ=_one(
                connection,
                """
                select count(*) from ledger.account a
                left join (select account_id, sum(delta_minor) as total from ledger.entry group by account_id) e
                  on e.account_id = a.id
                where a.credits_posted_minor - a.debits_posted_minor <> coalesce(e.total, 0)
                """,
            ),
            transfers_without_both_sides=_one(
                connection,
                "select count(*) from (select 1 from ledger.entry group by transfer_id having sum(delta_minor) <> 0) x",
            ),
        )


def _one(connection: psycopg.Connection, query: str) -> int:
    row = connection.execute(query.encode()).fetchone()
    return int(row[0]) if row else 0
