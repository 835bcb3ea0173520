"""A writer that gathers: what arrives while the last batch commits becomes the next batch; there is no timer.

Each caller gets its own answer, and only after its batch is durable.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import ClassVar

import psycopg
from psycopg import AsyncConnection
from psycopg_pool import PoolTimeout

from contracts.topics import BANKING_TRANSACTIONS
from kit.clock import Clock
from kit.errors import Unavailable
from kit.log import get_logger
from kit.postgres import SharedConnection
from ledger.postings import PostingRequest, PostingResult, validate
from ledger.repository import post_batch_async

MAX_GATHERED_ROWS = 500
MAX_WAITING_ROWS = 10_000
GIVE_UP_AFTER_S = 10.0
FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 1.0

log = get_logger()


class WriterBusy(Unavailable):
    """More rows wait than a writer takes on; nothing of this request was sent."""

    code: ClassVar[str] = "ledger-busy"
    title: ClassVar[str] = "The ledger has more work than it can take on"


class OutcomeUnknown(Unavailable):
    """The database could not be reached to learn whether the posting committed; sending it again is safe and tells."""

    code: ClassVar[str] = "outcome-unknown"
    title: ClassVar[str] = "It is not known whether the posting took effect"
    remedy: ClassVar[str] = "Send the same transfer id again: it takes effect at most once and the answer tells."


@dataclass(slots=True)
class _Unit:
    """Rows that are one caller's: they stand together in a batch."""

    requests: list[PostingRequest]
    answer: asyncio.Future[list[PostingResult]]


class BatchingWriter:
    """Posts what its callers give it, in batches, over one connection.

    `async with BatchingWriter(shared, clock=clock) as writer: result = await writer.post(request)`. Closing finishes what
    waits. What gathers while others have their turns at the connection goes in the same batch.
    """

    def __init__(
        self,
        shared: SharedConnection,
        *,
        clock: Clock,
        max_batch_rows: int = MAX_GATHERED_ROWS,
        max_waiting_rows: int = MAX_WAITING_ROWS,
    ) -> None:
        self._shared = shared
        self._clock = clock
        self._max_batch_rows = max_batch_rows
        self._max_waiting_rows = max_waiting_rows
        self._waiting: deque[_Unit] = deque()
        self._waiting_rows = 0
        self._wake = asyncio.Event()
        self._closing = False
        self._task: asyncio.Task[None] | None = None
        self._next_group = 0
        self.batches = 0
        self.rows = 0

    async def __aenter__(self) -> "BatchingWriter":
        self.start()
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _problem: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def waiting_rows(self) -> int:
        """Rows that have been taken on and are not yet in a batch."""
        return self._waiting_rows

    def start(self) -> None:
        """Begin to post what gathers; the connection's pool must be open."""
        self._task = asyncio.create_task(self._run(), name="ledger-writer")

    async def close(self) -> None:
        """Take nothing more on, finish what waits, and stop."""
        self._closing = True
        self._wake.set()
        if self._task is not None:
            await self._task

    async def post(self, request: PostingRequest) -> PostingResult:
        """Post one row; returns once it is durable.

        After a lost connection the batch is sent again, so that a row which had committed answers `duplicate` with the status
        it ended with. Raises InvalidPosting and WriterBusy (nothing was sent), OutcomeUnknown.
        """
        [result] = await self._submit([request])
        return result

    async def post_linked(self, requests: Sequence[PostingRequest]) -> list[PostingResult]:
        """Post rows that take effect together or not at all. Raises as `post` does."""
        self._next_group = (self._next_group + 1) & 0x3FFF_FFFF
        return await self._submit([replace(request, group=self._next_group) for request in requests])

    async def _submit(self, requests: list[PostingRequest]) -> list[PostingResult]:
        validate(requests, now_ms=self._clock.now_ms())
        if self._closing or self._waiting_rows + len(requests) > self._max_waiting_rows:
            raise WriterBusy("the ledger takes nothing more on at this moment")
        unit = _Unit(requests, asyncio.get_running_loop().create_future())
        self._waiting.append(unit)
        self._waiting_rows += len(requests)
        self._wake.set()
        return await unit.answer

    async def _run(self) -> None:
        while self._waiting or not self._closing:
            if not self._waiting:
                self._wake.clear()
                await self._wake.wait()
                continue
            await self._settle([])

    def _gather(self) -> list[_Unit]:
        units: list[_Unit] = []
        rows = 0
        while self._waiting and (not units or rows + len(self._waiting[0].requests) <= self._max_batch_rows):
            unit = self._waiting.popleft()
            rows += len(unit.requests)
            units.append(unit)
        self._waiting_rows -= rows
        return units

    async def _settle(self, units: list[_Unit]) -> None:
        """Post `units`, or what has gathered by the time of our turn; answer every unit's caller, whatever happens."""
        try:
            await self._post_until_known(units)
        except psycopg.Error as problem:
            if len(units) <= 1:
                _fail(units, problem)
                return
            # One row spoils the statement: post each alone, so that only its own caller hears of it.
            log.error("ledger_batch_refused", rows=len(units), problem=str(problem))
            for unit in units:
                await self._settle([unit])
        except BaseException as problem:
            _fail(units or self._gather(), problem)
            if not isinstance(problem, Exception):
                raise

    async def _post_until_known(self, units: list[_Unit]) -> None:
        """Post `units`; after a lost connection send them again, which is safe, until it is known what became of them."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + GIVE_UP_AFTER_S
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                async with self._shared.turn() as connection:
                    units += () if units else self._gather()
                    requests = [request for unit in units for request in unit.requests]
                    results = await post_batch_async(connection, requests, now_ms=self._clock.now_ms())
            except (psycopg.OperationalError, PoolTimeout) as problem:
                if loop.time() + pause_s > deadline:
                    log.error("ledger_outcome_unknown", units=len(units), problem=str(problem))
                    raise OutcomeUnknown("the core database does not answer") from problem
                log.warning("ledger_connection_lost", units=len(units), problem=str(problem))
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
                continue
            self.batches += 1
            self.rows += len(requests)
            _answer(units, results)
            return


def _answer(units: Sequence[_Unit], results: Sequence[PostingResult]) -> None:
    position = 0
    for unit in units:
        if not unit.answer.done():
            unit.answer.set_result(list(results[position : position + len(unit.requests)]))
        position += len(unit.requests)


def _fail(units: Sequence[_Unit], problem: BaseException) -> None:
    for unit in units:
        if not unit.answer.done():
            unit.answer.set_exception(problem)


async def post_one(
    connection: AsyncConnection, request: PostingRequest, *, now_ms: int, topic: str = BANKING_TRANSACTIONS
) -> PostingResult:
    """Post one row in the connection's transaction, for callers that write other rows with it."""
    [result] = await post_batch_async(connection, [request], now_ms=now_ms, topic=topic)
    return result
