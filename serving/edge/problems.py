"""The one place where an error becomes an HTTP answer: RFC 9457 problem details with a stable `type`."""

from collections.abc import Sequence
from http import HTTPStatus

import msgspec
import psycopg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from kit.errors import Conflict, DomainError, NotFound, Unavailable
from kit.log import get_logger
from serving.edge import errors, versions

MEDIA_TYPE = "application/problem+json"
DEFAULT_STATUS = HTTPStatus.UNPROCESSABLE_ENTITY
RETRY_DATABASE_S = 2
MAX_NAMED_FIELD_LENGTH = 128

# The nearest class of an error's own ancestry decides; a domain error that is not here is one about the request's content.
STATUS: dict[type[DomainError], HTTPStatus] = {
    DomainError: DEFAULT_STATUS,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    errors.WrongCredentials: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.CsrfRefused: HTTPStatus.FORBIDDEN,
    errors.Reasoned: HTTPStatus.FORBIDDEN,
    errors.TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    errors.BodyTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.MalformedBody: HTTPStatus.BAD_REQUEST,
    errors.NoSuchRoute: HTTPStatus.NOT_FOUND,
    errors.MethodNotAllowed: HTTPStatus.METHOD_NOT_ALLOWED,
    errors.InternalError: HTTPStatus.INTERNAL_SERVER_ERROR,
    versions.VersionMissing: HTTPStatus.PRECONDITION_REQUIRED,
    versions.StaleVersion: HTTPStatus.PRECONDITION_FAILED,
}


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """RFC 9457 problem details, with our extension members `code`, `remedy`, `correlation_id`, `facts` and `reasons`."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    remedy: str
    correlation_id: str
    facts: dict[str, str | int | bool | None] = {}
    reasons: list[str] = []


_encode = msgspec.json.Encoder().encode


def status_of(kind: type[DomainError]) -> HTTPStatus:
    """Return the HTTP status of an error class."""
    return next((STATUS[ancestor] for ancestor in kind.__mro__ if ancestor in STATUS), DEFAULT_STATUS)


def catalogue() -> dict[str, type[DomainError]]:
    """Return every error class that is loaded, by its code; each has a page under /problems."""
    found: dict[str, type[DomainError]] = {}
    waiting: list[type[DomainError]] = [DomainError]
    while waiting:
        kind = waiting.pop()
        found.setdefault(kind.code, kind)
        waiting.extend(kind.__subclasses__())
    return dict(sorted(found.items()))


def told(error: Exception) -> DomainError:
    """Return what the caller is told of an error: its own word, or InternalError for a defect of ours.

    Of the database's own errors two are not defects: it is away or too busy (no connection, a timeout, a shutdown), and a value
    of the request is none that it can store.
    """
    if isinstance(error, DomainError):
        return error
    if isinstance(error, psycopg.OperationalError):
        get_logger().warning("core database away", problem=str(error))
        return errors.DatabaseAway("the core database does not answer", retry_after_s=RETRY_DATABASE_S)
    if isinstance(error, psycopg.DataError):
        get_logger().warning("value refused by the database", problem=str(error))
        return errors.InvalidRequest("a value of the request cannot be stored")
    return errors.InternalError("the request could not be served")


def render(error: DomainError, *, path: str, correlation_id: str) -> tuple[int, bytes, list[tuple[bytes, bytes]]]:
    """Return status, body and extra headers of the answer to `error`."""
    status = status_of(type(error))
    body = _encode(
        Problem(
            type=f"/problems/{error.code}",
            title=error.title,
            status=int(status),
            detail=error.detail,
            instance=path,
            code=error.code,
            remedy=error.remedy,
            correlation_id=correlation_id,
            facts=error.facts,
            reasons=error.reasons if isinstance(error, errors.Reasoned) else [],
        )
    )
    headers = [(b"content-type", MEDIA_TYPE.encode())]
    retry_after_s = error.facts.get("retry_after_s")
    if retry_after_s is not None:
        headers.append((b"retry-after", str(retry_after_s).encode()))
    if status == HTTPStatus.UNAUTHORIZED:
        headers.append((b"www-authenticate", b'Bearer realm="baas"'))
    return int(status), body, headers


def answer_of(request: Request, error: DomainError, extra: dict[str, str] | None = None) -> Response:
    """Return the problem as a response of the framework, with `extra` headers."""
    status, body, headers = render(error, path=request.url.path, correlation_id=request.state.correlation_id)
    request.state.problem_code = error.code
    response = Response(body, status_code=status)
    for name, value in headers:
        response.headers[name.decode()] = value.decode()
    response.headers.update(extra or {})
    return response


async def _on_error(request: Request, error: Exception) -> Response:
    return answer_of(request, told(error))


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 (registered for this class only)
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return answer_of(
            request, errors.MalformedBody(f"the body cannot be read as JSON: {first.get('ctx', {}).get('error', '')}")
        )
    where = _named(first["loc"])
    return answer_of(request, errors.InvalidRequest(f"{where}: {first['msg']}", field=where))


def _named(location: Sequence[int | str]) -> str:
    """Return a field's name as a problem can carry it: a name that the caller made up may be long, or no Unicode text."""
    where = ".".join(str(part) for part in location)
    return where[:MAX_NAMED_FIELD_LENGTH].encode(errors="replace").decode()


async def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 (registered for this class only)
    if isinstance(error.__cause__, DomainError):  # raised while the body was being read
        return answer_of(request, error.__cause__)
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return answer_of(
            request, errors.MethodNotAllowed(f"{request.url.path} does not take {request.method}"), dict(error.headers or {})
        )
    if error.status_code == HTTPStatus.NOT_FOUND:
        return answer_of(request, errors.NoSuchRoute(f"nothing is at {request.url.path}"))
    if error.status_code == HTTPStatus.BAD_REQUEST:
        return answer_of(request, errors.MalformedBody("the body cannot be read as JSON"))
    return answer_of(request, errors.InternalError("the request could not be served"))


def install(app: FastAPI) -> None:
    """Translate every error that reaches the framework; what does not, the gateway translates by the same `told`."""
    for kind in (DomainError, psycopg.OperationalError, psycopg.DataError, Exception):
        app.add_exception_handler(kind, _on_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http_exception)
