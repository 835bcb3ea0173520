"""The server of the RPC door: uvicorn, with a short way past ASGI for the one request that comes thousands of times a second.

A `POST /score` needs no task, no channels and no scope of its own: its body is handed over when it is complete, its answer
written when it is decided. Whatever is not quite so plain (HTTP/1.0, a last request, one that expects a word before its body,
any other path) goes the usual way, and so does what a client sends behind a request without waiting for its answer.

Turning a request away goes the same way, and in an overload it is what the thread does most: what the usual way prepares for an
application, and its timer for each answer, are left out of it.
"""

import asyncio
import threading
import time
from http import HTTPStatus
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from contracts.transactions import MAX_MESSAGE_BYTES
from kit.settings import Http
from streams.scorer.rpc import SCORE, RpcDoor, TooLong, response_headers, turned_away

_START_TIMEOUT_S = 10.0
KEEP_ALIVE_S = 75
_SCORE = SCORE.encode()
_HEADS = {int(status): b"HTTP/1.1 %d %s\r\n" % (status, status.phrase.encode()) for status in HTTPStatus}


def short_way(door: RpcDoor) -> type[HttpToolsProtocol]:
    """Return uvicorn's protocol with the short way to a door."""

    class ShortWay(HttpToolsProtocol):
        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            self._body: list[bytes] | None = None  # of a request on the short way that is being read
            self._length = 0
            self._is_asked = False  # a request on the short way has no answer yet
            self._is_last = False
            self._answered_s = 0.0
            self._idle_timer: asyncio.TimerHandle | None = None

        def on_message_begin(self) -> None:
            self.url, self.headers, self.expect_100_continue = b"", [], False

        def on_headers_complete(self) -> None:
            if self._is_asked:  # sent without waiting for the answer: it is not read, and the connection ends after that answer
                self._is_last = True
            elif self.url == _SCORE and self._is_plain():
                self._body, self._length = [], 0
            else:
                self._go_the_usual_way()

        def _go_the_usual_way(self) -> None:
            url, headers, expects = self.url, self.headers, self.expect_100_continue
            super().on_message_begin()  # makes the application's scope, whose headers are these
            self.url, self.expect_100_continue = url, expects
            self.headers += headers
            super().on_headers_complete()

        def _is_plain(self) -> bool:
            parser = self.parser
            return (
                parser.get_method() == b"POST"
                and parser.get_http_version() == "1.1"
                and parser.should_keep_alive()
                and not parser.should_upgrade()
                and not self.expect_100_continue
                and (self.cycle is None or self.cycle.response_complete)
            )

        def on_body(self, body: bytes) -> None:
            if self._is_asked:
                return
            if self._body is None:
                super().on_body(body)
                return
            self._length += len(body)
            if self._length <= MAX_MESSAGE_BYTES:
                self._body.append(body)
            else:
                self._is_asked = self._is_last = True
                self._respond(*turned_away(TooLong(f"more than {MAX_MESSAGE_BYTES} bytes")))

        def on_message_complete(self) -> None:
            if self._is_asked:
                return
            if self._body is None:
                super().on_message_complete()
                return
            body, self._body, self._is_asked = b"".join(self._body), None, True
            door.ask(self.headers, body, self._respond)

        def _respond(self, status: int, body: bytes) -> None:
            self._is_asked, self._body = self._is_last, None  # after the last answer nothing more is listened to
            if self.transport.is_closing():
                return
            parts = [_HEADS[status]]
            for name, value in response_headers(status, body):
                parts += (name, b": ", value, b"\r\n")
            parts += (b"connection: close\r\n\r\n" if self._is_last else b"\r\n", body)
            self.transport.write(b"".join(parts))
            if self._is_last:
                self.transport.close()
            else:
                self.server_state.total_requests += 1
                self._answered()

        def on_response_complete(self) -> None:
            super().on_response_complete()
            self._answered()

        def _answered(self) -> None:
            """One timer a connection: it looks when the last answer was, and is not set anew by each."""
            self._answered_s = self.loop.time()
            if self._idle_timer is None:
                self._idle_timer = self.loop.call_later(self.timeout_keep_alive, self._end_if_idle)

        def _end_if_idle(self) -> None:
            is_busy = self._is_asked or self._body is not None or not (self.cycle is None or self.cycle.response_complete)
            left_s = self._answered_s + self.timeout_keep_alive - self.loop.time()
            if left_s <= 0 and not is_busy:
                self.transport.close()
            else:
                self._idle_timer = self.loop.call_later(left_s if left_s > 0 else self.timeout_keep_alive, self._end_if_idle)

        def connection_lost(self, exc: Exception | None) -> None:
            if self._idle_timer is not None:
                self._idle_timer.cancel()
            super().connection_lost(exc)

        def shutdown(self) -> None:
            if self._is_asked:
                self._is_last = True
            else:
                super().shutdown()

    return ShortWay


class RpcServer:
    """The door in a thread of its own, beside the Kafka door."""

    def __init__(self, door: RpcDoor, address: Http, *, keep_alive_s: int = KEEP_ALIVE_S) -> None:
        config = uvicorn.Config(
            door,  # type: ignore[arg-type]
            host=address.host,
            port=address.port,
            loop="uvloop",
            http=short_way(door),
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=keep_alive_s,
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
