"""How fast the ledger posts: batches of 1, 10, 100 and 1,000, on one hot account and spread out, with the outbox on.

The baseline `one-by-one` does the same work (lock both accounts, check the limit, two entries, the transfer, the counters, the
outbox row) with one statement after another from the client, one transaction a transfer, in the same run.
Uses the core server of `BAAS_TEST_SERVERS` when it is set, else that of the settings, in a database of its own that is dropped.
A sealer runs beside it all, as in production: it chains what was booked and makes a block every ten seconds.
"""

import json
import os
import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import psycopg
from psycopg import sql

from bench.report import Report, parser
from bench.sealing import sealer_beside
from contracts.topics import BANKING_TRANSACTIONS
from kit.ids import uuid7
from kit.migrations import migrate
from kit.postgres import connect
from kit.settings import Chain, PostgresServer, settings
from ledger.accounts import NewAccount, open_accounts
from ledger.events import event_tail
from ledger.postings import Kind, Outcome, PostingRequest
from ledger.repository import post_batch

TENANT = "bench"
ACCOUNTS = 10_000
OPENING_MINOR = 1_000_000_000
ANSWER = json.dumps(
    {
        "verdict": "allow", "source": "scorer", "scored_at": 1764000000181, "valid_until": 1764000060181,
        "policy": "policy-1", "feature_set": "fs-5f1c2a", "model": "fraud-3", "probability": 0.012, "anomaly": 0.2,
        "sequence": {"epoch": 4, "n": 1000123},
    }
).encode()  # fmt: skip
_LOCK = "select id, credits_posted_minor - debits_posted_minor - debits_pending_minor, version from ledger.account \
where id = any(%s) order by id for update"
_COUNT = "update ledger.account set debits_posted_minor = debits_posted_minor + %s, \
credits_posted_minor = credits_posted_minor + %s, version = version + 1 where id = %s"
_ENTRY = "insert into ledger.entry values (%s, %s, %s, %s, %s, %s, now(), now())"
_TRANSFER = "insert into ledger.transfer (id, tenant_id, status, purpose, debit_account_id, credit_account_id, amount_minor, \
posted_minor, currency, occurred_at, booked_at, answer) \
values (%s, %s, 'posted', 'transfer', %s, %s, %s, %s, 'BRL', now(), now(), %s)"
_OUTBOX = "insert into outbox.event (topic, key, payload) values (%s, %s, %s)"


@contextmanager
def bench_database(kind: Literal["core", "warehouse"] = "core") -> Iterator[PostgresServer]:
    """A migrated database of the bench's own, on the core server or the warehouse's."""
    named = os.environ.get("BAAS_TEST_SERVERS")
    server: PostgresServer = PostgresServer(**json.loads(Path(named).read_text())[kind]) if named else getattr(settings(), kind)
    name = f"bench_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server.dsn("postgres", dbname="postgres"), autocommit=True) as admin:
        admin.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        try:
            own = server.model_copy(update={"dbname": name})
            migrate(own.url("postgres"), server=kind)
            yield own
        finally:
            admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def now_ms() -> int:
    """The wall clock, in milliseconds."""
    return time.time_ns() // 1_000_000


class Bank:
    """Accounts with money, and transfers between them. Account 0 is the hot one: it pays for every hot transfer."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.ids = [uuid.uuid4() for _ in range(ACCOUNTS)]
        source = NewAccount(account_id=uuid.uuid4(), tenant_id=TENANT, currency="BRL", code="source")
        self.empty = uuid.uuid4()
        limited = [
            NewAccount(
                account_id=account_id,
                tenant_id=TENANT,
                currency="BRL",
                owner_id="bench",
                debits_must_not_exceed_credits=True,
            )
            for account_id in [*self.ids, self.empty]
        ]
        open_accounts(connection, [source, *limited], now_ms=now_ms())
        for start in range(0, ACCOUNTS, 1_000):
            opening = [self.transfer(source.account_id, i, OPENING_MINOR) for i in self.ids[start : start + 1_000]]
            post_batch(connection, opening, now_ms=now_ms())
        self._turn = 0

    def transfer(self, debit: uuid.UUID, credit: uuid.UUID, amount_minor: int) -> PostingRequest:
        """One allowed transfer with its decision."""
        return PostingRequest(
            kind=Kind.POST,
            transfer_id=uuid7(),
            tenant_id=TENANT,
            occurred_at_ms=now_ms(),
            amount_minor=amount_minor,
            currency="BRL",
            debit_account_id=debit,
            credit_account_id=credit,
            door="rpc",
            answer=ANSWER,
        )

    def batch(self, rows: int, *, hot: bool, failing_pct: float = 0.0) -> list[PostingRequest]:
        """Return `rows` transfers; a share of them from an account that has nothing."""
        requests = []
        for _ in range(rows):
            self._turn += 1
            payee = self.ids[1 + self._turn * 7919 % (ACCOUNTS - 1)]
            payer = self.ids[0] if hot else self.ids[1 + self._turn * 104_729 % (ACCOUNTS - 1)]
            if payer == payee:
                payer = self.ids[0]
            if failing_pct and self._turn % round(100 / failing_pct) == 0:
                payer = self.empty
            requests.append(self.transfer(payer, payee, 1))
        return requests


def one_by_one(connection: psycopg.Connection, request: PostingRequest) -> None:
    """Post one transfer with a statement for each step."""
    debit, credit, amount = request.debit_account_id, request.credit_account_id, request.amount_minor
    assert debit is not None and credit is not None and amount is not None  # noqa: S101, PT018
    with connection.transaction():
        state = {row[0]: row[1:] for row in connection.execute(_LOCK, ([debit, credit],))}
        if state[debit][0] < amount:
            raise RuntimeError("the bench's accounts have run dry")
        connection.execute(_COUNT, (amount, 0, debit))
        connection.execute(_COUNT, (0, amount, credit))
        for account_id, delta in ((debit, -amount), (credit, amount)):
            balance, version = state[account_id]
            connection.execute(_ENTRY, (account_id, version + 1, TENANT, request.transfer_id, delta, balance + delta))
        connection.execute(_TRANSFER, (request.transfer_id, TENANT, debit, credit, amount, amount, request.answer))
        payload = b'{"status":"posted",' + (event_tail(request) or b"")
        connection.execute(_OUTBOX, (BANKING_TRANSACTIONS, TENANT, payload))


def rate(work: Callable[[], int], *, for_s: float) -> float:
    """Return rows a second of `work` (which returns its rows), over `for_s` seconds after one warm-up call."""
    work()
    rows = 0
    started_s = time.perf_counter()
    while (elapsed_s := time.perf_counter() - started_s) < for_s:
        rows += work()
    return rows / elapsed_s


def main() -> None:
    """Measure and report."""
    options = parser("ledger", "Posting speed of the ledger, in batches, beside one statement after another").parse_args()
    rounds, for_s = (3, 0.5) if options.quick else (5, 1.8)
    report = Report(
        "ledger",
        settings={
            "accounts": ACCOUNTS,
            "outbox": True,
            "journal": True,
            "sealer": True,
            "rounds": rounds,
            "seconds_a_round": for_s,
        },
    )
    with (
        report.loaded(),
        bench_database() as server,
        connect(server.dsn("postgres"), application="bench") as plain,
        connect(server.dsn("api"), application="bench") as api,
    ):
        bank = Bank(api)
        report.settings["synchronous_commit"] = plain.execute("show synchronous_commit").fetchone()[0]  # type: ignore[index]
        plain.execute("analyze ledger.account, ledger.transfer, ledger.entry")
        with sealer_beside(server, Chain()):
            measure(report, bank, api, plain, rounds=rounds, for_s=for_s)
    report.publish()


def measure(
    report: Report, bank: Bank, api: psycopg.Connection, plain: psycopg.Connection, *, rounds: int, for_s: float
) -> None:
    """Take the ways in turn, round by round, so that a busy moment of the machine touches them all."""

    def batches(rows: int, *, hot: bool, failing_pct: float = 0.0) -> Callable[[], int]:
        def work() -> int:
            requests = bank.batch(rows, hot=hot, failing_pct=failing_pct)
            results = post_batch(api, requests, now_ms=now_ms())
            failed = sum(result.outcome is not Outcome.POSTED for result in results)
            if failed and not failing_pct:
                raise RuntimeError(f"{failed} of {rows} transfers failed")
            return rows

        return work

    def single() -> int:
        [request] = bank.batch(1, hot=True)
        one_by_one(plain, request)
        return 1

    ways = {f"hot_batch_{rows}_per_s": batches(rows, hot=True) for rows in (1, 10, 100, 1_000)}
    ways |= {f"spread_batch_{rows}_per_s": batches(rows, hot=False) for rows in (1, 10, 100, 1_000)}
    ways["hot_batch_100_failing_1_pct_per_s"] = batches(100, hot=True, failing_pct=1.0)
    samples: dict[str, list[float]] = {name: [] for name in ways}
    baseline: list[float] = []
    for _ in range(rounds):
        for name, work in ways.items():
            samples[name].append(rate(work, for_s=for_s))
        baseline.append(rate(single, for_s=for_s))
    for name, values in samples.items():
        report.figure(name, values)
    report.baseline("one-by-one", "rate_per_s", baseline)
    report.ratio("rate_vs_one-by-one", statistics.median(samples["hot_batch_100_per_s"]) / statistics.median(baseline))


if __name__ == "__main__":
    main()
