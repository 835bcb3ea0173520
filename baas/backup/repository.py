"""What a core server's books say about themselves, read in one snapshot, and where a restored outbox goes on."""

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from ledger.trial_balance import Differences, Total, differences, trial_balance

# More events than any core writes between a backup and the day it is restored; eight million restores fit a bigint.
OUTBOX_IDS_LEFT_OUT = 1 << 40


@dataclass(frozen=True, slots=True)
class Books:
    """How much a ledger holds, its totals, and where it contradicts itself."""

    accounts: int
    transfers: int
    entries: int
    totals: list[Total]
    differences: Differences

    def lines(self) -> list[str]:
        """The totals, for people."""
        return [
            f"  {self.accounts:,} accounts, {self.transfers:,} transfers, {self.entries:,} entries",
            *(
                f"  {total.tenant_id}: {total.currency} {total.debits_posted_minor:,} debited, "
                f"{total.credits_posted_minor:,} credited (minor units)"
                for total in self.totals
            ),
        ]

    def faults(self) -> list[str]:
        """What contradicts itself, with examples; empty for sound books."""
        found = self.differences
        kinds: dict[str, Sequence[object]] = {
            "currencies whose debits are not their credits": [f"{one.tenant_id} {one.currency}" for one in found.unbalanced],
            "accounts whose counters are not the sum of their entries": found.accounts,
            "entries whose running balance or order is wrong": [f"{account} {version}" for account, version in found.entries],
            "transfers whose entries are not what they moved": found.transfers,
            "accounts whose held amounts are not those of their holds": found.holds,
        }
        return [f"  {name}: {', '.join(str(one) for one in examples)}" for name, examples in kinds.items() if examples]


def read_books(connection: psycopg.Connection) -> Books:
    """Recount the whole ledger, from one snapshot of it."""
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read, read only")
        return Books(
            accounts=_one(connection, "select count(*) from ledger.account"),
            transfers=_one(connection, "select count(*) from ledger.transfer"),
            entries=_one(connection, "select count(*) from ledger.entry"),
            totals=trial_balance(connection),
            differences=differences(connection),
        )


def leave_outbox_ids_out(connection: psycopg.Connection) -> None:
    """Let a restored outbox go on past every id that was given out after the backup: those are on the topics already."""
    connection.execute("select setval('outbox.event_id_seq', last_value + %s) from outbox.event_id_seq", (OUTBOX_IDS_LEFT_OUT,))


def _one(connection: psycopg.Connection, query: str) -> int:
    row = connection.execute(query.encode()).fetchone()
    return int(row[0]) if row else 0
