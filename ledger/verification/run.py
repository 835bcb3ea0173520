"""One verification: everything, from one snapshot, in bounded memory; ends at the first thing that is wrong."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from resource import RUSAGE_SELF, getrusage

from psycopg import Connection

from ledger.chain.anchor import Anchor
from ledger.verification import repository
from ledger.verification.books import verify_accounts, verify_entries
from ledger.verification.chain import ChainCounted, verify_chain
from ledger.verification.finding import Finding, Wrong
from ledger.verification.leaves import LeavesCounted, verify_leaves

Progress = Callable[[str, int], None]
KIB_PER_MIB = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What was recounted, and the first thing that is wrong, if anything is. `peak_mb` is of this process."""

    finding: Finding | None
    chain: ChainCounted
    transfers: int
    entries: int
    seconds: float
    peak_mb: float

    @property
    def entries_per_s(self) -> float:
        """How fast it went."""
        return self.entries / self.seconds if self.seconds else 0.0


def verify(connection: Connection, *, anchor: Anchor | None, progress: Progress = lambda _stage, _count: None) -> Verified:
    """Recount the whole ledger as the role `audit`; `anchor` is what was seen of the chain before."""
    started_s = time.perf_counter()
    chain, leaves, entries, finding = ChainCounted(), LeavesCounted(), 0, None
    with repository.one_snapshot(connection):
        try:
            chain = verify_chain(connection, anchor=anchor, progress=lambda count: progress("chain", count))
            progress("entries", 0)
            verify_entries(connection)
            leaves = verify_leaves(connection, digests=chain.digests, progress=lambda count: progress("transfers", count))
            progress("accounts", 0)
            verify_accounts(connection)
            entries = repository.entries(connection)
        except Wrong as wrong:
            finding = wrong.finding
    return Verified(
        finding=finding,
        chain=chain,
        transfers=leaves.transfers,
        entries=entries,
        seconds=time.perf_counter() - started_s,
        peak_mb=getrusage(RUSAGE_SELF).ru_maxrss / KIB_PER_MIB,
    )
