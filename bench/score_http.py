"""`baas bench score-http`: decisions by the scorer's RPC door, state applied and logged, at a fixed rate.

Open loop: request k is due at k / rate seconds; its latency counts from then, so that a stall delays everything behind it.
"""

import asyncio
import os
import sys
import time

import numpy as np
import uvloop

from bench.random_traffic import random_messages
from bench.report import Report, parser
from bench.scorer_place import ScorerPlace, end_offset, scorer_place, wait_until
from contracts.topics import DECISIONS

RATE_PER_S = 1_000
CONNECTIONS = 32
FULL, QUICK = (20, 3), (5, 1)
_WARM_UP_S = 3


class _Connection(asyncio.Protocol):
    """One keep-alive connection with one request at a time."""

    def __init__(self, free: "asyncio.Queue[_Connection]", taken_ms: list[float], statuses: dict[bytes, int]) -> None:
        self._free = free
        self._taken_ms = taken_ms
        self._statuses = statuses
        self._buffer = b""
        self._due_s = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]
        self._free.put_nowait(self)

    def send(self, body: bytes, due_s: float) -> None:
        """Send one request that was due at `due_s`."""
        self._due_s = due_s
        if self._transport is None:
            raise ConnectionError("not connected")
        self._transport.write(b"POST /score HTTP/1.1\r\nHost: scorer\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        if len(body) < length:
            return
        self._taken_ms.append((time.perf_counter() - self._due_s) * 1_000)
        status = head[9:12]
        self._statuses[status] = self._statuses.get(status, 0) + 1
        self._buffer = b""
        self._free.put_nowait(self)


async def _offer(port: int, messages: list[bytes]) -> tuple[list[float], dict[bytes, int]]:
    taken_ms: list[float] = []
    statuses: dict[bytes, int] = {}
    free: asyncio.Queue[_Connection] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    opened = [
        await loop.create_connection(lambda: _Connection(free, taken_ms, statuses), "127.0.0.1", port)
        for _ in range(CONNECTIONS)
    ]
    begin_s = time.perf_counter() + 0.1
    for number, message in enumerate(messages):
        due_s = begin_s + number / RATE_PER_S
        wait_s = due_s - time.perf_counter()
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        connection = await free.get()
        connection.send(message, due_s)
    for _ in range(CONNECTIONS):
        await asyncio.wait_for(free.get(), 10)
    for transport, _ in opened:
        transport.close()
    return taken_ms, statuses


def main() -> int:
    """Run the bench and print its report."""
    options = parser("score-http", "Scoring requests at a fixed rate").parse_args()
    seconds, rounds = QUICK if options.quick else FULL
    report = Report("score-http")
    with report.loaded(), scorer_place() as place:
        place.start()
        place.give_champion()
        _rounds(report, place, seconds=seconds, rounds=rounds)
        report.settings |= {"rate_per_s": RATE_PER_S, "connections": CONNECTIONS, "seconds": seconds, "rounds": rounds}
    report.publish()
    return 0


def _rounds(report: Report, place: ScorerPlace, *, seconds: int, rounds: int) -> None:
    messages = random_messages((_WARM_UP_S + seconds * rounds) * RATE_PER_S, seed=os.getpid())
    uvloop.run(_offer(place.rpc_port, messages[: _WARM_UP_S * RATE_PER_S]))
    p50: list[float] = []
    p99: list[float] = []
    p999: list[float] = []
    rates = []
    for number in range(rounds):
        begin = (_WARM_UP_S + number * seconds) * RATE_PER_S
        part = messages[begin : begin + seconds * RATE_PER_S]
        started_s = time.perf_counter()
        taken_ms, statuses = uvloop.run(_offer(place.rpc_port, part))
        if statuses != {b"200": len(part)}:
            raise RuntimeError(f"not every request was answered with a decision: {statuses}")
        rates.append(len(part) / (time.perf_counter() - started_s))
        for figures, share in ((p50, 50), (p99, 99), (p999, 99.9)):
            figures.append(float(np.percentile(taken_ms, share)))
    wait_until(lambda: end_offset(place.kafka, DECISIONS) > len(messages), "every decision in the log")
    report.figure("p50_ms", p50)
    report.figure("p99_ms", p99)
    report.figure("p999_ms", p999)
    report.figure("rate_per_s", rates)


if __name__ == "__main__":
    sys.exit(main())
