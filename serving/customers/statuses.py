"""How a customer stands with the bank, and which moves there are: one table. Pure."""

from enum import StrEnum

from kit.errors import Conflict


class CustomerStatus(StrEnum):
    """`blocked` customers open nothing new; `closed` ones have left."""

    ACTIVE = "active"
    BLOCKED = "blocked"
    CLOSED = "closed"


MOVES: dict[CustomerStatus, frozenset[CustomerStatus]] = {
    CustomerStatus.ACTIVE: frozenset({CustomerStatus.BLOCKED, CustomerStatus.CLOSED}),
    CustomerStatus.BLOCKED: frozenset({CustomerStatus.ACTIVE, CustomerStatus.CLOSED}),
    CustomerStatus.CLOSED: frozenset(),
}


class CustomerMoveNotAllowed(Conflict):
    """No move leads from where the customer stands to where they should."""

    code = "customer-move-not-allowed"
    title = "A customer of this status does not move to that one"
    remedy = "Read the customer; active and blocked lead to each other, and both to closed, which is the end."


class CustomerHasAccounts(Conflict):
    """Somebody who leaves has no open account."""

    code = "customer-has-accounts"
    title = "The customer still has accounts that are not closed"
    remedy = "Close each account first; GET /v1/accounts?customer_id=… lists them."


class CustomerNotActive(Conflict):
    """Only an active customer opens something."""

    code = "customer-not-active"
    title = "The customer is blocked or has left"
    remedy = "Ask the bank why; it can make a blocked customer active again."


class CustomerNotClosed(Conflict):
    """Who is still a customer cannot be forgotten."""

    code = "customer-not-closed"
    title = "The customer has not left yet"
    remedy = "Close the customer's accounts and then the customer; only then can their person be erased."


def check_move(*, at: CustomerStatus, to: CustomerStatus) -> None:
    """Raise CustomerMoveNotAllowed unless the table has the move."""
    if to not in MOVES[at]:
        raise CustomerMoveNotAllowed(f"a customer that is {at} does not become {to}", status=at.value)
