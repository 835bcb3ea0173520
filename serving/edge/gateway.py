"""The gateway: one plain ASGI layer in front of the application, so that the hot path pays for it once.

In order: trace ids, rate limit of the address, body size, who is asking, CSRF, roles, rate limit of the caller; then the
application, on trial when the caller only wants to know what would happen; then security headers, metrics, the log line and,
for a refused write, its audit row.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kit.errors import DomainError
from kit.log import get_logger
from kit.trial import Trial, running
from serving.edge import dry_run, errors, metrics
from serving.edge.access import AccessTable, Rule
from serving.edge.addresses import connected_from
from serving.edge.authentication import Authenticator
from serving.edge.correlation import Trace, trace_from
from serving.edge.headers import NO_STORE, SECURITY_HEADERS
from serving.edge.limits import Limits, RateLimiter
from serving.edge.principals import Principal, Scheme
from serving.edge.problems import render, told

_WANTED = frozenset(
    {b"authorization", b"x-api-key", b"cookie", b"x-csrf-token", b"x-correlation-id", b"traceparent", b"content-length"}
)
AuditRefusal = Callable[..., Awaitable[None]]


@dataclass
class _Exchange:
    """One request on its way through."""

    scope: Scope
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
        self._log = get_logger()

    def attach(self, *, authenticator: Authenticator, audit_refusal: AuditRefusal) -> None:
        """Take who authenticates, and what stores the audit row of a write that was refused."""
        self._authenticator = authenticator
        self._audit_refusal = audit_refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; lifespan passes through, and there are no websockets."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name: value for name, value in scope["headers"] if name in _WANTED}
        exchange = _Exchange(
            scope=scope,
            rule=self._access.rule_for(scope["method"], scope["path"]),
            headers=headers,
            trace=trace_from(headers.get(b"x-correlation-id"), headers.get(b"traceparent")),
            started_s=time.perf_counter(),
        )
        state = scope.setdefault("state", {})
        state["correlation_id"] = exchange.trace.correlation_id
        state["traceparent"] = exchange.trace.traceparent
        structlog.contextvars.bind_contextvars(correlation_id=exchange.trace.correlation_id)
        try:
            await self._serve(exchange, receive, send)
        finally:
            self._measure(exchange)
            structlog.contextvars.unbind_contextvars("correlation_id")

    async def _serve(self, exchange: _Exchange, receive: Receive, send: Send) -> None:
        answer = self._answering(exchange, send)
        try:
            await self._admit(exchange)
            exchange.on_trial = dry_run.wanted(exchange.rule, exchange.scope["query_string"])
            serve = self._try_out if exchange.on_trial else self._app
            await serve(exchange.scope, self._bounded(receive), answer)
        except Exception as error:
            refusal = told(error)
            if isinstance(refusal, errors.InternalError):
                self._log.error("request failed", path=exchange.scope["path"], exc_info=error)
            if not exchange.status:
                await self._refuse(exchange, refusal, answer)
            elif not exchange.ended:
                raise  # half an answer has left: only closing the connection tells
        exchange.problem_code = exchange.problem_code or exchange.scope["state"].get("problem_code")
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
            await trial.undo()

    async def _audit(self, principal: Principal, rule: Rule, exchange: _Exchange) -> None:
        """Store that a write was refused. The answer has left: a row that cannot be stored is logged whole, and counted."""
        row: dict[str, Any] = {
            "action": f"{rule.method} {rule.path}",
            "resource": exchange.scope["path"].removeprefix("/v1/")[:200].replace("\0", "\N{REPLACEMENT CHARACTER}"),
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
        self._limiter.admit_address(connected_from(exchange.scope), signs_in=rule is not None and rule.signs_in)
        length = exchange.headers.get(b"content-length")
        if length is not None and (not length.isdigit() or int(length) > self._limits.max_body_bytes):
            raise self._too_large()
        if rule is None or rule.public:
            return
        headers = exchange.headers
        if rule.platform and self._authenticator.is_platform_operator(headers.get(b"authorization")):
            return
        principal = await self._authenticator.principal(
            authorization=headers.get(b"authorization"), api_key=headers.get(b"x-api-key"), cookie=headers.get(b"cookie")
        )
        exchange.principal = principal
        exchange.scope["state"]["principal"] = principal
        self._limiter.admit_principal(principal)
        if principal.scheme is Scheme.COOKIE and rule.method != "GET":
            self._authenticator.check_csrf(cookie=headers[b"cookie"], sent=headers.get(b"x-csrf-token"))
        if rule.platform:
            raise errors.Forbidden(
                f"{rule.method} {rule.path} is open to the platform's operator, whose token is on its machine"
            )
        if not (principal.roles & rule.roles):
            raise errors.Forbidden(f"{rule.method} {rule.path} is open to: {', '.join(sorted(rule.roles))}")

    def _too_large(self) -> errors.BodyTooLarge:
        limit = self._limits.max_body_bytes
        return errors.BodyTooLarge(f"at most {limit} bytes are read", max_body_bytes=limit)

    def _bounded(self, receive: Receive) -> Receive:
        """Count what really arrives: a chunked body says no length."""
        seen = 0

        async def bounded() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._limits.max_body_bytes:
                raise self._too_large()
            return message

        return bounded

    def _answering(self, exchange: _Exchange, send: Send) -> Send:
        ids = (
            (b"x-correlation-id", exchange.trace.correlation_id.encode()),
            (b"traceparent", exchange.trace.traceparent.encode()),
        )

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

    async def _refuse(self, exchange: _Exchange, refusal: DomainError, answer: Send) -> None:
        exchange.problem_code = refusal.code
        status, body, headers = render(refusal, path=exchange.scope["path"], correlation_id=exchange.trace.correlation_id)
        headers.append((b"content-length", str(len(body)).encode()))
        await answer({"type": "http.response.start", "status": status, "headers": headers})
        await answer({"type": "http.response.body", "body": body})

    def _measure(self, exchange: _Exchange) -> None:
        route, method = (exchange.rule.path, exchange.rule.method) if exchange.rule else ("other", "other")
        metrics.REQUESTS.labels(route, method, exchange.status).inc()
        if exchange.rule is None or not exchange.rule.streams:
            metrics.LATENCY.labels(route).observe(time.perf_counter() - exchange.started_s)
        if exchange.problem_code is not None:
            metrics.REFUSALS.labels(exchange.problem_code).inc()
        if exchange.status >= 400:
            self._log.info(
                "refused",
                method=exchange.scope["method"],
                path=exchange.scope["path"],
                status=exchange.status,
                code=exchange.problem_code,
                actor=exchange.principal.subject if exchange.principal else None,
            )
