"""Requests offered at a fixed rate to one address: an open loop, so that a stall delays everything behind it.

Request k is due at k / rate seconds, and its latency counts from then, whether or not a connection was free.
"""

import asyncio
import ctypes
import os
import time
from collections import Counter
from contextlib import closing
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


class _Timespec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class _Ticks:
    """A timer of the system's: an event loop's own has milliseconds, which is as long as a decision takes."""

    _ABSOLUTE = 1  # TFD_TIMER_ABSTIME

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._fd = self._libc.timerfd_create(time.CLOCK_MONOTONIC, os.O_NONBLOCK)
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        self._loop, self._rang = loop, asyncio.Event()
        loop.add_reader(self._fd, self._ring)

    def _ring(self) -> None:
        os.read(self._fd, 8)
        self._rang.set()

    async def until(self, due_s: float) -> None:
        """Return at `due_s` of `time.monotonic`."""
        whole = int(due_s)
        timer = (_Timespec * 2)(_Timespec(0, 0), _Timespec(whole, int((due_s - whole) * 1e9)))
        self._rang.clear()
        if self._libc.timerfd_settime(self._fd, self._ABSOLUTE, timer, None):
            raise OSError(ctypes.get_errno(), "timerfd_settime")
        await self._rang.wait()

    def close(self) -> None:
        """Give the timer back."""
        self._loop.remove_reader(self._fd)
        os.close(self._fd)


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
        self._answers.taken_ms.setdefault(int(head[9:12]), []).append((time.monotonic() - self._due_s) * 1_000)
        self._buffer = b""
        self._free.put_nowait(self)


async def _offer(port: int, messages: list[bytes], rate_per_s: float | None, connections: int) -> Answers:
    answers = Answers()
    free: asyncio.LifoQueue[_Connection] = asyncio.LifoQueue()
    loop = asyncio.get_running_loop()
    opened = [await loop.create_connection(lambda: _Connection(free, answers), "127.0.0.1", port) for _ in range(connections)]
    begin_s = time.monotonic() + 0.1
    with closing(_Ticks(loop)) as ticks:
        for number, message in enumerate(messages):
            due_s = begin_s + number / rate_per_s if rate_per_s else 0.0
            if due_s > time.monotonic():
                await ticks.until(due_s)
            connection = await free.get()
            connection.send(message, due_s or time.monotonic())
    for _ in range(connections):
        await asyncio.wait_for(free.get(), _LAST_WAIT_S)
    answers.seconds = time.monotonic() - begin_s
    for transport, _ in opened:
        transport.close()
    return answers


def offer(port: int, messages: list[bytes], *, rate_per_s: float | None, connections: int = CONNECTIONS) -> Answers:
    """POST each message to /score of 127.0.0.1:`port`; without a rate, as fast as the connections are answered."""
    return uvloop.run(_offer(port, messages, rate_per_s, connections))
