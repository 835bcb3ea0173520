"""uvicorn's protocol, with a short way past ASGI for the requests that come thousands of times a second.

Such a request needs no channels and no scope of its own: it is handed over when its body is complete, its answer written when
it is there. Whatever is not quite so plain (HTTP/1.0, a last request, one that expects a word before its body, any other route)
goes the usual way. What a client sends behind a request on the short way without waiting for its answer is not read.

Turning a request away goes the same way, and in an overload it is what the thread does most: what the usual way prepares for an
application, and its timer for each answer, are left out of it.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

Headers = Iterable[tuple[bytes, bytes]]
Respond = Callable[[int, Headers, bytes], None]
_HEADS = {int(status): b"HTTP/1.1 %d %s\r\n" % (status, status.phrase.encode()) for status in HTTPStatus}


@dataclass(slots=True)
class Question:
    """A request on the short way. Header names are in lower case; `body` is None when it passed its bound."""

    method: bytes
    url: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes | None
    address: str


class Door(Protocol):
    """An ASGI application that answers some routes the short way."""

    @property
    def short_way(self) -> Mapping[tuple[bytes, bytes], int]:
        """The routes, (method, whole target of the request), and how many bytes a body may have."""
        ...

    def ask(self, question: Question, respond: Respond) -> "asyncio.Task[None] | None":
        """Call `respond` once, at once or later, with status, headers (no content-length) and body; return the work, if any."""
        ...


class ShortWay(HttpToolsProtocol):
    """The protocol of a server whose application is a `Door`."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        behind_proxies = isinstance(self.app, ProxyHeadersMiddleware)
        self._door: Door = self.app.app if behind_proxies else self.app  # type: ignore[union-attr, assignment]
        self._proxies: Any = self.app.trusted_hosts if behind_proxies else ()  # type: ignore[union-attr]
        self._body: list[bytes] | None = None  # of a request on the short way that is being read
        self._length = self._at_most = 0
        self._is_asked = False  # a request on the short way has no answer yet
        self._is_last = False
        self._answered_s = 0.0
        self._idle_timer: asyncio.TimerHandle | None = None

    def on_message_begin(self) -> None:
        """Begin without a scope: only the usual way needs one."""
        self.url, self.headers, self.expect_100_continue = b"", [], False

    def on_headers_complete(self) -> None:
        """Choose the way."""
        if self._is_asked:  # sent without waiting for the answer: it is not read, and the connection ends after that answer
            self._is_last = True
            return
        at_most = self._door.short_way.get((self.parser.get_method(), self.url))
        if at_most is not None and self._is_plain():
            self._body, self._length, self._at_most = [], 0, at_most
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
            parser.get_http_version() == "1.1"
            and parser.should_keep_alive()
            and not parser.should_upgrade()
            and not self.expect_100_continue
            and (self.cycle is None or self.cycle.response_complete)
        )

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body; one that is too long is not kept, and the connection ends after its answer."""
        if self._is_asked:
            return
        if self._body is None:
            super().on_body(body)
            return
        self._length += len(body)
        if self._length <= self._at_most:
            self._body.append(body)
        else:
            self._is_last = True
            self._ask(None)

    def on_message_complete(self) -> None:
        """Hand the request over."""
        if self._is_asked:
            return
        if self._body is None:
            super().on_message_complete()
            return
        self._ask(b"".join(self._body))

    def _ask(self, body: bytes | None) -> None:
        self._is_asked, self._body = True, None
        question = Question(self.parser.get_method(), self.url, self.headers, body, self._address())
        task = self._door.ask(question, self._respond)
        if task is not None:
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    def _address(self) -> str:
        """Return where the request comes from, as uvicorn has it in the scope: a trusted proxy's word for it included."""
        address = self.client[0] if self.client else ""
        if address in self._proxies:
            named = b", ".join([value for name, value in self.headers if name == b"x-forwarded-for"])
            if named:
                address = self._proxies.get_trusted_client_address(named.decode("latin-1"))[0] or address
        return address

    def _respond(self, status: int, headers: Headers, body: bytes) -> None:
        self._is_asked = self._is_last  # after the last answer nothing more is listened to
        if self.transport.is_closing():
            return
        parts = [_HEADS[status]]
        for more in (self.server_state.default_headers, headers):
            for name, value in more:
                parts += (name, b": ", value, b"\r\n")
        parts.append(b"content-length: %d\r\n" % len(body))
        parts += (b"connection: close\r\n\r\n" if self._is_last else b"\r\n", body)
        self.transport.write(b"".join(parts))
        if self._is_last:
            self.transport.close()
        else:
            self.server_state.total_requests += 1
            self._answered()

    def on_response_complete(self) -> None:
        """Note when an answer of the usual way was complete."""
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
        """Forget the timer."""
        if self._idle_timer is not None:
            self._idle_timer.cancel()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Answer what was asked before the connection ends."""
        if self._is_asked:
            self._is_last = True
        else:
            super().shutdown()
