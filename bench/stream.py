"""`baas bench stream`: the real scorer process, exactly once, Kafka to Kafka; beside it Faust and a raw loop that only copy.

Every rate is taken from the broker's own clock: messages of the output topic between its first and last append time.
"""

import subprocess
import sys
import time

from confluent_kafka import TopicPartition

from bench.random_traffic import START_MS, random_messages
from bench.report import Report, parser
from bench.scorer_place import ScorerPlace, end_offset, scorer_place, wait_until
from contracts.topics import DECISIONS, INBOUND_TRANSACTIONS
from kit.kafka import consumer, producer, take, topic_name
from kit.settings import REPOSITORY_ROOT, Kafka, settings
from streams.alerts.credentials import broker_credentials

FULL, QUICK = (400_000, 3, 20_000), (120_000, 1, 6_000)
RAW_OUT, FAUST_IN, FAUST_OUT = "bench.raw", "bench.faust.in", "bench.faust.out"
_WARM_UP = 20_000
_START_OFFSETS = 2  # the record with which a scorer starts, and the marker of its transaction


def main() -> int:
    """Run the bench and print its report, or be one of its peers."""
    options = parser("stream", "Exactly-once scoring through Kafka")
    options.add_argument("--peer", choices=("raw", "faust"))
    options.add_argument("--count", type=int, default=0)
    chosen = options.parse_args()
    if chosen.peer:
        (_raw if chosen.peer == "raw" else _faust)(settings().kafka, chosen.count)
        return 0
    events, rounds, faust_events = QUICK if chosen.quick else FULL
    report = Report("stream")
    with report.loaded(), scorer_place(RAW_OUT, FAUST_IN, FAUST_OUT) as place:
        place.start()
        place.give_champion()
        _scorer(report, place, events=events, rounds=rounds)
        place.stop()
        report.baseline("raw", "rate_per_s", _peer(place, "raw", RAW_OUT, events))
        place.send(FAUST_IN, random_messages(faust_events, seed=99))
        report.baseline("faust-passthrough", "rate_per_s", _peer(place, "faust", FAUST_OUT, faust_events))
        rate = report.figures["rate_per_s"].median
        for peer in ("raw", "faust-passthrough"):
            report.ratio(f"rate_vs_{peer}", rate / report.baselines[peer]["rate_per_s"].median)
        report.settings |= {"events": events, "rounds": rounds, "partitions": 4, "exactly_once": True}
    report.publish()
    return 0


def _scorer(report: Report, place: ScorerPlace, *, events: int, rounds: int) -> None:
    """The process is stopped while a round's messages are laid out, so that the producer of them takes no time from it."""
    place.send(INBOUND_TRANSACTIONS, random_messages(_WARM_UP, seed=1))
    _wait_for_log(place, _WARM_UP)
    rates, fold_s = [], []
    at_ms = START_MS + _WARM_UP * 400
    for number in range(rounds):
        place.stop()
        place.send(INBOUND_TRANSACTIONS, random_messages(events, seed=2 + number, start_ms=at_ms))
        at_ms += events * 400
        begins = end_offset(place.kafka, DECISIONS)
        started_s = time.perf_counter()
        place.start()
        fold_s.append(time.perf_counter() - started_s)
        _wait_for_log(place, begins + events)
        rates.append(_rate(place.kafka, DECISIONS, begins + _START_OFFSETS))
    report.figure("rate_per_s", rates)
    report.figure("restart_s", fold_s)


def _wait_for_log(place: ScorerPlace, records: int) -> None:
    wait_until(lambda: end_offset(place.kafka, DECISIONS) >= records, f"{records} decisions", within_s=300)
    seen = -1
    while seen != (seen := end_offset(place.kafka, DECISIONS)):
        time.sleep(0.5)


def _rate(kafka: Kafka, topic: str, begins: int) -> float:
    """Messages a second of a topic's only partition from offset `begins` on, by the broker's append times."""
    source = consumer(kafka, group="bench.rate", client="bench")
    source.assign([TopicPartition(topic_name(kafka, topic), 0, begins)])
    stamps: list[int] = []
    while batch := take(source, at_most=10_000, wait_s=3.0):
        stamps += [message.timestamp()[1] for message in batch]
    source.close()
    return (len(stamps) - 1) / max((stamps[-1] - stamps[0]) / 1000, 0.001)


def _peer(place: ScorerPlace, peer: str, topic: str, count: int) -> float:
    """Run a peer in a process of its own until `count` messages are out; return its rate."""
    command = [sys.executable, "-m", "bench.stream", "--peer", peer, "--count", str(count)]
    with (place.var / f"{peer}.log").open("ab") as log:
        running = subprocess.Popen(command, cwd=REPOSITORY_ROOT, env=place.environment(), stdout=log, stderr=log)  # noqa: S603
    try:
        wait_until(lambda: end_offset(place.kafka, topic) >= count, f"{count} messages through {peer}")
    finally:
        running.kill()
        running.wait(10)
    return _rate(place.kafka, topic, 0)


def _raw(kafka: Kafka, count: int) -> None:
    """Consume and produce the same bytes: no transactions, no work."""
    source = consumer(kafka, group="bench.raw", client="raw")
    source.assign([TopicPartition(topic_name(kafka, INBOUND_TRANSACTIONS), partition, 0) for partition in range(4)])
    sink = producer(kafka, client="raw")
    out = topic_name(kafka, RAW_OUT)
    copied = 0
    while copied < count:
        for message in take(source, at_most=4_096, wait_s=1.0):
            sink.produce(out, message.value(), message.key())
            copied += 1
        sink.poll(0)
        if len(sink) > 100_000:
            sink.flush(10)
    sink.flush(30)


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


if __name__ == "__main__":
    sys.exit(main())
