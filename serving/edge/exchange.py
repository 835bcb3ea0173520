"""What a route on the short way is asked and answers: a request that was admitted, without the framework around it."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from kit.errors import DomainError
from serving.edge.addresses import connected_from
from serving.edge.correlation import Trace
from serving.edge.principals import Principal
from serving.edge.problems import render

Headers = tuple[tuple[bytes, bytes], ...]
JSON = (b"content-type", b"application/json")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of a known caller. Of `headers` (names in lower case) there are at least those that any route reads."""

    path: str
    principal: Principal
    headers: dict[bytes, bytes]
    body: bytes
    address: str
    trace: Trace


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `problem_code` names the error that it tells, where it tells one."""

    status: int
    body: bytes
    headers: Headers = (JSON,)
    problem_code: str | None = None


def refusal(error: DomainError, *, path: str, correlation_id: str, more: Headers = ()) -> Reply:
    """Return the problem that tells `error`, with `more` headers."""
    status, body, headers = render(error, path=path, correlation_id=correlation_id)
    return Reply(status, body, (*headers, *more), error.code)


async def asked_of(request: Request) -> Asked:
    """Return what a request asks that came the usual way. Raises what refuses its body."""
    state = request.state
    return Asked(
        path=request.url.path,
        principal=state.principal,
        headers=dict(request.scope["headers"]),
        body=await request.body(),
        address=connected_from(request.scope),
        trace=Trace(state.correlation_id, state.traceparent),
    )


def response_of(request: Request, reply: Reply) -> Response:
    """Return a reply as a response of the framework."""
    request.state.problem_code = reply.problem_code
    response = Response(reply.body, status_code=reply.status)
    response.raw_headers.extend(reply.headers)
    return response
