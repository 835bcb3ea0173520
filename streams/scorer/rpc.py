"""The RPC door: bare ASGI, for decisions before money moves. Requests that wait together are decided together.

`POST /score` takes a transaction, `POST /score/batch` a JSON array of them, `POST /what-if` one that changes nothing. A caller
may say how long it still waits (`x-deadline-ms`). Whoever would wait too long is turned away undecided: 503, `Retry-After`.
"""

import asyncio
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from contracts.transactions import MAX_MESSAGE_BYTES, UNREADABLE, Refusal, RefusedMessage
from kit.kafka import Headers
from kit.process import Lifecycle
from kit.short_way import Question, Respond
from streams.scorer import metrics
from streams.scorer.admission import Admission, Shed, deadline_ms_of
from streams.scorer.desk import PASSED_ON, Desk, Reply
from streams.scorer.lanes import SLICE_EVENTS

SCORE = "/score"
MAX_BATCH_ITEMS = 1_024
_HEADER_NAMES = {name.replace("_", "-").encode(): name for name in PASSED_ON}
_DEADLINE_HEADER = b"x-deadline-ms"
_HEADERS = ((b"content-type", b"application/json"),)
_HEADERS_BUSY = (*_HEADERS, (b"retry-after", b"1"))

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
_shed_full = metrics.shed.labels(Shed.FULL)
_items_decoder = msgspec.json.Decoder(list[msgspec.Raw])


class TooLong(Exception):
    """The body passed its bound."""


class Unready(Exception):
    """Nothing is decided here now."""


_TURNED_AWAY = (TooLong, RefusedMessage, Unready, *UNREADABLE)


@dataclass(slots=True)
class _Waiting:
    """One question that was let in. `decided` gets its replies, or None when its deadline passed first."""

    items: Sequence[bytes]
    headers: Headers
    arrived_s: float
    until_s: float
    decided: "asyncio.Future[list[Reply] | None]"


class RpcDoor:
    """An ASGI application over a desk. What comes thousands of times a second takes the short way (`kit.short_way`)."""

    short_way = {(b"POST", SCORE.encode()): MAX_MESSAGE_BYTES}  # noqa: RUF012 (never changed)

    def __init__(self, desk: Desk, lifecycle: Lifecycle) -> None:
        self._desk = desk
        self._lifecycle = lifecycle
        self._admission = Admission()
        self._waiting: deque[_Waiting] = deque()
        self._worked_s: float | None = None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        path, method = scope["path"], scope["method"]
        try:
            if method != "POST" or path not in (SCORE, "/score/batch", "/what-if"):
                await _answer(send, 404, _problem("not-found", f"{method} {path}"))
            elif path == SCORE:
                await self._score(scope, receive, send)
            elif path == "/score/batch":
                await self._score_batch(scope, receive, send)
            else:
                await self._what_if(receive, send)
        except _TURNED_AWAY as problem:
            await _answer(send, *_turned_away(problem))

    def ask(self, question: Question, respond: Respond) -> None:
        """One `POST /score` without a task of its own: `respond` is called once, at once or when it is decided."""
        arrived_s = time.perf_counter()

        def answer(status: int, body: bytes) -> None:
            respond(status, _HEADERS_BUSY if status == 503 else _HEADERS, body)

        try:
            if question.body is None:
                raise TooLong(f"more than {MAX_MESSAGE_BYTES} bytes")
            passed, deadline_ms = _read_headers(question.headers)
            self._admit(1, deadline_ms=deadline_ms)
        except _TURNED_AWAY as problem:
            answer(*_turned_away(problem))
            return
        waiting = self._enter((question.body,), passed, arrived_s=arrived_s, deadline_ms=deadline_ms)

        def tell(_: object) -> None:
            try:
                (reply,) = self._leave(waiting, deadline_ms=deadline_ms)
            except Unready as problem:
                answer(*_turned_away(problem))
            except Exception:
                # The engine broke: `_take_turn` raised it to the loop, which logs it, and the process ends.
                answer(500, _problem("not-ready", "the engine failed"))
            else:
                answered = reply.refusal is None
                answer(*((200, reply.answer) if answered else _turned_away(reply.refusal)))

        waiting.decided.add_done_callback(tell)

    @property
    def _obstacle(self) -> str | None:
        broken = None if self._desk.failure is None else "the engine failed"
        return broken or self._lifecycle.obstacle or self._desk.engine.obstacle

    async def _score(self, scope: Message, receive: Receive, send: Send) -> None:
        arrived_s = time.perf_counter()
        headers, deadline_ms = _read_headers(scope["headers"])
        self._admit(1, deadline_ms=deadline_ms)  # before the body is read: turning away must cost little
        body = await _body(receive, at_most=MAX_MESSAGE_BYTES)
        (reply,) = await self._decide((body,), headers, arrived_s=arrived_s, deadline_ms=deadline_ms)
        if reply.refusal is not None:
            raise reply.refusal
        await _answer(send, 200, reply.answer)

    async def _score_batch(self, scope: Message, receive: Receive, send: Send) -> None:
        """Decide slice by slice, so that nobody waits behind a whole batch; what has begun is decided to its end."""
        arrived_s = time.perf_counter()
        body = await _body(receive, at_most=MAX_BATCH_ITEMS * MAX_MESSAGE_BYTES)
        headers, deadline_ms = _read_headers(scope["headers"])
        items = [bytes(item) for item in _items_decoder.decode(body)]
        if len(items) > MAX_BATCH_ITEMS:
            raise RefusedMessage(Refusal.OVERSIZED, f"{len(items)} items; at most {MAX_BATCH_ITEMS} are taken")
        self._admit(len(items), deadline_ms=deadline_ms)
        replies: list[Reply] = []
        for begin in range(0, len(items), SLICE_EVENTS):
            part = items[begin : begin + SLICE_EVENTS]
            patience_ms = None if begin else deadline_ms
            replies += await self._decide(part, headers, arrived_s=arrived_s, deadline_ms=patience_ms)
        await _answer(send, 200, b"[" + b",".join(_item(reply) for reply in replies) + b"]")

    def _admit(self, count: int, *, deadline_ms: int) -> None:
        """Raise Unready where nothing is decided now, or not soon enough for this one."""
        if (obstacle := self._obstacle) is not None:
            raise Unready(obstacle)
        if not self._admission.admits(count, deadline_ms=deadline_ms):
            self._admission.turned_away()
            _shed_full.inc(count)
            raise Unready(f"{self._admission.inside} decisions wait: this one would come too late")

    async def _decide(
        self, items: Sequence[bytes], headers: Headers, *, arrived_s: float, deadline_ms: int | None
    ) -> list[Reply]:
        """Wait for a turn and return a reply for each item. Raises Unready after the deadline: then nothing was decided."""
        waiting = self._enter(items, headers, arrived_s=arrived_s, deadline_ms=deadline_ms)
        try:
            await asyncio.wait((waiting.decided,))
        except asyncio.CancelledError:
            waiting.decided.cancel()
            self._admission.leave(len(items))
            raise
        return self._leave(waiting, deadline_ms=deadline_ms)

    def _enter(self, items: Sequence[bytes], headers: Headers, *, arrived_s: float, deadline_ms: int | None) -> _Waiting:
        """Let items in; `_leave` must follow once they are decided."""
        until_s = math.inf if deadline_ms is None else arrived_s + deadline_ms / 1_000
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self._take_turn)
        waiting = _Waiting(items, headers, arrived_s, until_s, loop.create_future())
        self._waiting.append(waiting)
        self._admission.enter(len(items))
        return waiting

    def _leave(self, waiting: _Waiting, *, deadline_ms: int | None) -> list[Reply]:
        """The replies. Raises Unready when the deadline passed first, and what broke the engine."""
        self._admission.leave(len(waiting.items))
        replies = waiting.decided.result()
        if replies is None:
            metrics.shed.labels(Shed.LATE).inc(len(waiting.items))
            raise Unready(f"{deadline_ms} ms passed before its turn: nothing was decided")
        return replies

    def _take_turn(self) -> None:
        """Decide what waits, as far as one slice goes; the rest has its turn after what came meanwhile was read."""
        # What this thread did since its last turn, without its idleness.
        between_s = 0.0 if self._worked_s is None else time.thread_time() - self._worked_s
        begun_s = time.perf_counter()
        turn = self._next_slice(begun_s)
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._take_turn)
        if not turn:
            return
        try:
            replies = self._desk.decide_requests(
                [item for waiting in turn for item in waiting.items],
                headers=[waiting.headers for waiting in turn for _ in waiting.items],
                arrived_s=turn[0].arrived_s,
            )
        except Exception as problem:
            for waiting in turn:
                if not waiting.decided.cancelled():
                    waiting.decided.set_exception(problem)
            raise
        self._admission.measured(len(replies), seconds=time.perf_counter() - begun_s, between_s=between_s)
        self._worked_s = time.thread_time()
        begin = 0
        for waiting in turn:
            end = begin + len(waiting.items)
            if not waiting.decided.cancelled():
                waiting.decided.set_result(replies[begin:end])
            begin = end

    def _next_slice(self, now_s: float) -> list[_Waiting]:
        """Take the first questions that fit a slice, one at least; those whose callers are gone are told, not decided."""
        turn: list[_Waiting] = []
        count = 0
        while self._waiting and (not turn or count + len(self._waiting[0].items) <= SLICE_EVENTS):
            waiting = self._waiting.popleft()
            if waiting.until_s < now_s and not waiting.decided.done():
                waiting.decided.set_result(None)
            elif not waiting.decided.cancelled():
                turn.append(waiting)
                count += len(waiting.items)
        return turn

    async def _what_if(self, receive: Receive, send: Send) -> None:
        body = await _body(receive, at_most=MAX_MESSAGE_BYTES)
        if (obstacle := self._lifecycle.obstacle) is not None:
            raise Unready(obstacle)
        await _answer(send, 200, msgspec.json.encode(self._desk.what_if(body)))


def _item(reply: Reply) -> bytes:
    if reply.refusal is None:
        return b'{"answer":' + reply.answer + b"}"
    return _problem(reply.refusal.refusal, reply.refusal.detail)


def _status(refusal: RefusedMessage) -> int:
    return 409 if refusal.refusal is Refusal.ALTERED_DUPLICATE else 422


def _turned_away(problem: Exception | None) -> tuple[int, bytes]:
    """Status and body for one of `_TURNED_AWAY`."""
    if isinstance(problem, RefusedMessage):
        return _status(problem), _problem(problem.refusal, problem.detail)
    if isinstance(problem, Unready):
        return 503, _problem("not-ready", str(problem))
    return 422, _problem(Refusal.OVERSIZED if isinstance(problem, TooLong) else Refusal.MALFORMED, str(problem))


def _problem(word: str, detail: str) -> bytes:
    return msgspec.json.encode({"refusal": word, "detail": detail})


def _read_headers(headers: Iterable[tuple[bytes, bytes]]) -> tuple[Headers, int]:
    """What is passed on to the log, and how long the caller still waits, in milliseconds. Raises RefusedMessage."""
    passed: Headers = []
    deadline = None
    for name, value in headers:
        if name in _HEADER_NAMES:
            passed.append((_HEADER_NAMES[name], value))
        elif name == _DEADLINE_HEADER:
            deadline = value
    return passed, deadline_ms_of(deadline)


async def _body(receive: Receive, *, at_most: int) -> bytes:
    parts: list[bytes] = []
    length = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        parts.append(message.get("body", b""))
        length += len(parts[-1])
        if length > at_most:
            raise TooLong(f"more than {at_most} bytes")
        if not message.get("more_body"):
            return parts[0] if len(parts) == 1 else b"".join(parts)


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [*(_HEADERS_BUSY if status == 503 else _HEADERS), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
