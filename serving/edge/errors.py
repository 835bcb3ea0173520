"""What the edge itself refuses. Each class is a stable problem type; `edge/problems.py` gives it a status."""

from kit.errors import DomainError, Unavailable


class Unauthenticated(DomainError):
    """Nobody, or nobody we know any more."""

    code = "unauthenticated"
    title = "The request does not say who is asking"
    remedy = "Send a valid Authorization: Bearer token, an X-Api-Key header, or sign in at POST /v1/session."


class WrongCredentials(DomainError):
    """A login, client or key that does not fit; it does not say which half was wrong."""

    code = "wrong-credentials"
    title = "The credentials are not right"
    remedy = "Check both halves. After several failures the name has to wait before the next try."


class Forbidden(DomainError):
    """Known, but this route is not open to any of their roles."""

    code = "forbidden"
    title = "Your roles do not open this"
    remedy = "Ask for what the detail names: a role from an administrator of your tenant, a token from the platform's operator."


class CsrfRefused(DomainError):
    """A write that a browser sent with its cookie but without the token that only our page knows."""

    code = "csrf-token-missing"
    title = "The CSRF token is missing or not this session's"
    remedy = "Send the csrf_token of GET /v1/session in the X-CSRF-Token header."


class DryRunNotOffered(DomainError):
    """A dry run of something that cannot be tried without being done."""

    code = "dry-run-not-offered"
    title = "This cannot be tried without being done"
    remedy = "Leave dry_run out; the detail says why there is no dry run of this."


class TooManyRequests(DomainError):
    """Over a rate limit."""

    code = "too-many-requests"
    title = "Too many requests"
    remedy = "Wait the number of seconds in Retry-After, and spread requests out."


class BodyTooLarge(DomainError):
    """More bytes than any request of ours needs."""

    code = "body-too-large"
    title = "The request body is too large"
    remedy = "Send fewer bytes; the limit is in the detail."


class MalformedBody(DomainError):
    """Not JSON at all."""

    code = "malformed-body"
    title = "The request body is not valid JSON"
    remedy = "Send one JSON object, encoded as UTF-8, with Content-Type: application/json."


class InvalidRequest(DomainError):
    """JSON, but not what the route takes."""

    code = "invalid-request"
    title = "A field of the request is not valid"
    remedy = "Correct the field named in the detail; /docs shows what each route takes."


class Reasoned(DomainError):
    """A refusal that comes with reason codes (a decision's)."""

    code = "refused-with-reasons"
    title = "The request was refused for the reasons given"

    def __init__(self, detail: str, *, reasons: list[str], **facts: str | int | bool | None) -> None:
        super().__init__(detail, **facts)
        self.reasons = reasons


class NoSuchRoute(DomainError):
    """No route has this path."""

    code = "no-such-route"
    title = "There is no such route"
    remedy = "See /docs for the routes that there are."


class MethodNotAllowed(DomainError):
    """The path is there, this method is not."""

    code = "method-not-allowed"
    title = "This route does not take this method"
    remedy = "Use one of the methods in the Allow header."


class DatabaseAway(Unavailable):
    """The core database does not answer, or too many wait for it."""

    code = "database-away"
    title = "The core database does not answer"
    remedy = "Try again after the number of seconds in Retry-After; whether a write took effect, reading it back tells."


class InternalError(DomainError):
    """Ours. The detail says nothing that a caller could use against us; the log has the rest under the correlation id."""

    code = "internal-error"
    title = "Something went wrong on our side"
    remedy = "Try again; if it stays, tell us the correlation id."
