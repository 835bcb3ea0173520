"""`baas bench graph`: how fast the graph is written, and how long each question takes, on a Neo4j of the bench's own.

Payments are drawn at random between accounts of whom a few have many, as in a bank, with rings planted; they are written by the
code of the process `graph`, in transactions of its size, without Kafka before it. Questions are those of the routes, with the
routes' bounds, each of an account or payment drawn anew after a warm-up.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import psutil
from neo4j import Session
from pydantic import SecretStr

from bench.report import Report, parser
from cases.graph import questions
from cases.graph.bounds import DEFAULT_FAN_OUT
from cases.graph.cycles import find_cycles
from cases.graph.erased import Digests
from cases.graph.errors import QuestionTooLarge
from cases.graph.model import DAY_MS, Scope, deployment_of
from cases.graph.paths import find_path
from cases.graph.reading import GraphReader, Reading
from contracts.ledger_events import LedgerEvent, LedgerStatus, Purpose
from kit.localset import ports
from kit.localset.neo4j import Neo4jNode
from kit.localset.readiness import wait_until_ready
from kit.neo4j import check_neo4j, driver
from kit.settings import Kafka, Neo4j, Settings, user_cache
from streams.graph import repository
from streams.graph.rows import gather
from streams.graph.writing import BATCH_MESSAGES

FULL, QUICK = 200_000, 20_000
QUESTIONS, QUICK_QUESTIONS = 200, 40
WARM_UP = 20
PAYMENTS_AN_ACCOUNT = 10
RINGS_EVERY = 1_000
DAYS = 90
START_MS = 1_764_000_000_000
TENANT = "bench"
READY_S, ANSWER_S = 180.0, 30.0


@contextmanager
def own_server(folder: Path, *, heap_mb: int, page_cache_mb: int) -> Iterator[tuple[Settings, psutil.Process]]:
    """Start a Neo4j in `folder`; it is ended on the way out."""
    port = ports.choose(taken=())
    password = "of-this-bench-alone"  # noqa: S105 (a server of this machine that lives for minutes)
    node = Neo4jNode(
        name="neo4j", folder=folder / "neo4j", port=port, password=password, jars=user_cache() / "jars", heap_mb=heap_mb,
        page_cache_mb=page_cache_mb,
    )  # fmt: skip
    node.prepare()
    server = Neo4j(port=port, password=SecretStr(password), kept=True)
    with (folder / "neo4j.log").open("wb") as log:
        running = subprocess.Popen(node.program().command, cwd=node.folder, stdout=log, stderr=log)  # noqa: S603
    try:
        wait_until_ready("neo4j", lambda: check_neo4j(server), timeout_s=READY_S, obstacle=lambda _waited_s: None)
        yield Settings(var=folder, kafka=Kafka(prefix="bench."), neo4j=server), psutil.Process(running.pid)
    finally:
        running.terminate()
        running.wait(READY_S)


def drawn(count: int, chance: random.Random) -> Iterator[LedgerEvent]:
    """Yield payments in time: between accounts of which a few are in many, and every now and then a ring of four."""
    accounts = max(20, count // PAYMENTS_AN_ACCOUNT)
    step = DAYS * DAY_MS // count

    def one(n: int, payer: int, payee: int, amount: int) -> LedgerEvent:
        return LedgerEvent(
            schema=1, event_id=_id(1, n), tenant_id=TENANT, transfer_id=_id(2, n), status=LedgerStatus.POSTED,
            purpose=Purpose.TRANSFER, occurred_at=START_MS + n * step, amount_minor=amount, currency="BRL",
            debit_account_id=_id(3, payer), credit_account_id=_id(3, payee),
        )  # fmt: skip

    n = 0
    while n < count:
        if n % RINGS_EVERY == 0:
            ring, amount = chance.sample(range(accounts), 4), 1_000_000
            for payer, payee in pairwise([*ring, ring[0]]):
                yield one(n, payer, payee, amount)
                n, amount = n + 1, amount - 10_000
            continue
        payer, payee = (int(accounts * chance.random() ** power) for power in (1.5, 2.0))
        yield one(n, payer, payee if payee != payer else (payee + 1) % accounts, int(chance.lognormvariate(9, 1.5)) + 1)
        n += 1


def _id(kind: int, n: int) -> str:
    return str(UUID(int=(kind << 96) + n))


def load(session: Session, settings: Settings, scope: Scope, count: int, chance: random.Random) -> list[float]:
    """Write `count` payments; return the rate of each transaction, in events a second."""
    digests, rates = Digests(settings.secrets), []
    events = drawn(count, chance)
    done = 0
    while part := [event for _, event in zip(range(BATCH_MESSAGES), events, strict=False)]:
        began_s = time.perf_counter()
        repository.write(
            session, scope, gather(part), holder="bench", moves={("bench", 0): (done, done + len(part))}, digests=digests
        )
        done += len(part)
        rates.append(len(part) / (time.perf_counter() - began_s))
    return rates


def asked(count: int, chance: random.Random) -> dict[str, Callable[[Reading], object]]:
    """Return each question, which draws whom it asks about each time it is asked."""
    accounts, until = max(20, count // PAYMENTS_AN_ACCOUNT), START_MS + (DAYS + 1) * DAY_MS

    def account() -> str:
        return _id(3, chance.randrange(accounts))

    def way(reading: Reading) -> object:
        payer, payee = account(), account()
        if payer == payee:
            return None
        return find_path(reading, payer=payer, payee=payee, since=START_MS, until=until, max_hops=6, fan_out=DEFAULT_FAN_OUT)

    def ring(reading: Reading) -> object:
        return find_cycles(
            reading, account=account(), since=START_MS, until=until, within_ms=7 * DAY_MS, keep_pct=80, max_hops=6,
            fan_out=DEFAULT_FAN_OUT,
        )  # fmt: skip

    return {
        "neighbours": lambda reading: questions.around(
            reading, account=account(), since=START_MS, until=until, hops=1, fan_out=DEFAULT_FAN_OUT
        ),
        "path": way,
        "cycles": ring,
        "trace": lambda reading: questions.traced(
            reading, transfer_id=_id(2, chance.randrange(count)), within_ms=30 * DAY_MS, max_hops=6, fan_out=DEFAULT_FAN_OUT
        ),
    }


def ask(reader: GraphReader, question: Callable[[Reading], object], times: int) -> tuple[list[float], int]:
    """Ask it so often; return milliseconds of each answer, sorted, and how many were refused for their size."""
    taken_ms, refused = [], 0
    for n in range(WARM_UP + times):
        began_s = time.perf_counter()
        try:
            with reader.of(TENANT, timeout_s=ANSWER_S) as reading:
                question(reading)
        except QuestionTooLarge:
            refused += 1
        if n >= WARM_UP:
            taken_ms.append((time.perf_counter() - began_s) * 1_000)
    return sorted(taken_ms), refused


def main(arguments: list[str] | None = None) -> None:
    """Load, ask, report."""
    options = _options(arguments)
    count = options.payments or (QUICK if options.quick else FULL)
    report, chance = Report("graph"), random.Random(7)
    with report.loaded(), tempfile.TemporaryDirectory() as folder:
        began_s = time.perf_counter()
        with own_server(Path(folder), heap_mb=options.heap_mb, page_cache_mb=options.page_cache_mb) as (settings, server):
            report.figure("server_ready_s", time.perf_counter() - began_s)
            _measure(report, settings, count, QUICK_QUESTIONS if options.quick else QUESTIONS, chance)
            report.figure("server_rss_mb", server.memory_info().rss / 1e6)
    report.settings |= {
        "payments": count, "accounts": max(20, count // PAYMENTS_AN_ACCOUNT), "batch": BATCH_MESSAGES,
        "heap_mb": options.heap_mb, "page_cache_mb": options.page_cache_mb, "fan_out": DEFAULT_FAN_OUT,
    }  # fmt: skip
    report.publish()


def _measure(report: Report, settings: Settings, count: int, times: int, chance: random.Random) -> None:
    with driver(settings.neo4j, application="bench") as client, client.session(database=settings.neo4j.database) as session:
        repository.prepare(session)
        scope = repository.current(session, deployment_of(settings.kafka.prefix))
        if not repository.take(session, scope, holder="bench"):
            raise RuntimeError("a server that was just started has a writer")
        began_s = time.perf_counter()
        rates = load(session, settings, scope, count, chance)
        report.figure("load_events_per_s", count / (time.perf_counter() - began_s))
        report.figure("load_batch_events_per_s", rates)
    report.progress("written; asking")
    reader = GraphReader(settings, application="bench")
    for name, question in asked(count, chance).items():
        taken_ms, refused = ask(reader, question, times)
        report.figure(f"{name}_p50_ms", taken_ms[len(taken_ms) // 2])
        report.figure(f"{name}_p99_ms", taken_ms[min(len(taken_ms) - 1, len(taken_ms) * 99 // 100)])
        report.settings[f"{name}_refused"] = refused
        report.progress(name)
    reader.close()


def _options(arguments: list[str] | None) -> argparse.Namespace:
    found = parser("graph", "How fast the graph of payments is written, and how long questions to it take.")
    found.add_argument("--payments", type=int, default=0, metavar="N", help=f"how many ({FULL:,}, {QUICK:,} with --quick)")
    found.add_argument("--heap-mb", type=int, default=1_024, help="the server's heap (1024)")
    found.add_argument("--page-cache-mb", type=int, default=512, help="the server's page cache (512)")
    return found.parse_args(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
