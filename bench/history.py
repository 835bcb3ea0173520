"""The read side: how fast the projector folds, how soon a transfer is in its account's history, and how fast that is searched.

Transfers with a description are posted first; then relay and projector run as they do in the product, on databases and topics
of the bench's own. `appears` is from the moment a transfer has committed until its movements can be read. A text model with an
opinion of every text then comes, and every movement is decided again, at the projector's own pace. A rebuild folds everything
again beside what is read, with that model, and the check holds every movement against the ledger. The baseline `ledger` answers
the same search from the core's own tables, without a read model.
Uses the servers of `BAAS_TEST_SERVERS` when it is set, else those of the settings.
"""

import asyncio
import json
import os
import random
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import LiteralString

import numpy as np
import psycopg

from bench.ledger import bench_database, now_ms
from bench.report import Report, parser
from contracts.categories import Category
from contracts.topics import BANKING_TRANSACTIONS, broker_topics
from insight.categories.model import FORMAT, TextModel
from kit.clock import SystemClock
from kit.ids import uuid7
from kit.kafka import admin, ensure_topics, topic_name
from kit.postgres import connect, pool
from kit.process import Lifecycle
from kit.settings import Kafka, Settings, settings
from ledger.accounts import NewAccount, open_accounts
from ledger.postings import Kind, PostingRequest
from ledger.repository import post_batch
from pipelines.insight.categories.learning import publish
from pipelines.insight.categories.training import BUCKETS
from serving.edge.principals import Principal, Role, Scheme
from serving.history.service import HistoryService, words_of
from streams.projector.checking import compare
from streams.projector.process import Projector
from streams.projector.rebuild import rebuild
from streams.projector.topic import EventTopic
from streams.relay.housekeeping import DEFAULT_KEEP_MS
from streams.relay.process import Relay

TENANT = "bench"
CLOCK = SystemClock()
LEARNED_UNTIL = "2026-01-01"
ACCOUNTS = 500
HOT_PCT = 20
WORDS = ("almoço", "mercado", "aluguel", "farmácia", "cinema", "transporte", "presente", "conserto", "mensalidade", "viagem")
FULL = {"transfers": 100_000, "singles": 300, "searches": 300}
QUICK = {"transfers": 20_000, "singles": 100, "searches": 100}
WAIT_S = 120.0
_SEARCH = """
select e.version from ledger.entry e
join ledger.transfer t on t.id = e.transfer_id
left join bank.transfer_note n on n.tenant_id = e.tenant_id and n.transfer_id = e.transfer_id
where e.tenant_id = %s and e.account_id = %s
    and to_tsvector('portuguese', coalesce(n.description, '')) @@ to_tsquery('portuguese', %s)
order by e.version desc limit 50
"""


class Bank:
    """Accounts, of which the first pays a fifth of all transfers."""

    def __init__(self, place: Settings) -> None:
        self._chance = random.Random(9)
        self.connection = connect(place.core.dsn("api"), application="bench")
        self.accounts = [uuid.uuid4() for _ in range(ACCOUNTS)]
        owned = [
            NewAccount(account_id=a, tenant_id=TENANT, currency="BRL", owner_id=f"c{n}") for n, a in enumerate(self.accounts)
        ]
        open_accounts(self.connection, owned, now_ms=now_ms())
        with psycopg.connect(place.core.dsn("postgres")) as owner:
            for n, account_id in enumerate(self.accounts):
                owner.execute("insert into bank.customer (tenant_id, customer_id) values (%s, %s)", (TENANT, f"c{n}"))
                owner.execute(
                    "insert into bank.account (account_id, tenant_id, customer_id, currency) values (%s, %s, %s, 'BRL')",
                    (account_id, TENANT, f"c{n}"),
                )

    @property
    def hot(self) -> uuid.UUID:
        """The account with most movements."""
        return self.accounts[0]

    def post(self, count: int) -> uuid.UUID:
        """Post transfers with descriptions, a thousand at a time; return the last one's id."""
        for start in range(0, count, 1_000):
            requests = [self._transfer() for _ in range(min(1_000, count - start))]
            notes = [" ".join(self._chance.sample(WORDS, 2)) for _ in requests]
            ids = [request.transfer_id for request in requests]
            with self.connection.transaction():
                self.connection.execute(
                    "select bank.write_notes(%s::text[], %s::uuid[], %s::text[])", ([TENANT] * len(ids), ids, notes)
                )
                post_batch(self.connection, requests, now_ms=now_ms())
        return requests[-1].transfer_id

    def _transfer(self) -> PostingRequest:
        debit = self.hot if self._chance.randrange(100) < HOT_PCT else self._chance.choice(self.accounts[1:])
        return PostingRequest(
            kind=Kind.POST,
            transfer_id=uuid7(CLOCK),
            tenant_id=TENANT,
            occurred_at_ms=now_ms(),
            amount_minor=self._chance.randrange(1, 100_000),
            currency="BRL",
            debit_account_id=debit,
            credit_account_id=self._chance.choice([a for a in self.accounts if a != debit]),
            door="rpc",
            transaction=b'{"channel":"pix"}',
        )


@contextmanager
def _places() -> Iterator[Settings]:
    """Databases, topics and a folder of the bench's own; nothing is left behind."""
    named = os.environ.get("BAAS_TEST_SERVERS")
    broker = Kafka(**json.loads(Path(named).read_text())["kafka"]) if named else settings().kafka
    kafka = broker.model_copy(update={"prefix": f"bench{uuid.uuid4().hex[:8]}."})
    with ExitStack() as stack:
        core = stack.enter_context(bench_database())
        warehouse = stack.enter_context(bench_database("warehouse"))
        var = Path(stack.enter_context(TemporaryDirectory(prefix="baas-bench-")))
        ensure_topics(kafka, broker_topics())
        client = admin(kafka)
        stack.callback(
            lambda: [gone.result(30) for gone in client.delete_topics([topic_name(kafka, t) for t in broker_topics()]).values()]
        )
        yield Settings(core=core, warehouse=warehouse, kafka=kafka, var=var)


@contextmanager
def _running(work: Callable[[Lifecycle], None]) -> Iterator[None]:
    lifecycle = Lifecycle()
    thread = threading.Thread(target=work, args=(lifecycle,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        lifecycle.stop()
        thread.join(60)


@contextmanager
def _relaying(place: Settings) -> Iterator[None]:
    """The relay, with a slot that goes at the end."""
    slot = f"bench_{uuid.uuid4().hex[:10]}"
    try:
        with _running(lambda life: Relay(place, life, CLOCK, slot=slot, keep_rows_ms=DEFAULT_KEEP_MS).run()):
            yield
    finally:
        with psycopg.connect(place.core.dsn("postgres"), autocommit=True) as owner:
            owner.execute("select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = %s", (slot,))


def _wait_for(reader: psycopg.Connection, transfer_id: uuid.UUID) -> None:
    """Return once both movements of a transfer can be read."""
    deadline_s = time.monotonic() + WAIT_S
    while True:
        row = reader.execute(
            "select count(*) from read_model.movement m join read_model.serving using (generation) "
            "where m.tenant_id = %s and m.transfer_id = %s",
            (TENANT, transfer_id),
        ).fetchone()
        if row == (2,):
            return
        if time.monotonic() > deadline_s:
            raise TimeoutError(f"transfer {transfer_id} is not in the read model after {WAIT_S} s")
        time.sleep(0.002)


def _wait_until_relayed(place: Settings, transfers: int) -> None:
    topic = EventTopic(place.kafka, client="bench")
    deadline_s = time.monotonic() + WAIT_S
    try:
        while topic.end_offset() < transfers:
            if time.monotonic() > deadline_s:
                raise TimeoutError(f"{BANKING_TRANSACTIONS} did not get all events")
            time.sleep(0.05)
    finally:
        topic.close()


async def _searching(place: Settings, bank: Bank, report: Report, searches: int) -> None:
    chance = random.Random(4)
    principal = Principal(subject="bench", tenant_id=TENANT, roles=frozenset({Role.OPERATOR}), scheme=Scheme.API_KEY)
    async with (
        pool(place.core.dsn("api"), application="bench", max_size=2) as core,
        pool(place.warehouse.dsn("analytics"), application="bench", max_size=2) as warehouse,
    ):
        service = HistoryService(core, warehouse)

        async def timed(filters: Callable[[], Mapping[str, object | None]]) -> list[float]:
            samples = []
            for turn in range(searches + 5):
                asked, started_s = filters(), time.perf_counter()
                rows, _ = await service.page(principal, bank.hot, filters=asked, limit=50)
                if not rows:
                    raise AssertionError(f"nothing was found by {asked}")
                if turn >= 5:
                    samples.append((time.perf_counter() - started_s) * 1000)
            return sorted(samples)

        for name, filters in (
            ("first_page", dict),
            ("search", lambda: {"words": words_of(" ".join(chance.sample(WORDS, 2)))}),
        ):
            samples = await timed(filters)
            report.figure(f"{name}_p50_ms", samples[len(samples) // 2])
            report.figure(f"{name}_p99_ms", samples[len(samples) * 99 // 100])
        peer = []
        for _ in range(max(5, searches // 20)):
            words, started_s = words_of(" ".join(chance.sample(WORDS, 2))), time.perf_counter()
            async with core.connection() as connection, connection.transaction():
                await connection.execute("select set_config('app.tenant_id', %s, true)", (TENANT,))
                await (await connection.execute(_SEARCH, (TENANT, bank.hot, words))).fetchall()
            peer.append((time.perf_counter() - started_s) * 1000)
        report.baseline("ledger", "search_ms", peer)
        report.ratio(
            "search_vs_ledger", report.baselines["ledger"]["search_ms"].median / report.figures["search_p50_ms"].median
        )


def _analyze(place: Settings) -> None:
    """Do at once what the servers do by themselves within a minute."""
    for server in (place.core, place.warehouse):
        with psycopg.connect(server.dsn("postgres"), autocommit=True) as owner:
            owner.execute("vacuum analyze")


def _decided_again(place: Settings, reader: psycopg.Connection, movements: int) -> float:
    """Publish a text model and return at which rate the projector asks it of the movements that are there."""
    chance = np.random.default_rng(5)
    names = tuple(sorted(Category))
    model = TextModel(
        format=FORMAT,
        categories=names,
        buckets=BUCKETS,
        weights=chance.normal(size=BUCKETS * len(names)).astype("<f2").tobytes(),
        bias=(0.0,) * len(names),
        temperature=1.0,
        threshold=0.0,
        merchants={},
        trained_until=LEARNED_UNTIL,
        facts={},
    )
    publish(place, model, learned_from="bench", until=date.fromisoformat(LEARNED_UNTIL), clock=CLOCK)
    started_s = time.perf_counter()
    _wait_until(reader, "select min(category_model) > 0 and count(swept_account) = 0 from read_model.position")
    return movements / (time.perf_counter() - started_s)


def _wait_until(reader: psycopg.Connection, condition: LiteralString) -> None:
    deadline_s = time.monotonic() + WAIT_S
    while reader.execute(condition).fetchone() != (True,):
        if time.monotonic() > deadline_s:
            raise TimeoutError(f"not within {WAIT_S} s: {condition}")
        time.sleep(0.01)


def measure(place: Settings, report: Report, counts: dict[str, int]) -> None:
    """Take all figures."""
    bank = Bank(place)
    last = bank.post(counts["transfers"])
    with _relaying(place), connect(place.warehouse.dsn("audit"), application="bench") as reader:
        _wait_until_relayed(place, counts["transfers"])
        started_s = time.perf_counter()
        with _running(lambda life: Projector(place, life, CLOCK).run()):
            _wait_for(reader, last)
            report.figure("fold_events_per_s", counts["transfers"] / (time.perf_counter() - started_s))
            appears = []
            for _ in range(counts["singles"]):
                transfer_id = bank.post(1)
                committed_s = time.perf_counter()
                _wait_for(reader, transfer_id)
                appears.append((time.perf_counter() - committed_s) * 1000)
            appears.sort()
            report.figure("appears_p50_ms", appears[len(appears) // 2])
            report.figure("appears_p99_ms", appears[len(appears) * 99 // 100])
            _analyze(place)
            asyncio.run(_searching(place, bank, report, counts["searches"]))
            report.figure("decided_again_per_s", _decided_again(place, reader, 2 * (counts["transfers"] + counts["singles"])))
            again = rebuild(place, clock=CLOCK, progress=lambda _done, _total: None)
            report.figure("rebuild_events_per_s", (counts["transfers"] + counts["singles"]) / again.seconds)
            held = compare(place, wait_s=WAIT_S)
            if held.difference is not None:
                raise AssertionError(held.difference)
            report.figure("check_movements_per_s", held.movements / held.seconds)
    bank.connection.close()


def main() -> int:
    """Run the bench."""
    options = parser("history", "Folding, searching and rebuilding accounts' histories.").parse_args()
    counts = QUICK if options.quick else FULL
    report = Report("history", settings={**counts, "accounts": ACCOUNTS, "hot_pct": HOT_PCT})
    with report.loaded(), _places() as place:
        measure(place, report, counts)
    report.publish()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
