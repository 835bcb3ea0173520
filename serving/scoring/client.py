"""Asks the scorer before money moves. While one request is under way, what arrives gathers for the next: no timer."""

import asyncio
from collections import deque
from typing import Any

import msgspec

from contracts.decisions import Answer
from kit.settings import Scorer
from serving.scoring.http import KeepAliveConnection

MAX_BATCH = 256
MAX_WAITING = 4_096
STAY_AWAY_S = 0.25


class ScorerAway(Exception):
    """No decision came in time. `asked` says whether the scorer may have seen the transaction."""

    def __init__(self, reason: str, *, asked: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.asked = asked


class ScorerRefused(Exception):
    """The scorer cannot use the transaction, and says why."""

    def __init__(self, refusal: str, detail: str) -> None:
        super().__init__(f"{refusal}: {detail}")
        self.refusal = refusal
        self.detail = detail


class _Row(msgspec.Struct):
    answer: Answer | None = None
    refusal: str | None = None
    detail: str | None = None


class _Supposed(msgspec.Struct):
    answer: Answer


_decode_row = msgspec.json.Decoder(_Row).decode
_decode_supposed = msgspec.json.Decoder(_Supposed).decode
_decode_rows = msgspec.json.Decoder(list[_Row]).decode


class _Waiting:
    __slots__ = ("future", "payload", "sent")

    def __init__(self, payload: bytes, future: asyncio.Future[Answer]) -> None:
        self.payload = payload
        self.future = future
        self.sent = False


class ScorerClient:
    """One worker's way to the scorer. `start` before the first question, `close` at the end."""

    def __init__(self, scorer: Scorer) -> None:
        self._deadline_s = scorer.deadline_ms / 1000
        self._patience = {"x-deadline-ms": str(scorer.deadline_ms)}
        self._connection = KeepAliveConnection(scorer.rpc.host, scorer.rpc.port)
        self._what_if = KeepAliveConnection(scorer.rpc.host, scorer.rpc.port)
        self._what_if_turn = asyncio.Lock()
        self._waiting: deque[_Waiting] = deque()
        self._wake = asyncio.Event()
        self._away_until_s = 0.0
        self._away_reason = ""
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to send what gathers."""
        self._task = asyncio.create_task(self._run(), name="scorer-client")

    async def close(self) -> None:
        """Stop; whoever still waits is told that the scorer is away."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._fail(list(self._waiting), "closing", asked=False)
        self._connection.close()
        self._what_if.close()

    async def score(self, transaction: bytes) -> Answer:
        """Return the decision about a transaction's JSON.

        Raises ScorerAway after the deadline or at once while it is known to be away; ScorerRefused.
        """
        loop = asyncio.get_running_loop()
        if loop.time() < self._away_until_s:
            raise ScorerAway(self._away_reason, asked=False)
        if len(self._waiting) >= MAX_WAITING:
            raise ScorerAway("too many are waiting", asked=False)
        waiting = _Waiting(transaction, loop.create_future())
        self._waiting.append(waiting)
        self._wake.set()
        deadline = loop.call_later(self._deadline_s, self._expire, waiting)
        try:
            return await waiting.future
        finally:
            deadline.cancel()

    async def suppose(self, transaction: bytes) -> Answer:
        """Return what `score` would decide now, and leave nothing behind. Raises ScorerAway, ScorerRefused."""
        status, body = await self.what_if(transaction)
        try:
            if status == 200:
                return _decode_supposed(body).answer
            if status == 422:
                refused = _decode_row(body)
                raise ScorerRefused(refused.refusal or "malformed", refused.detail or "the scorer gave no reason")
        except msgspec.DecodeError as unreadable:
            raise ScorerAway("unreadable", asked=False) from unreadable
        raise ScorerAway("not-ready" if status == 503 else f"status-{status}", asked=False)

    async def what_if(self, body: bytes) -> tuple[int, bytes]:
        """Pass a what-if question on and return (status, body). Raises ScorerAway."""
        try:
            async with asyncio.timeout(self._deadline_s * 10), self._what_if_turn:
                return await self._what_if.post("/what-if", body)
        except (OSError, EOFError, TimeoutError, ValueError) as problem:
            raise ScorerAway(type(problem).__name__, asked=False) from problem

    def _expire(self, waiting: _Waiting) -> None:
        if not waiting.future.done():
            waiting.future.set_exception(ScorerAway("late", asked=waiting.sent))

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(MAX_BATCH, len(self._waiting)))]
                batch = [waiting for waiting in batch if not waiting.future.done()]
                if batch:
                    await self._ask(batch)

    async def _ask(self, batch: list[_Waiting]) -> None:
        """Ask about a batch; once more when a connection kept from before breaks (the scorer applies each id once).

        A batch that was sent on a connection that broke may have been decided, whatever the second try comes to.
        """
        for waiting in batch:
            waiting.sent = True
        body = b"[" + b",".join([waiting.payload for waiting in batch]) + b"]"
        kept, broke = self._connection.open, False
        try:
            async with asyncio.timeout(self._deadline_s):
                try:
                    status, content = await self._connection.post("/score/batch", body, headers=self._patience)
                except (ConnectionResetError, BrokenPipeError, EOFError):
                    if not kept:
                        raise
                    broke = True
                    status, content = await self._connection.post("/score/batch", body, headers=self._patience)
            rows: list[_Row] = _decode_rows(content) if status == 200 else []
        except ConnectionRefusedError:
            self._stay_away(batch, "refused", asked=broke)
            return
        except (OSError, EOFError, TimeoutError, ValueError) as problem:
            self._stay_away(batch, "late" if isinstance(problem, TimeoutError) else type(problem).__name__, asked=True)
            return
        if status == 503:
            self._stay_away(batch, "not-ready", asked=broke)
        elif len(rows) != len(batch):
            self._stay_away(batch, f"status-{status}", asked=True)
        else:
            for waiting, row in zip(batch, rows, strict=True):
                _resolve(waiting.future, row)

    def _stay_away(self, batch: list[_Waiting], reason: str, *, asked: bool) -> None:
        """Answer these, and for a moment everybody, without asking again: waiting out each deadline would help nobody."""
        self._away_until_s = asyncio.get_running_loop().time() + STAY_AWAY_S
        self._away_reason = reason
        self._fail(batch, reason, asked=asked)

    @staticmethod
    def _fail(batch: list[_Waiting], reason: str, *, asked: bool) -> None:
        for waiting in batch:
            if not waiting.future.done():
                waiting.future.set_exception(ScorerAway(reason, asked=asked))


def _resolve(future: asyncio.Future[Any], row: _Row) -> None:
    if future.done():
        return
    if row.answer is not None:
        future.set_result(row.answer)
    else:
        future.set_exception(ScorerRefused(row.refusal or "malformed", row.detail or "the scorer gave no reason"))
