"""`baas bench sliding-sum`: one exact sum over a customer's last hour, an answer an event, by our fold, Faust, Flink, Polars.

Ours, Faust and Flink go from Kafka to Kafka: they read the same topic and write (id, sum), one partition each and one thread or
slot of work. Ours and Flink write exactly once, Faust at least once. Polars, and our fold beside it, take the whole frame in
memory. Every engine's sums are compared with ours bit for bit; exit code 1 when any differs.
"""

import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray

from bench.flink_run import PROJECT
from bench.kafka_rate import committed, cpu_us_each, rate_per_s
from bench.report import Report, parser
from bench.scorer_place import environment_of, shared_broker
from bench.sliding_flink import flink_sums
from bench.sliding_peers import FAUST_CHANGELOG, SOURCE, TRANSACTION_EVENTS
from bench.sliding_task import BATCH, CUSTOMERS, FEATURE, Event, Sum, folded, frame_of, fresh_state, messages, whole, wrong_sums
from contracts.topics import MESSAGE_TIMESTAMP
from feature_store.columns import EventColumns, TenantNumbers
from feature_store.frames import columns_from_frame
from kit.kafka import ADMIN_TIMEOUT_S, admin, ensure_topics, producer, topic_name
from kit.localset.flink import Sizes, running_cluster
from kit.settings import REPOSITORY_ROOT, Kafka

FULL, QUICK = (400_000, 3, 20_000), (200_000, 1, 4_000)
_FIRST = 0.25  # the share of an engine's events with which it warms up, unmeasured
_OURS, _FLINK = "bench.sliding.ours", "bench.sliding.flink"
_FAUST = {"faust": "bench.sliding.faust.table", "faust-without-table": "bench.sliding.faust.plain"}
_WITHIN_S = 240.0
_FLUSH_S = 60.0


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the programs meet: a broker with topics of this run's own, a folder, and the sums that must come out, by id."""

    kafka: Kafka
    var: Path
    expected: dict[str, int]


def main() -> int:
    """Run the bench and print its report; exit code 1 when an engine's sum differs from ours."""
    options = parser("sliding-sum", "One sliding sum by our fold, Faust, Flink and Polars")
    options.add_argument("--without-flink", action="store_true", help="where make flink has installed nothing")
    chosen = options.parse_args()
    count, rounds, faust_count = QUICK if chosen.quick else FULL
    sent = messages(count)
    frame = frame_of(sent)
    report = Report("sliding-sum")
    with report.loaded():
        wrong, expected = _in_memory(report, frame, rounds=rounds)
        sums = dict(zip(frame["transaction_id"].to_list(), expected.tolist(), strict=True))
        with _place(sums, rounds=rounds) as place:
            _send(place.kafka, sent)
            wrong += _ours(report, place, count=count, rounds=rounds)
            for peer in _FAUST:
                wrong += _faust(report, place, peer, count=faust_count)
            if not chosen.without_flink:
                wrong += _flink(report, place, count=count)
    report.figure("mismatches", wrong)
    report.figure("compared_sums", (rounds + (2 if chosen.without_flink else 3)) * count + len(_FAUST) * faust_count)
    _compare(report)
    report.settings |= {
        "feature": FEATURE.name, "window_ms": FEATURE.window_ms, "events": count, "faust_events": faust_count,
        "rounds": rounds, "customers": CUSTOMERS, "batch": BATCH, "parallelism": 1, "partitions": 1,
        "exactly_once": "ours, flink", "at_least_once": "faust, faust-without-table", "no_broker": "polars, fold, frame",
        "transaction_events": TRANSACTION_EVENTS, "polars_threads": pl.thread_pool_size(),
    }  # fmt: skip
    report.publish()
    return 1 if wrong else 0


def _compare(report: Report) -> None:
    rate, cpu_us = report.figures["rate_per_s"].median, report.figures["cpu_us_per_event"].median
    for peer, found in report.baselines.items():
        if peer != "polars":
            report.ratio(f"rate_vs_{peer}", rate / found["rate_per_s"].median)
            report.ratio(f"cpu_vs_{peer}", cpu_us / found["cpu_us_per_event"].median)
    polars = report.baselines["polars"]["rate_per_s"].median
    report.ratio("frame_rate_vs_polars", report.figures["frame_rate_per_s"].median / polars)


def polars_sums(frame: pl.DataFrame) -> NDArray[np.int64]:
    """The sums as Polars' own words say them: by customer, over (t - W, t], int64[n]."""
    paid = pl.when(pl.col("direction") == "debit").then(pl.col("amount_minor")).otherwise(0)
    total = paid.rolling_sum_by("event_time_ms", window_size=f"{FEATURE.window_ms}i", closed="right")
    return frame.select(total.over("tenant_id", "customer_id")).to_series().to_numpy()


def _in_memory(report: Report, frame: pl.DataFrame, *, rounds: int) -> tuple[int, NDArray[np.int64]]:
    """Our fold over columns, over a frame, and Polars over the frame; return how many sums differ, and ours."""
    count, ours = len(frame), folded(frame)
    events = columns_from_frame(frame, TenantNumbers())
    fold, frames, polars = [], [], []
    for _ in range(max(3, rounds)):
        fold.append(_taken_s(lambda: _fold(events)))
        frames.append(_taken_s(lambda: folded(frame)))
        polars.append(_taken_s(lambda: polars_sums(frame)))
    report.figure("fold_rate_per_s", [count / wall_s for wall_s, _ in fold])
    report.figure("fold_cpu_us_per_event", [cpu_s / count * 1e6 for _, cpu_s in fold])
    report.figure("frame_rate_per_s", [count / wall_s for wall_s, _ in frames])
    report.baseline("polars", "rate_per_s", [count / wall_s for wall_s, _ in polars])
    report.baseline("polars", "cpu_us_per_event", [cpu_s / count * 1e6 for _, cpu_s in polars])
    return int((polars_sums(frame) != ours).sum() + (_fold(events) != ours).sum()), ours


def _fold(events: EventColumns) -> NDArray[np.int64]:
    """Batch by batch, as they would come."""
    state = fresh_state()
    out, flags = np.empty((len(events), 1), np.float32), np.empty(len(events), np.uint8)
    for begin in range(0, len(events), BATCH):
        part = events.rows(begin, min(begin + BATCH, len(events)))
        state.apply(part, out[begin : begin + len(part)], flags[: len(part)])
    return whole(out[:, 0])


def _taken_s(work: Callable[[], object]) -> tuple[float, float]:
    """(wall, processor) seconds, all threads counted."""
    started_s, cpu_s = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - started_s, time.process_time() - cpu_s


@contextmanager
def _place(expected: dict[str, int], *, rounds: int) -> Iterator[_Place]:
    """Topics of one partition, stamped by the broker, and a folder; both are gone afterwards."""
    kafka = shared_broker()
    kafka = kafka.model_copy(update={"prefix": f"bench{uuid.uuid4().hex[:8]}."})
    stamped = {"message.timestamp.type": MESSAGE_TIMESTAMP}
    names = (SOURCE, *(f"{_OURS}.{number}" for number in range(rounds)), _FLINK, *_FAUST.values())
    topics = dict.fromkeys(names, (1, stamped)) | {FAUST_CHANGELOG: (1, {"cleanup.policy": "compact"})}
    with tempfile.TemporaryDirectory(prefix="baas-bench-") as folder:
        ensure_topics(kafka, topics)
        try:
            yield _Place(kafka, Path(folder).resolve(), expected)
        finally:
            client = admin(kafka)
            for deleted in client.delete_topics([topic_name(kafka, name) for name in topics]).values():
                deleted.result(ADMIN_TIMEOUT_S)


def _send(kafka: Kafka, sent: list[bytes]) -> None:
    """Lay the messages out, each under its customer, before anybody reads them."""
    sink, decode = producer(kafka, client="bench"), msgspec.json.Decoder(Event).decode
    for message in sent:
        while True:
            try:
                sink.produce(topic_name(kafka, SOURCE), message, decode(message).customer_id)
                break
            except BufferError:
                sink.poll(0.1)
    if sink.flush(_FLUSH_S):
        raise TimeoutError("the broker did not take the messages")


def _ours(report: Report, place: _Place, *, count: int, rounds: int) -> int:
    measured = [_run_peer(place, "ours", f"{_OURS}.{number}", count=count) for number in range(rounds)]
    report.figure("rate_per_s", [each.rate_per_s for each in measured])
    report.figure("cpu_us_per_event", [each.cpu_us for each in measured])
    return sum(each.wrong for each in measured)


def _faust(report: Report, place: _Place, peer: str, *, count: int) -> int:
    measured = _run_peer(place, peer, _FAUST[peer], count=count)
    report.baseline(peer, "rate_per_s", measured.rate_per_s)
    report.baseline(peer, "cpu_us_per_event", measured.cpu_us)
    return measured.wrong


def _flink(report: Report, place: _Place, *, count: int) -> int:
    with running_cluster(place.var / "flink", PROJECT, Sizes(slots=1)) as cluster:
        cpu_us = flink_sums(cluster, place.kafka, sink=_FLINK, first=int(_FIRST * count), count=count)
    measured = _read(place, _FLINK, count=count, cpu_us=cpu_us)
    report.baseline("flink", "rate_per_s", measured.rate_per_s)
    report.baseline("flink", "cpu_us_per_event", measured.cpu_us)
    return measured.wrong


@dataclass(frozen=True, slots=True)
class _Measured:
    """What a program did from Kafka to Kafka, and how many of its sums are not ours."""

    rate_per_s: float
    cpu_us: float
    wrong: int


def _run_peer(place: _Place, peer: str, sink: str, *, count: int) -> _Measured:
    """Run a program in a process of its own until `count` sums are out."""
    command = [sys.executable, "-m", "bench.sliding_peers", peer, sink, str(count)]
    environment = environment_of(place.kafka, place.var)
    with (place.var / f"{peer}.log").open("ab") as log:
        running = subprocess.Popen(command, cwd=REPOSITORY_ROOT, env=environment, stdout=log, stderr=log)  # noqa: S603
    try:
        first = int(_FIRST * count)
        cpu_us = cpu_us_each(place.kafka, sink, pid=running.pid, first=first, until=count, within_s=_WITHIN_S)
        return _read(place, sink, count=count, cpu_us=cpu_us)
    finally:
        running.kill()
        running.wait(10)


def _read(place: _Place, sink: str, *, count: int, cpu_us: float) -> _Measured:
    """Compare the first `count` sums of a topic with ours, and take their rate."""
    found = committed(place.kafka, sink, count)
    decode = msgspec.json.Decoder(Sum).decode
    expected = dict(islice(place.expected.items(), count))
    wrong = wrong_sums((decode(message.value() or b"") for message in found), expected)
    return _Measured(rate_per_s(found, first=int(_FIRST * count)), cpu_us, wrong)


if __name__ == "__main__":
    sys.exit(main())
