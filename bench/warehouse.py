"""`baas bench warehouse`: the two sinks as they run in the product, from Kafka to `raw.*` and to the lake's files.

First each alone works through a log that was laid out while it was stopped: rows a second from the first to the last that
became visible, processor time of its process (for the warehouse, that of PostgreSQL's beside it). Then both together while
records come at a fixed rate: how long after the broker appended it a record can be read, at the warehouse by whoever selects,
in the lake by whoever reads the manifest. A compaction afterwards says what it makes of the lake's files.
Uses the servers of `BAAS_TEST_SERVERS` when it is set, else those of the settings.
"""

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psycopg
from confluent_kafka import TopicPartition
from numpy.typing import NDArray

from bench.decision_load import lay, playing
from bench.ledger import bench_database, now_ms
from bench.processor_time import database_backends, of_process, of_processes
from bench.report import Report, parser
from bench.scorer_place import end_offset, environment_of, shared_broker, wait_until
from contracts.topics import DECISIONS, broker_topics
from kit.clock import ManualClock
from kit.kafka import admin, consumer, ensure_topics, take, topic_name
from kit.lake.manifest import DAY_MS, LakeFile, ends_of, live_files
from kit.postgres import connect
from kit.settings import REPOSITORY_ROOT, Kafka, PostgresServer, Settings
from pipelines.lake.compaction import compact
from streams.sinks.warehouse.repository import offsets

# Rows of a round are a multiple of what the lake flushes at once, so that no round waits for its last file.
FULL = {"rows": 200_000, "rounds": 3, "paced_s": 20}
QUICK = {"rows": 100_000, "rounds": 1, "paced_s": 5}
RATE_PER_S = 20_000
WAREHOUSE, LAKE = "sink-warehouse", "sink-lake"
_MODULES = {WAREHOUSE: "streams.sinks.warehouse", LAKE: "streams.sinks.lake"}
_LOOK_S = 0.002
_SETTLE_S = 60.0


@dataclass
class Place:
    """Databases, topics and a folder of the bench's own."""

    kafka: Kafka
    warehouse: PostgresServer
    var: Path

    @property
    def folder(self) -> Path:
        """Where the lake has the log."""
        return Settings(var=self.var).lake / DECISIONS

    @contextmanager
    def sink(self, name: str) -> Iterator[int]:
        """Run a sink, ready; yields its process id."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        environment = environment_of(self.kafka, self.var) | {
            "BAAS_WAREHOUSE__HOST": self.warehouse.host,
            "BAAS_WAREHOUSE__PORT": str(self.warehouse.port),
            "BAAS_WAREHOUSE__DBNAME": self.warehouse.dbname,
            "BAAS_WAREHOUSE__SSLMODE": self.warehouse.sslmode,
            "BAAS_WAREHOUSE__PASSWORDS": json.dumps(
                {role: secret.get_secret_value() for role, secret in self.warehouse.passwords.items()}
            ),
            "BAAS_HEALTH": json.dumps({name: {"port": port}}),
        }
        log = (self.var / f"{name}.log").open("ab")
        running = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", _MODULES[name]], cwd=REPOSITORY_ROOT, env=environment, stdout=log, stderr=log
        )
        try:
            wait_until(lambda: _ready(port), f"{name} to be ready")
            yield running.pid
        finally:
            running.terminate()
            running.wait(60)
            log.close()


def main() -> int:
    """Run the bench and print its report."""
    chosen = parser("warehouse", "From Kafka to the warehouse and the lake").parse_args()
    sizes = QUICK if chosen.quick else FULL
    report = Report("warehouse")
    with report.loaded(), _place() as place:
        first = _alone(report, place, **{name: sizes[name] for name in ("rows", "rounds")})
        _together(report, place, first=first, seconds=sizes["paced_s"])
        _compacted(report, place)
        report.settings |= sizes | {"rate_per_s": RATE_PER_S}
    report.publish()
    return 0


def _alone(report: Report, place: Place, *, rows: int, rounds: int) -> int:
    """Each sink by itself, round after round; returns how many records there are then."""
    rates: dict[str, list[float]] = {WAREHOUSE: [], LAKE: []}
    cpu_us: dict[str, list[float]] = {WAREHOUSE: [], LAKE: [], "postgres": []}
    laid = 0
    for _ in range(rounds):
        lay(place.kafka, rows, first=laid, start_ms=now_ms() - DAY_MS)
        laid = end_offset(place.kafka, DECISIONS)
        with connect(place.warehouse.dsn("sinks"), application="bench") as looking:
            rate, cpu, backend = _warehouse_round(place, looking, until=laid)
        rates[WAREHOUSE].append(rate)
        cpu_us[WAREHOUSE].append(cpu)
        cpu_us["postgres"].append(backend)
        rate, cpu = _lake_round(place, until=laid)
        rates[LAKE].append(rate)
        cpu_us[LAKE].append(cpu)
    report.figure("warehouse_rows_per_s", rates[WAREHOUSE])
    report.figure("lake_rows_per_s", rates[LAKE])
    report.figure("warehouse_cpu_us_per_row", cpu_us[WAREHOUSE])
    report.figure("warehouse_postgres_cpu_us_per_row", cpu_us["postgres"])
    report.figure("lake_cpu_us_per_row", cpu_us[LAKE])
    return laid


def _warehouse_round(place: Place, looking: psycopg.Connection, *, until: int) -> tuple[float, float, float]:
    """Rows a second from the first to the last commit; us of the sink's and of PostgreSQL's processor time a row."""
    before = _in_warehouse(looking)
    with place.sink(WAREHOUSE) as pid:
        backends = [found for found in database_backends(place.warehouse.dsn("postgres")) if found != looking.info.backend_pid]
        began, postgres_began = of_process(pid), of_processes(backends)
        at = first = _await_past(looking, before)
        from_s = time.perf_counter()
        while at < until:
            at = _await_past(looking, at)
        seconds = time.perf_counter() - from_s
        rows = until - before
        cpu, postgres = of_process(pid) - began, of_processes(backends) - postgres_began
    return (until - first) / seconds, cpu / rows * 1e6, postgres / rows * 1e6


def _lake_round(place: Place, *, until: int) -> tuple[float, float]:
    """Rows a second from the first file to the last full one, and us of the sink's processor time a row."""
    before = _in_lake(place)
    with place.sink(LAKE) as pid:
        began = of_process(pid)
        wait_until(lambda: _in_lake(place) >= until, "the lake to have the log", within_s=300)
        cpu = of_process(pid) - began
    files = [file for file in _files(place) if file.first >= before]
    first, last = files[0], files[-2 if len(files) > 2 else -1]  # the last one waits for more, as it does in the product
    seconds = max(1, last.written_at_ms - first.written_at_ms) / 1_000
    return sum(file.rows for file in files[1 : files.index(last) + 1]) / seconds, cpu / (until - before) * 1e6


def _together(report: Report, place: Place, *, first: int, seconds: int) -> None:
    """Both at once at a fixed rate: how long after its append each record is readable."""
    count, begins = RATE_PER_S * seconds, first
    seen: list[tuple[float, int]] = []
    with ExitStack() as stack:
        pids = [stack.enter_context(place.sink(name)) for name in (WAREHOUSE, LAKE)]
        looking = stack.enter_context(connect(place.warehouse.dsn("sinks"), application="bench"))
        began = [of_process(pid) for pid in pids]
        with playing(place.kafka, place.var, rate_per_s=RATE_PER_S, count=count, first=first, start_ms=now_ms() - DAY_MS):
            deadline_s = time.monotonic() + 3 * seconds + _SETTLE_S
            while (found := _in_warehouse(looking)) < begins + count and time.monotonic() < deadline_s:
                if not seen or found > seen[-1][1]:
                    seen.append((time.time() * 1_000, found))
                time.sleep(_LOOK_S)
            seen.append((time.time() * 1_000, found))
        wait_until(lambda: _in_lake(place) >= begins + count, "the lake to have the log", within_s=_SETTLE_S)
        spent = [of_process(pid) - before for pid, before in zip(pids, began, strict=True)]
    appended = _append_times(place.kafka, begins=begins, count=count)
    offered = (count - 1) / (appended[-1] - appended[0]) * 1_000
    files = [(float(file.written_at_ms), file.past) for file in _files(place) if file.past > begins]
    for name, readable in (("", seen), ("lake_", files)):
        lag_ms = _lags(appended, readable, begins=begins)
        for share, share_pct in (("p50", 50), ("p99", 99)):
            report.figure(f"{name}lag_{share}_ms", float(np.percentile(lag_ms, share_pct)))
    report.figure("offered_per_s", offered)
    report.figure("warehouse_busy_pct", spent[0] / (count / offered) * 100)
    report.figure("lake_busy_pct", spent[1] / (count / offered) * 100)


def _compacted(report: Report, place: Place) -> None:
    """What a compaction after the days have ended makes of all that was flushed."""
    before = _files(place)
    began_s = time.perf_counter()
    compact(Settings(var=place.var).lake, clock=ManualClock(now_ms() + 2 * DAY_MS))
    seconds = time.perf_counter() - began_s
    after = _files(place)
    rows = sum(file.rows for file in after)
    report.figure("flushed_files", len(before))
    report.figure("compacted_files", len(after))
    report.figure("flushed_bytes_per_row", sum(file.bytes for file in before) / rows)
    report.figure("compacted_bytes_per_row", sum(file.bytes for file in after) / rows)
    report.figure("compaction_rows_per_s", rows / seconds)


def _lags(appended: NDArray[np.float64], readable: list[tuple[float, int]], *, begins: int) -> NDArray[np.float64]:
    """Milliseconds from each record's append until the first moment at which more than its offset was readable."""
    moments = np.array([moment for moment, _ in readable])
    ends = np.array([end for _, end in readable])
    places = np.searchsorted(ends, begins + np.arange(len(appended)), side="right").clip(max=len(ends) - 1)
    found: NDArray[np.float64] = moments[places] - appended
    return found


def _append_times(kafka: Kafka, *, begins: int, count: int) -> NDArray[np.float64]:
    """The broker's append time of each record, in milliseconds."""
    source = consumer(kafka, group="bench.appended", client="bench")
    source.assign([TopicPartition(topic_name(kafka, DECISIONS), 0, begins)])
    times: list[int] = []
    while len(times) < count and (messages := take(source, at_most=10_000, wait_s=5.0)):
        times += [message.timestamp()[1] for message in messages]
    source.close()
    if len(times) < count:
        raise TimeoutError(f"{len(times)} of {count} records were in the topic")
    return np.array(times[:count], np.float64)


def _in_warehouse(looking: psycopg.Connection) -> int:
    return offsets(looking).get((DECISIONS, 0), 0)


def _await_past(looking: psycopg.Connection, offset: int) -> int:
    """Return the warehouse's offset once it is past `offset`."""
    deadline_s = time.monotonic() + _SETTLE_S
    while (found := _in_warehouse(looking)) <= offset:
        if time.monotonic() > deadline_s:
            raise TimeoutError(f"the warehouse stays at offset {found}")
        time.sleep(_LOOK_S)
    return found


def _files(place: Place) -> list[LakeFile]:
    return live_files(place.folder)


def _in_lake(place: Place) -> int:
    return ends_of(_files(place)).get(0, 0)


def _ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1):
            return True
    except (urllib.error.URLError, OSError):
        return False


@contextmanager
def _place() -> Iterator[Place]:
    """Give a place and leave nothing behind."""
    kafka = shared_broker().model_copy(update={"prefix": f"bench{uuid.uuid4().hex[:8]}."})
    with ExitStack() as stack:
        warehouse = stack.enter_context(bench_database("warehouse"))
        var = Path(stack.enter_context(TemporaryDirectory(prefix="baas-bench-")))
        ensure_topics(kafka, broker_topics())
        client = admin(kafka)
        names = [topic_name(kafka, topic) for topic in broker_topics()]
        stack.callback(lambda: [gone.result(30) for gone in client.delete_topics(names).values()])
        yield Place(kafka, warehouse, var)


if __name__ == "__main__":
    sys.exit(main())
