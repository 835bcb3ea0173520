"""The RPC door: bare ASGI, for decisions before money moves. Requests that wait together are decided together."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import msgspec
import uvicorn

from contracts.transactions import MAX_MESSAGE_BYTES, UNREADABLE, Refusal, RefusedMessage
from kit.kafka import Headers
from kit.process import Lifecycle
from kit.settings import Http
from streams.scorer.desk import PASSED_ON, Desk, Reply

MAX_WAITING = 4_096
MAX_BATCH_ITEMS = 1_024
_START_TIMEOUT_S = 10.0
_HEADER_NAMES = {name.replace("_", "-").encode(): name for name in PASSED_ON}

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
_items_decoder = msgspec.json.Decoder(list[msgspec.Raw])


class TooLong(Exception):
    """The body passed its bound."""


class RpcDoor:
    """An ASGI application over a desk."""

    def __init__(self, desk: Desk, lifecycle: Lifecycle) -> None:
        self._desk = desk
        self._lifecycle = lifecycle
        self._waiting: list[tuple[bytes, Headers, float, asyncio.Future[Reply]]] = []

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        path, method = scope["path"], scope["method"]
        try:
            if method != "POST" or path not in ("/score", "/score/batch", "/what-if"):
                await _answer(send, 404, _problem("not-found", f"{method} {path}"))
            elif path == "/score":
                await self._score(scope, receive, send)
            elif path == "/score/batch":
                await self._score_batch(scope, receive, send)
            else:
                await self._what_if(receive, send)
        except TooLong as problem:
            await _answer(send, 422, _problem(Refusal.OVERSIZED, str(problem)))

    @property
    def _obstacle(self) -> str | None:
        broken = None if self._desk.failure is None else "the engine failed"
        return broken or self._lifecycle.obstacle or self._desk.engine.obstacle

    async def _score(self, scope: Message, receive: Receive, send: Send) -> None:
        arrived_s = time.perf_counter()
        body = await _body(receive, at_most=MAX_MESSAGE_BYTES)
        if (obstacle := self._obstacle) is not None or len(self._waiting) >= MAX_WAITING:
            await _answer(send, 503, _problem("not-ready", obstacle or "too many requests wait"))
            return
        loop = asyncio.get_running_loop()
        decided: asyncio.Future[Reply] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._decide_waiting)
        self._waiting.append((body, _passed_headers(scope), arrived_s, decided))
        reply = await decided
        if reply.refusal is None:
            await _answer(send, 200, reply.answer)
        else:
            await _answer(send, _status(reply.refusal), _problem(reply.refusal.refusal, reply.refusal.detail))

    def _decide_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        try:
            replies = self._desk.decide_requests(
                [body for body, _, _, _ in waiting], headers=[headers for _, headers, _, _ in waiting], arrived_s=waiting[0][2]
            )
        except Exception as problem:
            for _, _, _, decided in waiting:
                if not decided.cancelled():
                    decided.set_exception(problem)
            raise
        for (_, _, _, decided), reply in zip(waiting, replies, strict=True):
            if not decided.cancelled():
                decided.set_result(reply)

    async def _score_batch(self, scope: Message, receive: Receive, send: Send) -> None:
        arrived_s = time.perf_counter()
        body = await _body(receive, at_most=MAX_BATCH_ITEMS * MAX_MESSAGE_BYTES)
        if (obstacle := self._obstacle) is not None:
            await _answer(send, 503, _problem("not-ready", obstacle))
            return
        try:
            items = [bytes(item) for item in _items_decoder.decode(body)]
        except UNREADABLE as problem:
            await _answer(send, 422, _problem(Refusal.MALFORMED, str(problem)))
            return
        if len(items) > MAX_BATCH_ITEMS:
            await _answer(send, 422, _problem(Refusal.OVERSIZED, f"{len(items)} items; at most {MAX_BATCH_ITEMS} are taken"))
            return
        headers = _passed_headers(scope)
        replies = self._desk.decide_requests(items, headers=[headers] * len(items), arrived_s=arrived_s) if items else []
        await _answer(send, 200, b"[" + b",".join(_item(reply) for reply in replies) + b"]")

    async def _what_if(self, receive: Receive, send: Send) -> None:
        body = await _body(receive, at_most=MAX_MESSAGE_BYTES)
        if (obstacle := self._lifecycle.obstacle) is not None:
            await _answer(send, 503, _problem("not-ready", obstacle))
            return
        try:
            hypothesis = self._desk.what_if(body)
        except RefusedMessage as refusal:
            await _answer(send, 422, _problem(refusal.refusal, refusal.detail))
            return
        await _answer(send, 200, msgspec.json.encode(hypothesis))


def _item(reply: Reply) -> bytes:
    if reply.refusal is None:
        return b'{"answer":' + reply.answer + b"}"
    return _problem(reply.refusal.refusal, reply.refusal.detail)


def _status(refusal: RefusedMessage) -> int:
    return 409 if refusal.refusal is Refusal.ALTERED_DUPLICATE else 422


def _problem(word: str, detail: str) -> bytes:
    return msgspec.json.encode({"refusal": word, "detail": detail})


def _passed_headers(scope: Message) -> Headers:
    return [(_HEADER_NAMES[name], value) for name, value in scope["headers"] if name in _HEADER_NAMES]


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
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    if status == 503:
        headers.append((b"retry-after", b"1"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class RpcServer:
    """The door in a thread of its own, beside the Kafka door."""

    def __init__(self, door: RpcDoor, address: Http) -> None:
        config = uvicorn.Config(
            door,  # type: ignore[arg-type]
            host=address.host,
            port=address.port,
            loop="uvloop",
            http="httptools",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=75,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, name="rpc", daemon=True)

    def start(self) -> None:
        """Return once requests are taken. Raises RuntimeError when the port is not free."""
        self._thread.start()
        deadline = time.monotonic() + _START_TIMEOUT_S
        while not self._server.started:
            if time.monotonic() > deadline or not self._thread.is_alive():
                raise RuntimeError("the RPC door did not open")
            time.sleep(0.01)

    def stop(self) -> None:
        """Answer what came, and take nothing more."""
        self._server.should_exit = True
        self._thread.join(_START_TIMEOUT_S)
