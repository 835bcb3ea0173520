"""`baas bench stream`: the real scorer process, exactly once, Kafka to Kafka; beside it Faust and raw loops that only copy.

Every rate is taken from the broker's own clock: messages of the output topic between its first and last append time. Processor
time is the whole process's, its threads for the broker included, over the messages that it wrote meanwhile.
"""

import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np
import psutil
from confluent_kafka import Consumer, Message, Producer, TopicPartition

from bench.kafka_load import kafka_load
from bench.kafka_rate import rate_per_s
from bench.random_traffic import START_MS, STEP_MS, random_messages
from bench.report import Report, parser
from bench.scorer_place import ScorerPlace, end_offset, scorer_place, wait_until
from contracts.topics import DECISIONS, INBOUND_TRANSACTIONS
from kit.kafka import consumer, producer, take, topic_name
from kit.settings import REPOSITORY_ROOT, Kafka, settings
from streams.alerts.credentials import broker_credentials

FULL, QUICK = (400_000, 3, 20_000, 60), (120_000, 1, 6_000, 5)
RAW_OUT, EXACT_OUT, FAUST_IN, FAUST_OUT = "bench.raw", "bench.raw.exact", "bench.faust.in", "bench.faust.out"
HOT_KEYS = 1_000
PACED_RATE_PER_S = 20_000
_EXACT_EVENTS = 16_384
_WARM_UP = 20_000
_START_OFFSETS = 2  # the record with which a scorer starts, and the marker of its transaction


def main() -> int:
    """Run the bench and print its report, or be one of its peers."""
    options = parser("stream", "Exactly-once scoring through Kafka")
    options.add_argument("--peer", choices=tuple(_PEERS))
    options.add_argument("--count", type=int, default=0)
    chosen = options.parse_args()
    if chosen.peer:
        _PEERS[chosen.peer](settings().kafka, chosen.count)
        return 0
    events, rounds, faust_events, paced_s = QUICK if chosen.quick else FULL
    report = Report("stream")
    with report.loaded(), scorer_place(RAW_OUT, EXACT_OUT, FAUST_IN, FAUST_OUT) as place:
        place.start()
        place.give_champion()
        _scorer(report, place, events=events, rounds=rounds, paced_s=paced_s)
        place.stop()
        for peer, topic in (("raw", RAW_OUT), ("raw-exactly-once", EXACT_OUT)):
            _peer(report, place, peer, topic, events)
        place.send(FAUST_IN, random_messages(faust_events, seed=99))
        _peer(report, place, "faust-passthrough", FAUST_OUT, faust_events)
        rate = report.figures["rate_per_s"].median
        for peer in ("raw", "raw-exactly-once", "faust-passthrough"):
            report.ratio(f"rate_vs_{peer}", rate / report.baselines[peer]["rate_per_s"].median)
        cpu_us = report.figures["cpu_us_per_event"].median
        report.ratio("cpu_vs_raw", cpu_us / report.baselines["raw-exactly-once"]["cpu_us_per_event"].median)
        report.settings |= {
            "events": events, "rounds": rounds, "partitions": 4, "exactly_once": True, "hot_keys": HOT_KEYS,
            "paced_rate_per_s": PACED_RATE_PER_S, "paced_s": paced_s,
        }  # fmt: skip
    report.publish()
    return 0


def _scorer(report: Report, place: ScorerPlace, *, events: int, rounds: int, paced_s: int) -> None:
    """The process is stopped while a round's messages are laid out, so that the producer of them takes no time from it."""
    place.send(INBOUND_TRANSACTIONS, random_messages(_WARM_UP, seed=1))
    _wait_for_log(place, _WARM_UP)
    rates, cpu_us, fold_s = [], [], []
    at_ms = START_MS + _WARM_UP * STEP_MS
    for number in range(rounds):
        rate, cpu, fold = _round(place, random_messages(events, seed=2 + number, start_ms=at_ms))
        at_ms += events * STEP_MS
        rates.append(rate)
        cpu_us.append(cpu)
        fold_s.append(fold)
    report.figure("rate_per_s", rates)
    report.figure("cpu_us_per_event", cpu_us)
    report.figure("restart_s", fold_s)
    _paced(report, place, seconds=paced_s, start_ms=at_ms)
    at_ms += PACED_RATE_PER_S * paced_s * STEP_MS
    hot = random_messages(events, seed=77, start_ms=at_ms, customers=HOT_KEYS, payees=HOT_KEYS)
    rate, cpu, _ = _round(place, hot)
    report.figure("hot_keys_rate_per_s", rate)
    report.figure("hot_keys_cpu_us_per_event", cpu)


def _round(place: ScorerPlace, messages: list[bytes]) -> tuple[float, float, float]:
    """Lay messages out, start the scorer, and let it work through: (rate a second, us of processor each, s to restart)."""
    place.stop()
    place.send(INBOUND_TRANSACTIONS, messages)
    begins = end_offset(place.kafka, DECISIONS)
    started_s = time.perf_counter()
    place.start()
    fold_s = time.perf_counter() - started_s
    if place.process is None:
        raise RuntimeError("the scorer does not run")
    cpu_us = _cpu_us_each(place, place.process.pid, DECISIONS, begins + len(messages))
    _wait_for_log(place, begins + len(messages))
    return _rate(place.kafka, DECISIONS, begins + _START_OFFSETS), cpu_us, fold_s


def _cpu_us_each(place: ScorerPlace, pid: int, topic: str, until: int) -> float:
    """Microseconds of a process's processor time a message of its output topic, from now until offset `until` is there."""
    process = psutil.Process(pid)
    begins, before = end_offset(place.kafka, topic), process.cpu_times()
    wait_until(lambda: end_offset(place.kafka, topic) >= until, f"offset {until} of {topic}", within_s=300)
    after, written = process.cpu_times(), end_offset(place.kafka, topic) - begins
    return float(after.user + after.system - before.user - before.system) / written * 1e6


def _paced(report: Report, place: ScorerPlace, *, seconds: int, start_ms: int) -> None:
    """A fixed rate: what the engine adds, from a message's arrival in the process to its decision, by the records' headers."""
    begins, count = end_offset(place.kafka, DECISIONS), PACED_RATE_PER_S * seconds
    load = kafka_load(place, rate_per_s=PACED_RATE_PER_S, seconds=seconds, seed=2**32 - 1, start_ms=start_ms)
    with load as playing:
        playing.begin()
    _wait_for_log(place, begins + count)
    added_ms = [
        int(value) / 1_000
        for message in _messages(place.kafka, DECISIONS, begins)
        for name, value in message.headers() or ()
        if name == "duration_us"
    ]
    for name, share_pct in (("p50", 50), ("p99", 99), ("p999", 99.9)):
        report.figure(f"{name}_ms", float(np.percentile(added_ms, share_pct)))


def _wait_for_log(place: ScorerPlace, records: int) -> None:
    wait_until(lambda: end_offset(place.kafka, DECISIONS) >= records, f"{records} decisions", within_s=300)
    seen = -1
    while seen != (seen := end_offset(place.kafka, DECISIONS)):
        time.sleep(0.5)


def _messages(kafka: Kafka, topic: str, begins: int) -> Iterator[Message]:
    """A topic's only partition from offset `begins` to its end."""
    source = consumer(kafka, group="bench.rate", client="bench")
    source.assign([TopicPartition(topic_name(kafka, topic), 0, begins)])
    while batch := take(source, at_most=10_000, wait_s=3.0):
        yield from batch
    source.close()


def _rate(kafka: Kafka, topic: str, begins: int) -> float:
    """Messages a second of a topic's only partition from offset `begins` on, by the broker's append times."""
    return rate_per_s(list(_messages(kafka, topic, begins)), first=0)


def _peer(report: Report, place: ScorerPlace, peer: str, topic: str, count: int) -> None:
    """Run a peer in a process of its own until `count` messages are out; report its rate and processor time."""
    command = [sys.executable, "-m", "bench.stream", "--peer", peer, "--count", str(count)]
    with (place.var / f"{peer}.log").open("ab") as log:
        running = subprocess.Popen(command, cwd=REPOSITORY_ROOT, env=place.environment(), stdout=log, stderr=log)  # noqa: S603
    try:
        wait_until(lambda: end_offset(place.kafka, topic) > 0, f"the first message of {peer}")
        cpu_us = _cpu_us_each(place, running.pid, topic, count)
    finally:
        running.kill()
        running.wait(10)
    report.baseline(peer, "rate_per_s", _rate(place.kafka, topic, 0))
    report.baseline(peer, "cpu_us_per_event", cpu_us)


def _raw(kafka: Kafka, count: int) -> None:
    """Consume and produce the same bytes: no transactions, no work."""
    source, sink = _raw_source(kafka, "bench.raw"), producer(kafka, client="raw")
    copied = 0
    while copied < count:
        copied += _copy(source, sink, topic_name(kafka, RAW_OUT))
        if len(sink) > 100_000:
            sink.flush(10)
    sink.flush(30)


def _raw_exactly_once(kafka: Kafka, count: int) -> None:
    """The same in transactions as large as the scorer's, offsets in them."""
    source = _raw_source(kafka, "bench.raw.exact")
    sink = producer(kafka, client="raw", transactional_id="bench.raw.exact", **{"linger.ms": 2})
    sink.init_transactions(30)
    copied = 0
    while copied < count:
        sink.begin_transaction()
        begins = copied
        while copied < count and copied - begins < _EXACT_EVENTS:
            copied += _copy(source, sink, topic_name(kafka, EXACT_OUT))
        sink.send_offsets_to_transaction(source.position(source.assignment()), source.consumer_group_metadata(), 30)
        sink.commit_transaction(30)


def _raw_source(kafka: Kafka, group: str) -> Consumer:
    source = consumer(kafka, group=group, client="raw")
    source.assign([TopicPartition(topic_name(kafka, INBOUND_TRANSACTIONS), partition, 0) for partition in range(4)])
    return source


def _copy(source: Consumer, sink: Producer, name: str) -> int:
    messages = take(source, at_most=4_096, wait_s=1.0)
    for message in messages:
        sink.produce(name, message.value(), message.key())
    sink.poll(0)
    return len(messages)


def _faust(kafka: Kafka, _count: int) -> None:
    """The smallest Faust agent: what comes in goes out."""
    import faust

    app = faust.App(
        "bench-faust",
        broker=f"kafka://{kafka.bootstrap}",
        broker_credentials=broker_credentials(kafka),
        store="memory://",
        topic_disable_leader=True,
        web_enabled=False,
    )
    outgoing = app.topic(topic_name(kafka, FAUST_OUT), value_type=bytes, value_serializer="raw", key_serializer="raw")
    incoming = app.topic(topic_name(kafka, FAUST_IN), value_type=bytes, value_serializer="raw", key_serializer="raw")

    @app.agent(incoming)
    async def copy(stream: "faust.StreamT[bytes]") -> None:
        async for value in stream:
            await outgoing.send(value=value)

    faust.Worker(app, loglevel="WARN").execute_from_commandline()


_PEERS = {"raw": _raw, "raw-exactly-once": _raw_exactly_once, "faust-passthrough": _faust}

if __name__ == "__main__":
    sys.exit(main())
