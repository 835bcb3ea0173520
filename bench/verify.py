"""How fast a ledger is recounted, and in how much memory: entries, digests, links, blocks, signatures, books.

Makes a bank of `--entries` entries (two a transfer, on 10,000 accounts) in a database of its own that is dropped, seals
it, and verifies it in a process of its own as the role `audit`. Uses the core server as `bench ledger` does.
"""

import multiprocessing
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from bench.ledger import Bank, bench_database, now_ms
from bench.report import Report, parser
from kit.clock import SystemClock
from kit.postgres import connect
from kit.settings import Chain, PostgresServer
from ledger.chain.anchor import Anchor, read_anchor
from ledger.chain.keys import PrivateKeys
from ledger.chain.sealer import Sealer
from ledger.repository import post_batch
from ledger.verification import Verified, verify

ENTRIES, QUICK_ENTRIES = 400_000, 60_000
LOAD_ROWS = 1_000
# Blocks one after another while the bank is made: the work of production would take most of the time.
CHAIN = Chain(block_ms=0, work_ms=10)


def main() -> None:
    """Make the bank, verify it, report."""
    options = parser("verify", "Recounting a sealed ledger: entries a second, and memory")
    options.add_argument("--entries", type=int, default=None, help=f"how many entries to make (default {ENTRIES:,})")
    options.add_argument("--rounds", type=int, default=3, help="how often to verify")
    asked = options.parse_args()
    entries = asked.entries or (QUICK_ENTRIES if asked.quick else ENTRIES)
    report = Report("verify", settings={"rounds": asked.rounds, "load_batch_rows": LOAD_ROWS})
    with report.loaded(), bench_database() as server, TemporaryDirectory() as folder:
        anchor = make_bank(server, Path(folder), entries=entries)
        found = [verified_elsewhere(server, anchor) for _ in range(asked.rounds)]
    for one in found:
        if one.finding is not None:
            raise RuntimeError(f"the bench's own ledger is wrong: {one.finding}")
    report.settings |= {"entries": found[0].entries, "transfers": found[0].transfers, "blocks": found[0].chain.blocks}
    report.figure("verify_entries_per_s", [one.entries_per_s for one in found])
    report.figure("verify_s", [one.seconds for one in found])
    report.figure("peak_mb", [one.peak_mb for one in found])
    report.publish()


def make_bank(server: PostgresServer, folder: Path, *, entries: int) -> Anchor:
    """Post and seal until there are at least `entries` entries; returns the chain's anchor."""
    anchor = folder / "anchor.json"
    with (
        connect(server.dsn("api"), application="bench") as api,
        connect(server.dsn("postgres"), application="bench", statement_timeout_ms=0) as sealing,
    ):
        bank = Bank(api)
        sealing.execute("set role sealer")
        sealer = Sealer(sealing, keys=PrivateKeys(folder / "keys"), anchor=anchor, chain=CHAIN, clock=SystemClock())
        made = 2 * len(bank.ids)
        while made < entries:
            post_batch(api, bank.batch(LOAD_ROWS, hot=False), now_ms=now_ms())
            made += 2 * LOAD_ROWS
            sealer.seal()
            sealer.gather()
        while sealer.seal() or sealer.gather():
            pass
        sealing.execute("reset role")
        for table in ("ledger.entry", "ledger.transfer", "ledger.account", "ledger.journal", "chain.leaf", "chain.batch"):
            sealing.execute(f"vacuum analyze {table}".encode())
    found = read_anchor(anchor)
    if found is None:
        raise RuntimeError("nothing was sealed")
    return found


def verified_elsewhere(server: PostgresServer, anchor: Anchor) -> Verified:
    """Verify in a new process, so that the memory is that of a verification."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_verify, args=(server.dsn("audit"), anchor, theirs))
    process.start()
    theirs.close()
    try:
        found: Verified = ours.recv()
    except EOFError as problem:
        raise RuntimeError("the verification ended without an answer") from problem
    finally:
        process.join()
    return found


def _verify(dsn: str, anchor: Anchor, answer: Connection) -> None:
    with psycopg.connect(dsn, autocommit=True, application_name="bench") as connection:
        answer.send(verify(connection, anchor=anchor))


if __name__ == "__main__":
    main()
