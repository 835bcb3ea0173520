"""The root of every error that a person or another system may be told about.

A subclass is a domain word (`InsufficientFunds`). The border that speaks HTTP turns it into RFC 9457 problem details:
`code` becomes the last part of `type`, `title` is fixed per class, the message is the `detail`, `remedy` says what to do.
"""

from typing import ClassVar


class DomainError(Exception):
    """Something the caller did, or met, that the domain has a word for."""

    code: ClassVar[str] = "domain-error"
    title: ClassVar[str] = "The request cannot be carried out"
    remedy: ClassVar[str] = "Read the detail, change the request and try again."

    def __init__(self, detail: str, **facts: str | int | bool | None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.facts = facts


class NotFound(DomainError):
    """No such thing, or not one of this tenant's."""

    code = "not-found"
    title = "There is no such resource"
    remedy = "Check the identifier; it must belong to your own tenant."


class Conflict(DomainError):
    """The thing is in a state that does not allow this."""

    code = "conflict"
    title = "The resource's state does not allow this"
    remedy = "Read the resource again and decide from its present state."


class Unavailable(DomainError):
    """A part that this needs is away; trying again later is right."""

    code = "unavailable"
    title = "A part that this needs is away"
    remedy = "Try again after the number of seconds in Retry-After."
