"""`baas bench soak`: many mixed operations over HTTP while processes are killed; then every answer is held to the books.

    baas bench soak --operations 1000000            # an API of its own on databases of its own
    baas bench soak --operations 1000000 --product  # the set that runs here, reconciled at the end

Fails when an answer changed, a transfer that was said to have moved is not there or is there twice, or the recount differs.
"""

import argparse
import asyncio
import random
import signal
import statistics
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack

import psycopg

from bench.report import Report, parser
from bench.soak_load import CLIENTS, Soak, Told
from bench.soak_place import TENANT, Place, Product, own_place
from contracts.ledger_events import Purpose
from kit.clock import SystemClock
from kit.ids import uuid7
from kit.postgres import connect
from kit.settings import settings
from ledger.accounts import open_accounts, system_account
from ledger.postings import Kind, PostingRequest
from ledger.repository import post_batch
from ledger.trial_balance import differences

OPERATIONS, QUICK_OPERATIONS = 10_000, 2_000
FUNDS_MINOR = 10**9
FIRST_CALM_S, CALM_S = 2.0, 12.0  # between two kills: at least, and at most unless told otherwise
LOOK_AT_MEMORY_S = 1.0
TELL_S = 10.0
FIFTHS = 5
RECOUNT_MS = 600_000


class Faults(threading.Thread):
    """Kills at random moments, and looks at memory, until it is told to stop."""

    def __init__(self, place: Place, *, chance: random.Random, kills: bool, calm_s: float) -> None:
        super().__init__(daemon=True)
        self.place, self.kills, self.calm_s = place, kills, calm_s
        self.killed: Counter[str] = Counter()
        self.memory_mb: dict[str, list[float]] = {}
        self.problem: Exception | None = None
        self._chance = chance
        self._stopping = threading.Event()

    def run(self) -> None:
        """Go on until stopped; what goes wrong here fails the bench."""
        due_s = time.monotonic() + self._chance.uniform(FIRST_CALM_S, self.calm_s)
        try:
            while not self._stopping.wait(LOOK_AT_MEMORY_S):
                for name, taken_mb in self.place.memory_mb().items():
                    self.memory_mb.setdefault(name, []).append(taken_mb)
                if self.kills and time.monotonic() >= due_s:
                    self.killed[self.place.kill(self._chance)] += 1
                    due_s = time.monotonic() + self._chance.uniform(FIRST_CALM_S, self.calm_s)
        except Exception as problem:
            self.problem = problem

    def stop(self) -> None:
        """End it, after the kill that is under way."""
        self._stopping.set()
        self.join()


def main(arguments: list[str] | None = None) -> int:
    """Run the soak; 1 when something that was answered is not so."""
    options = _options(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # leave nothing running, however it ends
    report = Report("soak")
    with report.loaded(), ExitStack() as stack:
        place: Place = Product(settings()) if options.product else stack.enter_context(own_place(settings()))
        chance = random.Random(options.seed)
        soak = Soak(place.url, place.key, chance=chance)
        faults = Faults(place, chance=random.Random(options.seed + 1), kills=not options.no_kills, calm_s=options.calm_s)
        told = asyncio.run(_soak(soak, place, faults, operations=options.operations, progress=report.progress))
        problems = [*_untrue(place, told, alone=not options.product), *([repr(faults.problem)] if faults.problem else [])]
        unsettled = place.settled()
        problems += [unsettled] if unsettled else []
    _figures(report, told, faults, problems)
    report.settings = {
        "operations": options.operations, "clients": CLIENTS, "seed": options.seed, "product": options.product,
        **{f"killed_{name}": count for name, count in faults.killed.items()},
    }  # fmt: skip
    for problem in problems[:20]:
        sys.stderr.write(f"{problem}\n")
    report.publish()
    return 1 if problems else 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    known = parser("soak", "Mixed operations over HTTP under faults; every answer is held to the books")
    known.add_argument("--operations", type=int, help=f"how many ({OPERATIONS:,}; quick: {QUICK_OPERATIONS:,})")
    known.add_argument("--product", action="store_true", help="soak the set that runs here, and reconcile it at the end")
    known.add_argument("--calm-s", type=float, default=CALM_S, help=f"the longest pause between two kills ({CALM_S:g})")
    known.add_argument("--no-kills", action="store_true", help="kill nothing")
    known.add_argument("--seed", type=int, default=int(time.time()), help="which operations and moments; another at each run")
    options = known.parse_args(arguments)
    options.operations = options.operations or (QUICK_OPERATIONS if options.quick else OPERATIONS)
    return options


async def _soak(soak: Soak, place: Place, faults: Faults, *, operations: int, progress: Callable[[str], None]) -> Told:
    _fund(place, await soak.open())
    faults.start()
    teller = asyncio.create_task(_tell(soak.told, faults, operations=operations, progress=progress))
    try:
        return await soak.run(operations)
    finally:
        teller.cancel()
        await asyncio.gather(teller, return_exceptions=True)
        await asyncio.to_thread(faults.stop)


async def _tell(told: Told, faults: Faults, *, operations: int, progress: Callable[[str], None]) -> None:
    """Say now and then how far it is."""
    while True:
        await asyncio.sleep(TELL_S)
        progress(f"{told.operations:,} of {operations:,} operations, {faults.killed.total()} kills")


def _fund(place: Place, accounts: list[str]) -> None:
    """Give the first accounts money: what the API has no route for."""
    now_ms = SystemClock().now_ms()
    source = system_account(tenant_id=TENANT, currency="BRL", code="opening")
    rows = [
        PostingRequest(
            kind=Kind.POST, transfer_id=uuid7(), tenant_id=TENANT, occurred_at_ms=now_ms, amount_minor=FUNDS_MINOR,
            currency="BRL", debit_account_id=source.account_id, credit_account_id=uuid.UUID(account), purpose=Purpose.OPENING,
        )
        for account in accounts
    ]  # fmt: skip
    with psycopg.connect(place.core.dsn("api"), autocommit=True) as connection:
        open_accounts(connection, [source], now_ms=now_ms)
        post_batch(connection, rows, now_ms=now_ms)


def _untrue(place: Place, told: Told, *, alone: bool) -> list[str]:
    """Hold what was answered to the ledger; `alone` when nobody else posts there."""
    problems = []
    wanted = set(told.posted.values())
    if len(wanted) != len(told.posted):
        problems.append("two keys were answered with one transfer")
    with connect(place.core.dsn("audit"), application="soak", statement_timeout_ms=RECOUNT_MS) as audit:
        rows = audit.execute(
            "select id::text from ledger.transfer where status = 'posted' and purpose = 'transfer' and tenant_id = %s",
            (TENANT,),
        )
        there = {row[0] for row in rows}
        recount = differences(audit)
    problems += [f"transfer {missing} was answered as posted and is not there" for missing in sorted(wanted - there)]
    if alone:
        problems += [f"transfer {extra} moved money and nobody was told" for extra in sorted(there - wanted)]
    if not recount.none:
        problems.append(f"the recount differs: {recount}")
    return problems


def _figures(report: Report, told: Told, faults: Faults, problems: list[str]) -> None:
    in_order = sorted(told.latencies_ms)
    report.figure("rate_per_s", told.operations / told.seconds)
    report.figure("p50_ms", in_order[len(in_order) // 2])
    report.figure("p99_ms", in_order[min(len(in_order) - 1, int(0.99 * len(in_order)))])
    report.figure("posted_transfers", float(len(told.posted)))
    report.figure("asked_again", float(told.repeated))
    report.figure("kills", float(faults.killed.total()))
    for name, taken_mb in sorted(faults.memory_mb.items()):
        report.figure(f"{name.replace('-', '_')}_rss_mb", taken_mb)
        if len(taken_mb) >= FIFTHS * 2:
            report.figure(f"{name.replace('-', '_')}_growth_pct", growth_pct(taken_mb))
    report.figure("problems", float(len(problems)))


def growth_pct(taken_mb: list[float]) -> float:
    """How much more memory the last fifth of a run took than the second: what it takes to start is not growth."""
    fifth = len(taken_mb) // FIFTHS
    began, ended = statistics.median(taken_mb[fifth : 2 * fifth]), statistics.median(taken_mb[-fifth:])
    return 100.0 * (ended / began - 1.0)


if __name__ == "__main__":
    raise SystemExit(main())
