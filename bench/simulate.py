"""`baas bench simulate`: how fast the bank is simulated on one core, and how fast a history becomes messages on Kafka.

`rate_per_s` counts simulated transactions as finished Arrow columns (ids, text, labels, truth) on one thread;
`write_rate_per_s` the same with the Parquet files; `encode_rate_per_s` JSON messages; `play_rate_per_s` messages that the
broker has acknowledged, encoding included. The peer `one-by-one` makes the same ids and JSON with the standard library and
msgspec, a struct at a time. `amount_auc`, `amount_ap_pct` and `amount_recall_at_half_pct` say how little the amount tells.
"""

import os

os.environ.setdefault("POLARS_MAX_THREADS", "1")

import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import date
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from bench.report import Report, parser
from contracts.topics import INBOUND_TRANSACTIONS, broker_topics
from contracts.transactions import Transaction
from kit.ids import inbound_transaction_id
from kit.kafka import admin, ensure_topics, topic_name
from kit.settings import Kafka, settings
from simulator.bank import Bank, Plan
from simulator.calendar import day_start_ms
from simulator.encode import messages
from simulator.files import write
from simulator.publish import Publisher
from simulator.tables import simulated_tables

UNTIL_MS = day_start_ms(date(2026, 4, 1))
PEER_ROWS = 20_000


def main() -> None:
    """Measure and report."""
    options = parser("simulate", "How fast the bank is simulated, encoded and played").parse_args()
    pa.set_cpu_count(1)
    days, repeats, customers = (8, 2, 10_000) if options.quick else (20, 3, 10_000)
    report = Report("simulate", settings={"customers": customers, "days": days})
    plan = Plan(customers=customers, days=days, seed=7, until_ms=UNTIL_MS)
    with report.loaded():
        simulate_days(Plan(customers=500, days=2, seed=1, until_ms=UNTIL_MS))
        tables: list[pa.Table] = []
        cpu_started = time.process_time()
        report.figure("rate_per_s", [_rate(lambda: simulate_days(plan, tables)) for _ in range(repeats)])
        rows = sum(len(table) for table in tables)
        report.figure("cpu_us_per_event", (time.process_time() - cpu_started) / rows * 1e6)
        report.figure("write_rate_per_s", [_rate(lambda: write_days(plan)) for _ in range(repeats)])
        table = pa.concat_tables(tables[-days:])
        report.figure("encode_rate_per_s", [_rate(lambda: len(messages(table))) for _ in range(repeats)])
        peer = report.baseline("one-by-one", "encode_rate_per_s", [_rate(lambda: one_by_one(table)) for _ in range(repeats)])
        report.ratio("encode_rate_vs_one-by-one", report.figures["encode_rate_per_s"].median / peer)
        kafka = settings().kafka
        if _reachable(kafka):
            report.figure("play_rate_per_s", play(kafka, table, repeats=repeats))
    for name, value in amount_alone(plan).items():
        report.figure(name, value)
    report.publish()


def simulate_days(plan: Plan, kept: list[pa.Table] | None = None) -> int:
    """Simulate a plan without files; return how many transactions it has."""
    bank = Bank(plan)
    rows = labels = 0
    for day in bank.days():
        events, told, _ = simulated_tables(bank.people, day, run=plan.run, first_event=rows, first_label=labels)
        rows, labels = rows + len(events), labels + len(told)
        if kept is not None:
            kept.append(events)
    return rows


def write_days(plan: Plan) -> int:
    """Simulate a plan into a folder."""
    with tempfile.TemporaryDirectory() as folder:
        return int(write(Path(folder), plan)["events"])


def one_by_one(table: pa.Table) -> int:
    """The peer: each id by hashlib, each message by a struct's encoder."""
    encode = msgspec.json.Encoder().encode
    rows = table.slice(0, PEER_ROWS).to_pylist()
    for row in rows:
        identity = inbound_transaction_id(tenant_id="demo", source="simulator", external_id=row["external_id"])
        encode(Transaction(**(row | {"transaction_id": str(identity)})))
    return len(rows)


def play(kafka: Kafka, table: pa.Table, *, repeats: int) -> list[float]:
    """Play the table onto a topic of the bench's own."""
    own = kafka.model_copy(update={"prefix": f"bench{uuid.uuid4().hex[:8]}."})
    ensure_topics(own, {INBOUND_TRANSACTIONS: broker_topics()[INBOUND_TRANSACTIONS]})
    topic = topic_name(own, INBOUND_TRANSACTIONS)

    def once() -> int:
        with Publisher(own, topic=topic, key="bench", client="bench") as publisher:
            for first in range(0, len(table), 50_000):
                publisher.send(messages(table.slice(first, 50_000)))
        return len(table)

    try:
        return [_rate(once) for _ in range(repeats)]
    finally:
        client = admin(own)
        for done in client.delete_topics([topic]).values():
            done.result(20)


def amount_alone(plan: Plan) -> dict[str, float]:
    """How well the amount alone finds fraud: as a rank, and as the best of a hundred bins learnt on the first half."""
    bank = Bank(plan)
    days = [day.events for day in bank.days()]
    amount = np.concatenate([events.amount for events in days])
    fraud = np.concatenate([events.kind != 0 for events in days])
    half = len(amount) // 2
    edges = np.unique(np.quantile(amount[:half], np.linspace(0, 1, 101)))
    bins = np.searchsorted(edges, amount)
    seen = np.bincount(bins[:half], minlength=len(edges) + 1)
    rate = np.bincount(bins[:half], fraud[:half], len(edges) + 1) / np.maximum(seen, 1)
    score, truth = rate[bins[half:]], fraud[half:]
    alerts = np.argsort(-score, kind="stable")[: len(score) // 200]
    return {
        "fraud_share_pct": 100.0 * float(fraud.mean()),
        "amount_auc": _auc(fraud, amount),
        "amount_ap_pct": 100.0 * _average_precision(truth, score),
        "amount_recall_at_half_pct": 100.0 * float(truth[alerts].sum() / truth.sum()),
    }


def _auc(positive: npt.NDArray[np.bool_], score: npt.NDArray[np.int64]) -> float:
    _, inverse, counts = np.unique(score, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    count = int(positive.sum())
    return float((ranks[positive].sum() - count * (count + 1) / 2) / (count * (len(positive) - count)))


def _average_precision(positive: npt.NDArray[np.bool_], score: npt.NDArray[np.float64]) -> float:
    ranked = (
        pl.DataFrame({"score": score, "positive": positive})
        .group_by("score")
        .agg(pl.col("positive").sum(), pl.len().alias("rows"))
        .sort("score", descending=True)
    )
    found = ranked["positive"].cum_sum().to_numpy()
    precision = found / ranked["rows"].cum_sum().to_numpy()
    return float((precision * ranked["positive"].to_numpy()).sum() / positive.sum())


def _rate(work: Callable[[], int]) -> float:
    started = time.perf_counter()
    return work() / (time.perf_counter() - started)


def _reachable(kafka: Kafka) -> bool:
    from confluent_kafka import KafkaException

    try:
        return bool(admin(kafka).list_topics(timeout=3).brokers)
    except KafkaException:
        return False


if __name__ == "__main__":
    main()
