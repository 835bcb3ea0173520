"""What the agent does with a batch: decode it, refuse what cannot be read, hand the rest to `cases`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec
import psycopg
from prometheus_client import Counter
from psycopg_pool import AsyncConnectionPool

from cases.service import Headers, Recorded, record_flagged
from contracts.decisions import FlaggedDecision
from contracts.topics import FLAGGED, topics
from contracts.transactions import UNREADABLE
from kit.clock import Clock
from streams.refusals import Refusals

MALFORMED = "malformed"
_PASSED_ON = topics()[FLAGGED].headers
_decoder = msgspec.json.Decoder(FlaggedDecision)
_recorded = Counter("baas_alert_decisions_total", "Flagged decisions by what became of them", ["became"])


class FaustMessage(Protocol):
    """What the recorder reads of Faust's message."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Any


@dataclass(frozen=True, slots=True)
class _Refusable:
    """Faust's message with the methods that a refusal reads."""

    message: FaustMessage

    def topic(self) -> str:
        return self.message.topic

    def partition(self) -> int:
        return self.message.partition

    def offset(self) -> int:
        return self.message.offset

    def key(self) -> bytes | None:
        return self.message.key

    def value(self) -> bytes | None:
        return self.message.value


def refusable(message: FaustMessage) -> _Refusable:
    """Return the message as `Refusals` takes it."""
    return _Refusable(message)


class Recorder:
    """Turns a topic's flagged decisions into alerts; `done` counts the messages that need nothing more."""

    def __init__(self, pool: AsyncConnectionPool, refusals: Refusals, clock: Clock, *, topic: str = FLAGGED) -> None:
        self._topic = topic
        self._pool = pool
        self._refusals = refusals
        self._clock = clock
        self.done = 0

    async def record(self, messages: Sequence[FaustMessage]) -> None:
        """Return when every message is in an alert or in the dlq, for good. Raises when the database or the broker is away."""
        readable: list[tuple[FaustMessage, FlaggedDecision]] = []
        for message in messages:
            try:
                readable.append((message, _decoder.decode(message.value or b"")))
            except UNREADABLE as problem:
                self._refuse(message, problem)
        if readable:
            await self._write(readable)
        self._refusals.settle()
        self.done += len(messages)

    async def _write(self, readable: list[tuple[FaustMessage, FlaggedDecision]]) -> None:
        """Write a batch; one that PostgreSQL refuses is written one by one, so that only its cause is refused."""
        flagged = [decision for _, decision in readable]
        headers = [_passed_on(message) for message, _ in readable]
        try:
            async with self._pool.connection() as connection:
                _count(await record_flagged(connection, flagged, clock=self._clock, headers=headers))
        except (psycopg.DataError, psycopg.IntegrityError) as problem:
            if len(readable) == 1:
                self._refuse(readable[0][0], problem)
                return
            for each in readable:
                await self._write([each])

    def _refuse(self, message: FaustMessage, problem: Exception) -> None:
        self._refusals.refuse(_Refusable(message), topic=self._topic, reason=MALFORMED, detail=str(problem))


def _passed_on(message: FaustMessage) -> Headers:
    pairs = message.headers.items() if isinstance(message.headers, dict) else message.headers or ()
    return {name: value.decode(errors="replace") for name, value in pairs if name in _PASSED_ON and value is not None}


def _count(recorded: Recorded) -> None:
    _recorded.labels("opened").inc(recorded.opened)
    _recorded.labels("grew").inc(recorded.grew)
    _recorded.labels("known").inc(recorded.known)
