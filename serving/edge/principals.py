"""Who is asking: a user or a machine client of one tenant, with roles."""

from dataclasses import dataclass
from enum import StrEnum

from starlette.requests import Request

from serving.edge.errors import Forbidden


class Role(StrEnum):
    """What somebody may do; `edge/access.py` says which routes each role opens."""

    CUSTOMER = "customer"
    PARTNER = "partner"
    OPERATOR = "operator"
    RISK = "risk"
    COMPLIANCE = "compliance"
    ANALYST = "analyst"
    ADMIN = "admin"


EVERYONE = frozenset(Role)


class Scheme(StrEnum):
    """How a request proved who it comes from. Only a cookie is sent by a browser unasked, so only it needs a CSRF token."""

    COOKIE = "cookie"
    BEARER = "bearer"
    API_KEY = "api-key"


@dataclass(frozen=True, slots=True)
class Principal:
    """The authenticated caller. `customer_id` is set for customers and limits what they reach to their own."""

    subject: str
    tenant_id: str
    roles: frozenset[Role]
    scheme: Scheme
    customer_id: str | None = None
    email: str | None = None
    name: str | None = None

    @property
    def own_only(self) -> str | None:
        """The customer id that this principal is confined to, or None for staff and partners.

        A customer without a customer id is confined to the empty id, which nobody has.
        """
        return (self.customer_id or "") if self.roles == {Role.CUSTOMER} else None

    @property
    def is_person(self) -> bool:
        """Whether somebody signed in; a machine client acts for whoever has its key, and is made by one admin alone."""
        return self.subject.startswith("user:")

    def require_person(self, what: str) -> None:
        """Raise Forbidden for a machine client, saying that a person `what`."""
        if not self.is_person:
            raise Forbidden(f"a person {what}: sign in, a machine's key does not do")

    def whose(self, asked: str | None) -> str | None:
        """Return whose rows are read when a customer's are asked for, None for everybody's: a customer reads their own."""
        return asked if self.own_only is None else self.own_only


def principal_of(request: Request) -> Principal:
    """Return the caller that the gateway put on the request; a FastAPI dependency."""
    found: Principal = request.state.principal
    return found


def correlation_of(request: Request) -> str:
    """Return the request's correlation id; a FastAPI dependency."""
    found: str = request.state.correlation_id
    return found


def roles_from(words: list[str]) -> frozenset[Role]:
    """Return the roles of these words; a word that is no role (an older deployment's) opens nothing."""
    known = {role.value: role for role in Role}
    return frozenset(known[word] for word in words if word in known)
