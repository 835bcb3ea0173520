"""The sliding sum as a Flink SQL job: `SUM(...) OVER (... RANGE ...)`, the clauses compiled from the feature's definition."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.kafka_rate import cpu_us_each
from bench.sliding_peers import SOURCE
from bench.sliding_task import FEATURE
from feature_store.flink.expressions import key_columns, moment_expression
from feature_store.flink.moments import moments_of
from feature_store.flink.statements import SINK_OPTIONS, SOURCE_OPTIONS, interval
from kit.kafka import topic_name
from kit.localset.flink import TASK_MANAGER, FlinkCluster
from kit.settings import Kafka

CHECKPOINT_S = 10
MOST_S = 600.0
(_PAID,) = moments_of(FEATURE)
_TOTAL = moment_expression(_PAID)
_PARTITION = ", ".join(("tenant_id", *key_columns(FEATURE.entity)))

_TRANSACTIONS = f"""\
CREATE TABLE transactions (
  transaction_id STRING,
  tenant_id STRING,
  customer_id STRING,
  direction STRING,
  event_time BIGINT,
  amount_minor BIGINT,
  row_time AS TO_TIMESTAMP_LTZ(event_time, 3),
  WATERMARK FOR row_time AS row_time - INTERVAL '$out_of_order' DAY TO SECOND
) WITH (
{SOURCE_OPTIONS}  'format' = 'json'$kafka_properties
)
"""
_SUMS = f"""\
CREATE TABLE sums (
  transaction_id STRING,
  total_minor BIGINT
) WITH (
{SINK_OPTIONS})
"""
# RANGE is closed at both ends, the feature's window is not: it is a millisecond shorter.
_LENGTH = interval(FEATURE.window_ms - 1)
_INSERT = f"""\
INSERT INTO sums
SELECT transaction_id, {_TOTAL}
FROM transactions
WINDOW w AS (
  PARTITION BY {_PARTITION} ORDER BY row_time RANGE BETWEEN {_LENGTH} PRECEDING AND CURRENT ROW
)
"""


def write_statements(folder: Path) -> None:
    """Put the job's statements into a folder, a file each."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate((_TRANSACTIONS, _SUMS, _INSERT)):
        (folder / f"{number:02d}.sql").write_text(text)


def flink_sums(cluster: FlinkCluster, kafka: Kafka, *, sink: str, first: int, count: int) -> float:
    """Run the job over the `count` messages of the source; return the task manager's us of processor a sum from `first` on.

    They include what is left to compile by then. Raises SubmitFailed, NotReady and TimeoutError.
    """
    statements = cluster.folder / "statements"
    write_statements(statements)
    pid = cluster.supervisor.states()[TASK_MANAGER].pid
    with ThreadPoolExecutor(1) as beside:  # the job runs before the program that submits it has ended
        submitted = beside.submit(cluster.submit, _flags(kafka, cluster, statements=statements, sink=sink))
        cpu_us = cpu_us_each(kafka, sink, pid=pid, first=first, until=count, within_s=MOST_S)
        cluster.rest.wait_until_finished(submitted.result(), timeout_s=MOST_S)
    return cpu_us


def _flags(kafka: Kafka, cluster: FlinkCluster, *, statements: Path, sink: str) -> Sequence[str]:
    return [
        f"--bootstrap={kafka.bootstrap}",
        f"--source-topic={topic_name(kafka, SOURCE)}",
        f"--sink-topic={topic_name(kafka, sink)}",
        f"--group={kafka.prefix}sliding-sum",
        f"--transactional-id-prefix={kafka.prefix}sliding-sum",
        f"--checkpoints={cluster.checkpoints}",
        f"--checkpoint-s={CHECKPOINT_S}",
        f"--sql={statements}",
        "--name=sliding-sum",
        "--parallelism=1",
        "--out-of-order-s=0",
        "--bounded",
    ]
