"""Requests offered at a fixed rate to one address: an open loop, so that a stall delays everything behind it.

Request k is due at k / rate seconds, and its latency counts from then, whether or not a connection was free.
"""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import uvloop

CONNECTIONS = 32
_LAST_WAIT_S = 10.0
_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = b"content-length: "


@dataclass(slots=True)
class Answers:
    """What came back: milliseconds by status, and how long it all took."""

    taken_ms: dict[int, list[float]] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def statuses(self) -> Counter[int]:
        """How many there were of each status."""
        return Counter({status: len(taken) for status, taken in self.taken_ms.items()})

    def quantile_ms(self, share_pct: float, *, status: int = 200) -> float:
        """The latency that `share_pct` of the answers of a status did not exceed."""
        return float(np.percentile(self.taken_ms[status], share_pct))


class _Connection(asyncio.Protocol):
    """One keep-alive connection with one request at a time."""

    def __init__(self, free: "asyncio.LifoQueue[_Connection]", answers: Answers) -> None:
        self._free = free
        self._answers = answers
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
        head, found, body = self._buffer.partition(_END_OF_HEAD)
        if not found:
            return
        length = int(head.lower().split(_LENGTH)[1].split(b"\r\n")[0])
        if len(body) < length:
            return
        self._answers.taken_ms.setdefault(int(head[9:12]), []).append((time.perf_counter() - self._due_s) * 1_000)
        self._buffer = b""
        self._free.put_nowait(self)


async def _offer(port: int, messages: list[bytes], rate_per_s: float | None, connections: int) -> Answers:
    answers = Answers()
    free: asyncio.LifoQueue[_Connection] = asyncio.LifoQueue()
    loop = asyncio.get_running_loop()
    opened = [await loop.create_connection(lambda: _Connection(free, answers), "127.0.0.1", port) for _ in range(connections)]
    begin_s = time.perf_counter() + 0.1
    for number, message in enumerate(messages):
        due_s = begin_s + number / rate_per_s if rate_per_s else 0.0
        wait_s = due_s - time.perf_counter()
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        connection = await free.get()
        connection.send(message, due_s or time.perf_counter())
    for _ in range(connections):
        await asyncio.wait_for(free.get(), _LAST_WAIT_S)
    answers.seconds = time.perf_counter() - begin_s
    for transport, _ in opened:
        transport.close()
    return answers


def offer(port: int, messages: list[bytes], *, rate_per_s: float | None, connections: int = CONNECTIONS) -> Answers:
    """POST each message to /score of 127.0.0.1:`port`; without a rate, as fast as the connections are answered."""
    return uvloop.run(_offer(port, messages, rate_per_s, connections))
