"""`baas bench chaos`: the scorer and its broker are killed at random moments under load, and every message is accounted for.

Each input must have exactly one decision, and folding the committed log through a fresh engine must reproduce every one. The
broker is the bench's own. What ends is started again at once, as the supervisor of the product does.
"""

import contextlib
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from confluent_kafka import KafkaException, TopicPartition

from bench.kafka_load import kafka_load
from bench.random_traffic import START_MS
from bench.report import Report, parser
from bench.scorer_place import ScorerPlace, end_offset, scorer_place, wait_until
from contracts.topics import DECISIONS, INBOUND_TRANSACTIONS, broker_topics
from kit.kafka import consumer, take, topic_name
from kit.localset import ports
from kit.localset.jars import JARS, read_lock, resolve
from kit.localset.java import find_java
from kit.localset.kafka import KafkaNode, check_broker
from kit.localset.readiness import wait_until_ready
from kit.settings import Kafka, user_cache
from scoring.engine import Engine
from streams.scorer.kafka_door import GROUP
from streams.scorer.log_reader import committed_records, fold_log

RATE_PER_S = 20_000
FULL, QUICK = 20, 3
BROKER_SHARE = 0.3
CALM_S = (1.0, 4.0)  # between two kills, from the moment at which decisions were made again
_BROKER_READY_S = 60.0
_MOVES_WITHIN_S = 120.0
_SETTLED_WITHIN_S = 600.0
_ANSWER_S = 10.0
_ID_AT = len('{"schema":1,"transaction_id":"')
_ID_LENGTH = 36


class Broker:
    """A Kafka of the bench's own that can be killed."""

    def __init__(self, folder: Path) -> None:
        port, controller = ports.choose(taken=()), ports.choose(taken=())
        self.node = KafkaNode(
            name="kafka", folder=folder / "kafka", port=port, controller_port=controller, java=find_java(),
            class_path=resolve(read_lock(JARS), cache=user_cache() / "jars"),
        )  # fmt: skip
        self.kafka = Kafka(bootstrap=f"127.0.0.1:{port}")
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and return once it answers."""
        program = self.node.program()
        with (self.node.folder / "out.log").open("ab") as log:
            self._running = subprocess.Popen(program.command, cwd=program.folder, stdout=log, stderr=log)  # noqa: S603
        wait_until_ready("kafka", lambda: check_broker(self.kafka.client()), timeout_s=_BROKER_READY_S)

    def kill(self) -> None:
        """End it between any two instructions."""
        if self._running is not None:
            self._running.kill()
            self._running.wait(10)


@contextlib.contextmanager
def _own_broker() -> Iterator[Broker]:
    with tempfile.TemporaryDirectory(prefix="baas-chaos-", ignore_cleanup_errors=True) as folder:
        broker = Broker(Path(folder))
        broker.node.prepare()
        broker.start()
        try:
            yield broker
        finally:
            broker.kill()


def main() -> int:
    """Run the bench and print its report; 1 when a message was lost, decided twice, or decided otherwise by the fold."""
    options = parser("chaos", "Kills at random moments under load")
    options.add_argument("--seed", type=int, default=int(time.time()), help="which moments; another one at each run by default")
    chosen = options.parse_args()
    kills = QUICK if chosen.quick else FULL
    report = Report("chaos")
    with report.loaded(), _own_broker() as broker, scorer_place(broker=broker.kafka) as place:
        place.start()
        place.give_champion()
        recoveries_s, by_target = _kill(place, broker, kills=kills, chance=random.Random(chosen.seed))
        whole = _account(report, place)
        report.figure("recovery_s", recoveries_s)
        report.settings |= {
            "kills": kills, "of_the_scorer": by_target["scorer"], "of_the_broker": by_target["broker"],
            "rate_per_s": RATE_PER_S, "seed": chosen.seed,
        }  # fmt: skip
    report.publish()
    return 0 if whole else 1


def _kill(place: ScorerPlace, broker: Broker, *, kills: int, chance: random.Random) -> tuple[list[float], Counter[str]]:
    """Kill under load until all kills are done; return how long each took until decisions were made again."""
    recoveries_s: list[float] = []
    by_target: Counter[str] = Counter()
    seconds = kills * (sum(CALM_S) / 2 + 3.0)
    with kafka_load(place, rate_per_s=RATE_PER_S, seconds=seconds, seed=1, start_ms=START_MS) as load:
        load.begin()
        for _ in range(kills):
            time.sleep(chance.uniform(*CALM_S))
            target = "broker" if chance.random() < BROKER_SHARE else "scorer"
            by_target[target] += 1
            killed_s = time.monotonic()
            if target == "broker":
                broker.kill()
                broker.start()
            elif place.process is not None:
                place.process.kill()
            _until_it_decides(place)
            recoveries_s.append(time.monotonic() - killed_s)
    return recoveries_s, by_target


def _until_it_decides(place: ScorerPlace) -> None:
    """Keep the scorer running, as a supervisor does, until its log has grown."""
    begins: int | None = None

    def moves() -> bool:
        nonlocal begins
        place.keep_running()
        try:
            end = end_offset(place.kafka, DECISIONS)
        except KafkaException:
            return False
        begins = end if begins is None else begins
        return end > begins

    wait_until(moves, "decisions after a kill", within_s=_MOVES_WITHIN_S)


def _account(report: Report, place: ScorerPlace) -> bool:
    """Wait for the last decision, then compare inputs, log and fold."""
    inputs = Counter(_input_ids(place.kafka))

    def all_taken() -> bool:
        place.keep_running()
        return _undecided(place.kafka) == 0

    wait_until(all_taken, "every message decided", within_s=_SETTLED_WITHIN_S)
    place.stop()
    decided = Counter(
        record[at : at + _ID_LENGTH]
        for batch in committed_records(place.kafka)
        for record in batch
        if (at := record.find(b'"transaction_id":"') + len(b'"transaction_id":"')) > len(b'"transaction_id":"')
    )
    proof = fold_log(place.kafka, Engine(models=place.var / "models"), check=True)
    figures = {
        "inputs": len(inputs),
        "decisions": decided.total(),
        "missing": len(inputs.keys() - decided.keys()),
        "decided_twice": sum(count - 1 for count in decided.values()),
        "never_asked": len(decided.keys() - inputs.keys()),
        "reproduced": proof.reproduced,
        "differing": len(proof.differing),
    }
    for name, value in figures.items():
        report.figure(name, value)
    return not any(figures[name] for name in ("missing", "decided_twice", "never_asked", "differing"))


def _undecided(kafka: Kafka) -> int:
    """Inputs after the scorer's committed offsets. The log's own end does not tell: what was aborted has offsets too."""
    partitions, _ = broker_topics()[INBOUND_TRANSACTIONS]
    source = consumer(kafka, group=GROUP, client="bench")
    try:
        places = [TopicPartition(topic_name(kafka, INBOUND_TRANSACTIONS), number) for number in range(partitions)]
        ends = [source.get_watermark_offsets(place, timeout=_ANSWER_S)[1] for place in places]
        committed = source.committed(places, timeout=_ANSWER_S)
        return sum(end - max(0, place.offset) for end, place in zip(ends, committed, strict=True))
    finally:
        source.close()


def _input_ids(kafka: Kafka) -> Iterator[bytes]:
    partitions, _ = broker_topics()[INBOUND_TRANSACTIONS]
    source = consumer(kafka, group="bench.inputs", client="bench")
    source.assign([TopicPartition(topic_name(kafka, INBOUND_TRANSACTIONS), number, 0) for number in range(partitions)])
    while batch := take(source, at_most=10_000, wait_s=3.0):
        for message in batch:
            yield (message.value() or b"")[_ID_AT : _ID_AT + _ID_LENGTH]
    source.close()


if __name__ == "__main__":
    sys.exit(main())
