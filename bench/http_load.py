"""HTTP clients for benches: keep-alive connections on raw sockets, one request at a time each, in one process."""

import asyncio
import json
import random
import time
from dataclasses import dataclass, field
from typing import cast

import uvloop

_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = b"content-length: "
_SCORED = b'"source":"scorer"'


@dataclass(frozen=True, slots=True)
class Load:
    """What to send: transfers between random accounts, each under a key of its own, for `seconds`.

    With `payees` the money leaves the bank for these names, one after another.
    """

    host: str
    port: int
    token: str
    accounts: list[str]
    clients: int
    seconds: float
    seed: int = 7
    payees: tuple[str, ...] = ()


@dataclass(slots=True)
class Sent:
    """What came back. `posted` were answered 201 with the scorer's own decision. `cpu_s` is what the clients took."""

    seconds: float = 0.0
    cpu_s: float = 0.0
    posted: int = 0
    answers: int = 0
    statuses: dict[int, int] = field(default_factory=dict)
    latencies_ms: list[float] = field(default_factory=list)

    def quantile_ms(self, share: float) -> float:
        """Return the latency that `share` of the answers did not exceed."""
        in_order = sorted(self.latencies_ms)
        return in_order[min(len(in_order) - 1, int(share * len(in_order)))]


class _Client(asyncio.Protocol):
    """One connection: sends the next request when the answer to the last is whole."""

    def __init__(self, load: Load, sent: Sent, number: int, done: asyncio.Future[None]) -> None:
        self._load = load
        self._sent = sent
        self._number = number
        self._done = done
        self._random = random.Random(load.seed * 1_000 + number)
        self._run = random.Random().getrandbits(64)
        self._count = 0
        self._buffer = b""
        self._sent_s = 0.0
        self._until_s = time.perf_counter() + load.seconds
        self._head = (
            f"POST /v1/transfers HTTP/1.1\r\nhost: {load.host}\r\nauthorization: Bearer {load.token}\r\n"
            "content-type: application/json\r\n"
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(_END_OF_HEAD)
        if end < 0:
            return
        head = self._buffer[: end + 2].lower()
        at = head.find(_LENGTH) + len(_LENGTH)
        length = int(head[at : head.index(b"\r\n", at)])
        if len(self._buffer) < end + 4 + length:
            return
        now_s = time.perf_counter()
        status = int(self._buffer[9:12])
        self._sent.answers += 1
        self._sent.statuses[status] = self._sent.statuses.get(status, 0) + 1
        self._sent.posted += status == 201 and _SCORED in self._buffer
        self._sent.latencies_ms.append((now_s - self._sent_s) * 1_000)
        self._buffer = b""
        if now_s < self._until_s:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, problem: Exception | None) -> None:
        if not self._done.done():
            if problem is None:
                self._done.set_result(None)
            else:
                self._done.set_exception(problem)

    def _send(self) -> None:
        accounts, chance = self._load.accounts, self._random.random
        debit = int(chance() * len(accounts))
        credit = (debit + 1 + int(chance() * (len(accounts) - 1))) % len(accounts)
        self._count += 1
        whom = f'"credit_account_id":"{accounts[credit]}"'
        if self._load.payees:
            payees = self._load.payees
            name = payees[(self._count * self._load.clients + self._number) % len(payees)]
            whom = f'"payee_name":{json.dumps(name)}'
        body = (
            f'{{"debit_account_id":"{accounts[debit]}",{whom},'
            f'"amount":{{"amount_minor":{1 + int(chance() * 5_000)},"currency":"BRL"}},"channel":"pix",'
            f'"device_id":"d{self._number}"}}'
        )
        self._transport.write(
            f"{self._head}idempotency-key: {self._run:x}-{self._number}-{self._count}\r\n"
            f"content-length: {len(body)}\r\n\r\n{body}".encode()
        )
        self._sent_s = time.perf_counter()


async def _drive(load: Load) -> Sent:
    loop = asyncio.get_running_loop()
    sent = Sent()
    started_s, cpu_s = time.perf_counter(), time.process_time()
    ends: list[asyncio.Future[None]] = []
    for number in range(load.clients):
        done: asyncio.Future[None] = loop.create_future()
        ends.append(done)
        await loop.create_connection(lambda n=number, d=done: _Client(load, sent, n, d), load.host, load.port)  # type: ignore[misc]
    await asyncio.gather(*ends)
    sent.seconds, sent.cpu_s = time.perf_counter() - started_s, time.process_time() - cpu_s
    return sent


def drive(load: Load) -> Sent:
    """Send the load and return what came back."""
    return uvloop.run(_drive(load))
