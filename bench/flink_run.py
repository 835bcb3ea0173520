"""Events through a real Flink job on Kafka: `flink_values` gives Flink's features of a frame. It needs `make flink`."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass

import numpy as np
import polars as pl
import psutil

from bench.flink_traffic import make_topics, send, settled_reader, transactions_of
from contracts.topics import SETTLED_FEATURES
from contracts.transactions import Transaction
from feature_store.flink.values import feature_values
from kit.kafka import ADMIN_TIMEOUT_S, admin, topic_name
from kit.localset.flink import TASK_MANAGER, FlinkCluster, FlinkProject
from kit.settings import REPOSITORY_ROOT, Kafka

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
        with closing(settled_reader(own)) as reader:
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
