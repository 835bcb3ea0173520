"""Decisions as the scorer writes them, onto the log: all at once, or at a fixed rate from a process of its own."""

import json
import random
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import contracts
from bench.scorer_place import environment_of
from contracts.topics import DECISIONS
from kit.kafka import producer, topic_name
from kit.settings import REPOSITORY_ROOT, Kafka, settings

TENANT = "bench"
CUSTOMERS, PAYEES = 20_000, 50_000
STEP_MS = 2
_TICK_S = 0.005
_FLUSH_S = 60.0
_READY = "ready\n"


def records(count: int, *, first: int, start_ms: int) -> Iterator[bytes]:
    """Yield decision records: the contract's example, with transaction, people, amount and times of each one's own."""
    example = json.loads((Path(contracts.__file__).parent / "examples" / f"{DECISIONS}.json").read_text())[0]
    example["transaction"] |= {
        "tenant_id": TENANT, "transaction_id": "@id", "external_id": "@id", "customer_id": "@customer", "payee_id": "@payee",
        "amount_minor": "@amount", "event_time": "@time", "known_at": "@time",
    }  # fmt: skip
    example["n"] = example["answer"]["sequence"]["n"] = "@n"
    example["answer"]["scored_at"] = "@time"
    text = json.dumps(example, separators=(",", ":")).replace("%", "%%")
    for word in ("amount", "time", "n"):
        text = text.replace(f'"@{word}"', f"%({word})d")
    for word in ("id", "customer", "payee"):
        text = text.replace(f"@{word}", f"%({word})s")
    chance = random.Random(first)
    for number in range(first, first + count):
        own = {
            "id": uuid.UUID(int=chance.getrandbits(128), version=4), "customer": f"c{chance.randrange(CUSTOMERS)}",
            "payee": f"p{chance.randrange(PAYEES)}", "amount": chance.randrange(1, 1_000_000), "n": number,
            "time": start_ms + number * STEP_MS,
        }  # fmt: skip
        yield (text % own).encode()


def lay(kafka: Kafka, count: int, *, first: int, start_ms: int) -> None:
    """Produce records as fast as the broker takes them."""
    _produce(kafka, count, first=first, start_ms=start_ms, rate_per_s=None)


@contextmanager
def playing(kafka: Kafka, var: Path, *, rate_per_s: int, count: int, first: int, start_ms: int) -> Iterator[None]:
    """Have a process produce `rate_per_s` records a second; leaving waits for its end. Raises RuntimeError where it fails."""
    command = [sys.executable, "-m", "bench.decision_load", str(rate_per_s), str(count), str(first), str(start_ms)]
    with subprocess.Popen(  # noqa: S603
        command, cwd=REPOSITORY_ROOT, env=environment_of(kafka, var), stdout=subprocess.PIPE, text=True
    ) as running:
        try:
            if running.stdout is None or running.stdout.readline() != _READY:
                raise RuntimeError("the load did not start")
            yield
            if running.wait(count / rate_per_s * 3 + _FLUSH_S):
                raise RuntimeError("the load ended before its end")
        finally:
            running.kill()


def _produce(kafka: Kafka, count: int, *, first: int, start_ms: int, rate_per_s: int | None) -> None:
    """A few milliseconds' worth at a time where a rate is asked for."""
    sink, name, key = producer(kafka, client="bench-load"), topic_name(kafka, DECISIONS), TENANT.encode()
    begin_s = time.perf_counter()
    for sent, record in enumerate(records(count, first=first, start_ms=start_ms)):
        if rate_per_s is not None and begin_s + sent / rate_per_s > time.perf_counter():
            sink.poll(0)
            time.sleep(_TICK_S)
        while True:
            try:
                sink.produce(name, record, key)
                break
            except BufferError:
                sink.poll(0.01)
        if sent % 1_000 == 0:
            sink.poll(0)
    if sink.flush(_FLUSH_S):
        raise TimeoutError("the broker did not take the load")


def main() -> int:
    """Play as the arguments say: rate, records, the first one's number, its event time."""
    rate_per_s, count, first, start_ms = map(int, sys.argv[1:])
    sys.stdout.write(_READY)
    sys.stdout.flush()
    _produce(settings().kafka, count, first=first, start_ms=start_ms, rate_per_s=rate_per_s)
    return 0


if __name__ == "__main__":
    sys.exit(main())
