"""`python -m bench.flink_parity`: events through a real Flink job and Kafka, against Polars over the same frame, bit for bit.

`flink_values` is for whoever has a frame of transactions and wants Flink's features of it. It needs `make flink` and a broker.
"""

import argparse
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass

import numpy as np
import polars as pl
import psutil

from bench.features import HISTORY_DAYS, random_frame
from bench.flink_traffic import SettledReader, frame_of, make_topics, send, transactions_of
from bench.report import Report
from contracts.topics import SETTLED_FEATURES
from contracts.transactions import Transaction
from feature_store.batch.engine import window_features
from feature_store.flink.marked import MARKED
from feature_store.flink.values import feature_values
from kit.kafka import ADMIN_TIMEOUT_S, admin, topic_name
from kit.localset.flink import TASK_MANAGER, FlinkCluster, FlinkProject, Sizes, running_cluster
from kit.settings import REPOSITORY_ROOT, Kafka, settings

PROJECT = FlinkProject(REPOSITORY_ROOT / "streams" / "flink")
SOURCE = "inbound.flink-parity"
CHECKPOINT_S = 10
# No partition of a measured topic is silent before its end.
IDLE_S = 3_600
MOST_S = 900.0


@dataclass(frozen=True, slots=True)
class FlinkRun:
    """What Flink said of a frame: float32 columns of the marked features, a row an event; windows written; and at what cost.

    `cpu_us_per_event` is the task manager's processor time, the compilation of the job's code included.
    """

    values: pl.DataFrame
    windows: int
    rate_per_s: float
    cpu_us_per_event: float
    largest_checkpoint_bytes: int


def flink_values(
    events: pl.DataFrame | Sequence[Transaction], *, cluster: FlinkCluster, kafka: Kafka, parallelism: int = 1
) -> FlinkRun:
    """Run events through Flink, in the order given, on topics of this run's own, and return its features and its rate.

    The frame has the lake's names. `rate_per_s` counts events over the job's whole life in the cluster, from its start to the
    commit of its last window, without the submission. Raises SubmitFailed, and NotReady when it fails or takes over 15 minutes.
    """
    transactions = transactions_of(events) if isinstance(events, pl.DataFrame) else list(events)
    own = kafka.model_copy(update={"prefix": f"{kafka.prefix}flink{uuid.uuid4().hex[:8]}."})
    with _topics(own, partitions=parallelism):
        send(own, SOURCE, transactions, partitions=parallelism)
        busy_s = _task_manager_cpu_s(cluster)
        job = cluster.submit(
            [
                *job_flags(own, checkpoints=cluster.checkpoints, source=SOURCE),
                f"--parallelism={parallelism}",
                f"--checkpoint-s={CHECKPOINT_S}",
                f"--idle-s={IDLE_S}",
                f"--out-of-order-s={disorder_s(transactions)}",
                "--bounded",
            ]
        )
        cluster.rest.wait_until_finished(job, timeout_s=MOST_S)
        busy_s = _task_manager_cpu_s(cluster) - busy_s
        with closing(SettledReader(own)) as reader:
            windows = reader.read_to_the_end()
        seconds = cluster.rest.duration_s(job)
        largest_bytes = int(cluster.rest.checkpoints(job)["summary"]["state_size"]["max"])
    return FlinkRun(
        values=feature_values(windows, [(each.tenant_id, each.transaction_id) for each in transactions]),
        windows=len(windows),
        rate_per_s=len(transactions) / seconds,
        cpu_us_per_event=busy_s / len(transactions) * 1e6,
        largest_checkpoint_bytes=largest_bytes,
    )


def _task_manager_cpu_s(cluster: FlinkCluster) -> float:
    times = psutil.Process(cluster.supervisor.states()[TASK_MANAGER].pid).cpu_times()
    return float(times.user + times.system)


def job_flags(kafka: Kafka, *, checkpoints: str, source: str) -> list[str]:
    """Return the flags that name a deployment's topics, group and transactions."""
    return [
        f"--bootstrap={kafka.bootstrap}",
        f"--source-topic={topic_name(kafka, source)}",
        f"--sink-topic={topic_name(kafka, SETTLED_FEATURES)}",
        f"--group={kafka.prefix}settled-features",
        f"--transactional-id-prefix={kafka.prefix}settled-features",
        f"--checkpoints={checkpoints}",
    ]


def disorder_s(transactions: Sequence[Transaction]) -> int:
    """How far an event lies behind the newest before it, at most, in whole seconds and one more."""
    times = np.array([each.event_time for each in transactions], np.int64)
    behind_ms = (np.maximum.accumulate(times) - times).max(initial=0)
    return int(behind_ms // 1000) + 1


@contextmanager
def _topics(kafka: Kafka, *, partitions: int) -> Iterator[None]:
    make_topics(kafka, SOURCE, partitions=partitions)
    try:
        yield
    finally:
        client = admin(kafka)
        for removed in client.delete_topics([topic_name(kafka, name) for name in (SOURCE, SETTLED_FEATURES)]).values():
            removed.result(ADMIN_TIMEOUT_S)


def differing(found: pl.DataFrame, expected: pl.DataFrame) -> dict[str, int]:
    """Return how many values of each column differ in a bit, NaN being like NaN; columns without a difference are left out."""
    counts = {}
    for name in expected.columns:
        ours, theirs = found[name].to_numpy(), expected[name].to_numpy()
        wrong = int((~((ours == theirs) | (np.isnan(ours) & np.isnan(theirs)))).sum())
        if wrong:
            counts[name] = wrong
    return counts


def main() -> int:
    """Measure and report; exit code 1 when the two engines differ in a value."""
    found = argparse.ArgumentParser(prog="python -m bench.flink_parity", description=__doc__)
    found.add_argument("--events", type=int, default=100_000)
    found.add_argument("--parallelism", type=int, default=1)
    options = found.parse_args()
    ours = settings()
    report = Report("flink_parity", settings={"events": options.events, "parallelism": options.parallelism})
    with (
        report.loaded(),
        running_cluster(ours.var.resolve() / "flink-bench", PROJECT, Sizes(slots=options.parallelism)) as cluster,
    ):
        transactions = transactions_of(random_frame(options.events, seed=1, days=HISTORY_DAYS))
        run = flink_values(transactions, cluster=cluster, kafka=ours.kafka, parallelism=options.parallelism)
        started_s = time.perf_counter()
        expected = window_features(frame_of(transactions), MARKED)
        polars_s = time.perf_counter() - started_s
    wrong = differing(run.values, expected)
    report.figure("rate_per_s", run.rate_per_s)
    report.figure("cpu_us_per_event", run.cpu_us_per_event)
    report.figure("windows", run.windows)
    report.figure("checkpoint_bytes_per_event", run.largest_checkpoint_bytes / options.events)
    report.figure("compared_values", expected.width * expected.height)
    report.figure("mismatches", sum(wrong.values()))
    report.baseline("polars", "rate_per_s", options.events / polars_s)
    report.publish()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
