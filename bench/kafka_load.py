"""Messages onto the inbound topic at a fixed rate, from a process of its own: what the other door is measured beside."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench.random_traffic import TENANT, random_messages
from bench.scorer_place import ScorerPlace
from contracts.topics import INBOUND_TRANSACTIONS
from kit.kafka import producer, topic_name
from kit.settings import REPOSITORY_ROOT, Kafka, settings

_TICK_S = 0.005
_FLUSH_S = 30.0
_READY = "ready\n"


def play(kafka: Kafka, *, rate_per_s: int, seconds: float, seed: int, start_ms: int) -> None:
    """Produce `rate_per_s` messages a second for so long, a few milliseconds' worth at a time; begin when told to."""
    count = int(rate_per_s * seconds)
    messages = random_messages(count, seed=seed, start_ms=start_ms)
    sink, name = producer(kafka, client="bench-load"), topic_name(kafka, INBOUND_TRANSACTIONS)
    sys.stdout.write(_READY)
    sys.stdout.flush()
    sys.stdin.readline()
    begin_s, sent = time.perf_counter(), 0
    while sent < count:
        due = min(count, int((time.perf_counter() - begin_s) * rate_per_s) + 1)
        for message in messages[sent:due]:
            while True:
                try:
                    sink.produce(name, message, TENANT)
                    break
                except BufferError:
                    sink.poll(0.01)
        sent = due
        sink.poll(0)
        time.sleep(max(0.0, begin_s + sent / rate_per_s + _TICK_S - time.perf_counter()))
    if sink.flush(_FLUSH_S):
        raise TimeoutError("the broker did not take the load")


@contextmanager
def kafka_load(place: ScorerPlace, *, rate_per_s: int, seconds: float, seed: int, start_ms: int) -> Iterator["Load"]:
    """Have a process ready to play; `begin` starts it, leaving waits for its end."""
    command = [
        sys.executable, "-m", "bench.kafka_load", str(rate_per_s), str(seconds), str(seed), str(start_ms),
    ]  # fmt: skip
    with subprocess.Popen(  # noqa: S603
        command, cwd=REPOSITORY_ROOT, env=place.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        try:
            load = Load(running)
            yield load
            load.finish(within_s=seconds + _FLUSH_S)
        finally:
            running.kill()


class Load:
    """A playing process."""

    def __init__(self, running: "subprocess.Popen[str]") -> None:
        self._running = running
        if running.stdout is None or running.stdout.readline() != _READY:
            raise RuntimeError("the load did not start")

    def begin(self) -> None:
        """Play from now on."""
        if self._running.stdin is None:
            raise RuntimeError("the load cannot be told to begin")
        self._running.stdin.write("\n")
        self._running.stdin.flush()

    def finish(self, *, within_s: float) -> None:
        """Wait until everything was sent. Raises RuntimeError when it was not."""
        if self._running.wait(within_s):
            raise RuntimeError("the load ended before its end")


def main() -> int:
    """Play as the arguments say: rate, seconds, seed, first event time."""
    rate_per_s, seconds, seed, start_ms = sys.argv[1:]
    play(settings().kafka, rate_per_s=int(rate_per_s), seconds=float(seconds), seed=int(seed), start_ms=int(start_ms))
    return 0


if __name__ == "__main__":
    sys.exit(main())
