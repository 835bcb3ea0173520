"""Requests offered at a fixed rate to one address: an open loop, so that a stall delays everything behind it.

Request k is due at k / rate seconds, and its latency counts from then, whether or not a connection was free. The client is a
bare loop over sockets, with the requests' bytes made beforehand: it shares the machine with the server that it measures, and
what it takes for itself the server does not have. It can be told to look up only every so often, which costs a third: then
requests leave in small bursts, and a latency has up to so much more in it.
"""

import ctypes
import os
import select
import socket
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field

import numpy as np

CONNECTIONS = 32
_LAST_WAIT_S = 10.0
_BEFORE_S, _BEFORE_EACH_S = 0.1, 0.001  # for the server to take the connections
_SENT_IN_A_ROW = 32  # then answers are looked for, so that none grows old unread
_READ_BYTES = 65_536
_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = b"\r\ncontent-length: "
_RETRY_AFTER = b"\r\nretry-after: "
_UNAVAILABLE = 503


@dataclass(slots=True)
class Answers:
    """What came back: milliseconds by status, how long all of it took, and how long the sending.

    `without_retry_after` are answers 503 that do not say when to come again.
    """

    taken_ms: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    seconds: float = 0.0
    offered_s: float = 0.0
    without_retry_after: int = 0

    @property
    def statuses(self) -> Counter[int]:
        """How many there were of each status."""
        return Counter({status: len(taken) for status, taken in self.taken_ms.items()})

    def quantile_ms(self, share_pct: float, *, status: int = 200) -> float:
        """The latency that `share_pct` of the answers of a status did not exceed."""
        return float(np.percentile(self.taken_ms[status], share_pct))


class _Timespec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class _Alarm:
    """A timer of the system's that is waited for like a socket: `poll` itself has milliseconds, as long as a decision takes."""

    _ABSOLUTE = 1  # TFD_TIMER_ABSTIME

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self.fd = int(self._libc.timerfd_create(time.CLOCK_MONOTONIC, os.O_NONBLOCK))
        if self.fd < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        self._due_s = 0.0

    def set(self, due_s: float) -> None:
        """Ring at `due_s` of `time.monotonic`."""
        if due_s == self._due_s:
            return
        self._due_s = due_s
        whole = int(due_s)
        timer = (_Timespec * 2)(_Timespec(0, 0), _Timespec(whole, int((due_s - whole) * 1e9)))
        if self._libc.timerfd_settime(self.fd, self._ABSOLUTE, timer, None):
            raise OSError(ctypes.get_errno(), "timerfd_settime")

    def heard(self) -> None:
        """Be quiet until the next time."""
        os.read(self.fd, 8)
        self._due_s = 0.0

    def close(self) -> None:
        """Give the timer back."""
        os.close(self.fd)


class _Client:
    """Keep-alive connections with one request at a time each. Close it."""

    def __init__(self, port: int, *, connections: int, pause_s: float) -> None:
        self.answers = Answers()
        self._pause_s = pause_s
        self._stack = ExitStack()
        self._alarm = self._stack.enter_context(closing(_Alarm()))
        self._poll = self._stack.enter_context(select.epoll())
        self._poll.register(self._alarm.fd, select.EPOLLIN)
        self._sockets: dict[int, socket.socket] = {}
        for _ in range(connections):
            connection = self._stack.enter_context(socket.create_connection(("127.0.0.1", port), _LAST_WAIT_S))
            connection.setblocking(False)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._sockets[connection.fileno()] = connection
            self._poll.register(connection.fileno(), select.EPOLLIN)
        self._free = list(self._sockets)
        self._due_s: dict[int, float] = {}
        self._partly: dict[int, bytes] = {}

    def close(self) -> None:
        """End the connections."""
        self._stack.close()

    def play(self, requests: Sequence[bytes], rate_per_s: float | None) -> None:
        """Send each when it is due, or without a rate when a connection is free; return when all are answered."""
        begin_s = last_s = time.monotonic() + _BEFORE_S + len(self._sockets) * _BEFORE_EACH_S
        step_s = 1 / rate_per_s if rate_per_s else 0.0
        number, count = 0, len(requests)
        while number < count or self._due_s:
            now_s = time.monotonic()
            ends = min(count, number + len(self._free), number + _SENT_IN_A_ROW)
            while number < ends and (due_s := begin_s + number * step_s) <= now_s:
                self._send(requests[number], due_s if rate_per_s else now_s)
                number, last_s = number + 1, now_s
            if number == ends < count and self._free:
                self._read_answers(0)
                continue
            if self._pause_s and number < count:
                time.sleep(self._pause_s)
                self._read_answers(0)
                continue
            if number < count and self._free:
                self._alarm.set(begin_s + number * step_s)
            self._read_answers(_LAST_WAIT_S)
        self.answers.seconds = time.monotonic() - begin_s
        self.answers.offered_s = last_s - begin_s

    def _send(self, request: bytes, due_s: float) -> None:
        number = self._free.pop()
        if self._sockets[number].send(request) != len(request):
            raise ConnectionError("a connection did not take a request whole")
        self._due_s[number] = due_s

    def _read_answers(self, wait_s: float) -> None:
        """Take what is there; wait for something to be there. Raises TimeoutError."""
        found = self._poll.poll(wait_s)
        if wait_s and not found:
            raise TimeoutError(f"{len(self._due_s)} requests were not answered")
        for number, _ in found:
            if number == self._alarm.fd:
                self._alarm.heard()
                continue
            data = self._sockets[number].recv(_READ_BYTES)
            if not data:
                raise ConnectionError("the server ended a connection")
            if self._partly:
                data = self._partly.pop(number, b"") + data
            if not self._take(number, data):
                self._partly[number] = data

    def _take(self, number: int, data: bytes) -> bool:
        """Note an answer that is whole; say whether it was."""
        body = data.find(_END_OF_HEAD) + len(_END_OF_HEAD)
        if body < len(_END_OF_HEAD):
            return False
        length = data.index(_LENGTH) + len(_LENGTH)
        if len(data) < body + int(data[length : data.index(b"\r", length)]):
            return False
        status = int(data[9:12])
        self.answers.taken_ms[status].append((time.monotonic() - self._due_s.pop(number)) * 1_000)
        if status == _UNAVAILABLE and data.find(_RETRY_AFTER, 0, body) < 0:
            self.answers.without_retry_after += 1
        self._free.append(number)
        return True


def offer(
    port: int, messages: Sequence[bytes], *, rate_per_s: float | None, connections: int = CONNECTIONS, pause_s: float = 0.0
) -> Answers:
    """POST each message to /score of 127.0.0.1:`port`; without a rate, as fast as the connections are answered.

    With a pause the client sends what is due, reads what came, and sleeps for so long. Raises ConnectionError where a
    connection ends, and TimeoutError where answers do not come within 10 seconds.
    """
    head = b"POST /score HTTP/1.1\r\nHost: scorer\r\nContent-Length: %d\r\n\r\n%b"
    requests = [head % (len(message), message) for message in messages]
    with closing(_Client(port, connections=connections, pause_s=pause_s)) as client:
        client.play(requests, rate_per_s)
        return client.answers
