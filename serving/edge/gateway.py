"""The gateway: one plain ASGI layer in front of the application, so that the hot path pays for it once.

In order: trace ids, rate limit of the address, body size, who is asking, CSRF, roles, rate limit of the caller; then the
application, on trial when the caller only wants to know what would happen; then security headers, metrics, the log line and,
for a refused write, its audit row.

A route that comes thousands of times a second has a handler here as well (`kit.short_way`): admitted, answered, counted and
audited like any other, it goes past ASGI, the application's middleware, its router and its dependencies.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kit.log import get_logger
from kit.short_way import Question, Respond
from kit.trial import Trial, forget, running
from serving.edge import dry_run, errors, metrics
from serving.edge.access import AccessTable, Rule
from serving.edge.addresses import connected_from
from serving.edge.authentication import Authenticator
from serving.edge.correlation import Trace, trace_from
from serving.edge.exchange import Asked, Reply, refusal
from serving.edge.headers import NO_STORE, SECURITY_HEADERS
from serving.edge.limits import Limits, RateLimiter
from serving.edge.principals import Principal, Scheme
from serving.edge.problems import told

_WANTED = frozenset(
    {
        b"authorization", b"x-api-key", b"cookie", b"x-csrf-token", b"x-correlation-id", b"traceparent", b"content-length",
        b"idempotency-key",
    }
)  # fmt: skip
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
MAX_COUNTED = 4_096
AuditRefusal = Callable[..., Awaitable[None]]
Handler = Callable[[Asked], Awaitable[Reply]]
# Labels are looked up under a lock and by their texts; what they name is the same each time.
_requests = lru_cache(MAX_COUNTED)(metrics.REQUESTS.labels)
_latency = lru_cache(MAX_COUNTED)(metrics.LATENCY.labels)


@dataclass(slots=True)
class _Exchange:
    """One request on its way through."""

    method: str
    path: str
    address: str
    rule: Rule | None
    headers: dict[bytes, bytes]
    trace: Trace
    started_s: float
    principal: Principal | None = None
    status: int = 0
    on_trial: bool = False
    ended: bool = False
    problem_code: str | None = None


def _worth_a_row(exchange: _Exchange) -> bool:
    """Whether a write was refused. One over its rate is not stored: a flood must not become as many rows; nor is a dry run."""
    refused = exchange.status >= HTTPStatus.BAD_REQUEST and exchange.status != HTTPStatus.TOO_MANY_REQUESTS
    return refused and not exchange.on_trial and exchange.rule is not None and exchange.rule.writes


class Gateway:
    """Wraps the application. `attach` gives it what only exists once the application has started."""

    def __init__(
        self, app: ASGIApp, *, access: AccessTable, limits: Limits, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._app = app
        self._access = access
        self._limits = limits
        self._limiter = RateLimiter(limits, clock_s=clock_s)
        self._authenticator: Authenticator
        self._audit_refusal: AuditRefusal
        self._handlers: dict[tuple[bytes, bytes], Handler] = {}
        self.short_way: dict[tuple[bytes, bytes], int] = {}
        self._log = get_logger()

    def attach(
        self, *, authenticator: Authenticator, audit_refusal: AuditRefusal, handlers: Mapping[tuple[str, str], Handler]
    ) -> None:
        """Take who authenticates, what stores the audit row of a write that was refused, and the routes on the short way.

        Those are by method and path, and no rule leaves them open to everybody.
        """
        self._authenticator = authenticator
        self._audit_refusal = audit_refusal
        self._handlers = {(method.encode(), path.encode()): handler for (method, path), handler in handlers.items()}
        self.short_way = dict.fromkeys(self._handlers, self._limits.max_body_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; lifespan passes through, and there are no websockets."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = self._begin(scope["method"], scope["path"], connected_from(scope), scope["headers"])
        state = scope.setdefault("state", {})
        state["correlation_id"] = exchange.trace.correlation_id
        state["traceparent"] = exchange.trace.traceparent
        try:
            await self._serve(exchange, scope, receive, send)
        finally:
            self._measure(exchange)
            structlog.contextvars.unbind_contextvars("correlation_id")

    def ask(self, question: Question, respond: Respond) -> "asyncio.Task[None]":
        """Handle one request on the short way."""
        return asyncio.get_running_loop().create_task(self._serve_shortly(question, respond))

    async def _serve_shortly(self, question: Question, respond: Respond) -> None:
        method, path = question.method.decode(), question.url.decode()
        exchange = self._begin(method, path, question.address, question.headers)
        try:
            try:
                if question.body is None:
                    raise self._too_large(exchange.rule)
                await self._admit(exchange)
                assert exchange.principal is not None  # noqa: S101 (no route on the short way is public)
                asked = Asked(path, exchange.principal, exchange.headers, question.body, question.address, exchange.trace)
                reply = await self._handlers[question.method, question.url](asked)
            except Exception as error:
                reply = self._refusal(exchange, error)
            exchange.status, exchange.problem_code = reply.status, reply.problem_code
            respond(reply.status, (*reply.headers, *_ids(exchange.trace), *SECURITY_HEADERS, NO_STORE), reply.body)
            await self._audit_refused(exchange)
        finally:
            self._measure(exchange)

    def _begin(self, method: str, path: str, address: str, headers: list[tuple[bytes, bytes]]) -> _Exchange:
        # The server may begin a request in the task of the one before it (pipelining), or read on in its context after a long
        # body (asyncio, cpython#140947): a write behind a dry run would be undone with it.
        forget()
        wanted = {name: value for name, value in headers if name in _WANTED}
        trace = trace_from(wanted.get(b"x-correlation-id"), wanted.get(b"traceparent"))
        structlog.contextvars.bind_contextvars(correlation_id=trace.correlation_id)
        rule = self._access.rule_for(method, path)
        return _Exchange(method, path, address, rule, wanted, trace, time.perf_counter())

    async def _serve(self, exchange: _Exchange, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self._answering(exchange, send)
        try:
            await self._admit(exchange)
            if exchange.principal is not None:
                scope["state"]["principal"] = exchange.principal
            exchange.on_trial = dry_run.wanted(exchange.rule, scope["query_string"])
            if exchange.on_trial and exchange.principal is not None:
                self._limiter.admit_dry_run(exchange.principal)
            serve = self._try_out if exchange.on_trial else self._app
            await serve(scope, self._bounded(receive, exchange.rule), answer)
        except Exception as error:
            reply = self._refusal(exchange, error)
            if not exchange.status:
                await _send(reply, answer)
                exchange.problem_code = reply.problem_code
            elif not exchange.ended:
                raise  # half an answer has left: only closing the connection tells
        exchange.problem_code = exchange.problem_code or scope["state"].get("problem_code")
        await self._audit_refused(exchange)

    def _refusal(self, exchange: _Exchange, error: Exception) -> Reply:
        """Return what the caller is told of an error; a defect of ours is logged."""
        known = told(error)
        if isinstance(known, errors.InternalError):
            self._log.error("request failed", path=exchange.path, exc_info=error)
        return refusal(known, path=exchange.path, correlation_id=exchange.trace.correlation_id)

    async def _audit_refused(self, exchange: _Exchange) -> None:
        if exchange.principal is not None and exchange.rule is not None and _worth_a_row(exchange):
            await self._audit(exchange.principal, exchange.rule, exchange)

    async def _try_out(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the application do the work and undo it; the answer leaves once nothing is left of it, no lock either."""
        trial = Trial()

        async def answer(message: Message) -> None:
            await trial.undo()
            await send(message)

        try:
            with running(trial):
                await self._app(scope, receive, answer)
        finally:
            await trial.end()

    async def _audit(self, principal: Principal, rule: Rule, exchange: _Exchange) -> None:
        """Store that a write was refused. The answer has left: a row that cannot be stored is logged whole, and counted."""
        row: dict[str, Any] = {
            "action": f"{rule.method} {rule.path}",
            "resource": exchange.path.removeprefix("/v1/")[:200].replace("\0", "\N{REPLACEMENT CHARACTER}"),
            "correlation_id": exchange.trace.correlation_id,
            "status": exchange.status,
            "code": exchange.problem_code,
        }
        try:
            await self._audit_refusal(principal, **row)
        except Exception as problem:
            metrics.AUDIT_ROWS_LOST.inc()
            self._log.error(
                "audit row lost", actor=principal.subject, tenant_id=principal.tenant_id, **row, problem=str(problem)
            )

    async def _admit(self, exchange: _Exchange) -> None:
        """Raise the DomainError that refuses this request, or put its principal on it."""
        rule = exchange.rule
        self._limiter.admit_address(exchange.address, signs_in=rule is not None and rule.signs_in)
        if _CONTROLS.search(exchange.path):
            # The router's patterns end in `$`, which lets a newline follow: it would find a route for which there is no rule.
            raise errors.NoSuchRoute("a path has no control characters")
        length = exchange.headers.get(b"content-length")
        if length is not None and (not length.isdigit() or int(length) > self._most_bytes(rule)):
            raise self._too_large(rule)
        if rule is None or rule.public:
            return
        headers = exchange.headers
        if rule.platform and self._authenticator.is_platform_operator(headers.get(b"authorization")):
            return
        principal = await self._authenticator.principal(
            authorization=headers.get(b"authorization"), api_key=headers.get(b"x-api-key"), cookie=headers.get(b"cookie")
        )
        exchange.principal = principal
        self._limiter.admit_principal(principal)
        if principal.scheme is Scheme.COOKIE and rule.method != "GET":
            self._authenticator.check_csrf(cookie=headers[b"cookie"], sent=headers.get(b"x-csrf-token"))
        if rule.platform:
            raise errors.Forbidden(
                f"{rule.method} {rule.path} is open to the platform's operator, whose token is on its machine"
            )
        if not (principal.roles & rule.roles):
            raise errors.Forbidden(f"{rule.method} {rule.path} is open to: {', '.join(sorted(rule.roles))}")

    def _most_bytes(self, rule: Rule | None) -> int:
        return self._limits.max_body_bytes if rule is None or rule.max_body_bytes is None else rule.max_body_bytes

    def _too_large(self, rule: Rule | None) -> errors.BodyTooLarge:
        limit = self._most_bytes(rule)
        return errors.BodyTooLarge(f"at most {limit} bytes are read", max_body_bytes=limit)

    def _bounded(self, receive: Receive, rule: Rule | None) -> Receive:
        """Count what really arrives: a chunked body says no length."""
        seen, most = 0, self._most_bytes(rule)

        async def bounded() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most:
                raise self._too_large(rule)
            return message

        return bounded

    def _answering(self, exchange: _Exchange, send: Send) -> Send:
        ids = _ids(exchange.trace)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                headers = message.setdefault("headers", [])
                headers.extend(ids)
                headers.extend(SECURITY_HEADERS)
                if exchange.on_trial:
                    headers.append(dry_run.HEADER)
                if not any(name == b"cache-control" for name, _ in headers):
                    headers.append(NO_STORE)
            await send(message)
            exchange.ended = message["type"] == "http.response.body" and not message.get("more_body", False)

        return answer

    def _measure(self, exchange: _Exchange) -> None:
        route, method = (exchange.rule.path, exchange.rule.method) if exchange.rule else ("other", "other")
        _requests(route, method, exchange.status).inc()
        if exchange.rule is None or not exchange.rule.streams:
            _latency(route).observe(time.perf_counter() - exchange.started_s)
        if exchange.problem_code is not None:
            metrics.REFUSALS.labels(exchange.problem_code).inc()
        if exchange.status >= 400:
            self._log.info(
                "refused",
                method=exchange.method,
                path=exchange.path,
                status=exchange.status,
                code=exchange.problem_code,
                actor=exchange.principal.subject if exchange.principal else None,
            )


def _ids(trace: Trace) -> tuple[tuple[bytes, bytes], tuple[bytes, bytes]]:
    return ((b"x-correlation-id", trace.correlation_id.encode()), (b"traceparent", trace.traceparent.encode()))


async def _send(reply: Reply, answer: Send) -> None:
    headers = [*reply.headers, (b"content-length", str(len(reply.body)).encode())]
    await answer({"type": "http.response.start", "status": reply.status, "headers": headers})
    await answer({"type": "http.response.body", "body": reply.body})
