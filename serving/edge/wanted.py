"""What requests say of themselves alike, whatever they ask for: whose it is, and in which currency."""

from kit.money import CURRENCY_EXPONENTS
from serving.edge.errors import InvalidRequest
from serving.edge.principals import Principal


def customer_of(principal: Principal, named: str | None, *, role: str) -> str:
    """Return whose it is: a customer's own, or that of whom staff and partners name.

    `role` says in the refusal who has to be named. Raises InvalidRequest for nobody, and for somebody else than who asks.
    """
    customer_id = principal.whose(named)
    if customer_id is None or named not in (None, customer_id):
        raise InvalidRequest(f"customer_id: name the customer {role}", field="customer_id")
    return customer_id


def require_held(currency: str, *, field: str) -> None:
    """Raise InvalidRequest, naming the request's field, for a currency that no ledger here holds."""
    if currency not in CURRENCY_EXPONENTS:
        raise InvalidRequest(f"{field}: {currency} is not a currency that a ledger here holds", field=field)
