"""Who pays into the bank from outside: what the API, the intake and the nightly look call them alike.

A payment that comes in by a topic names its payer by the rail's id. Who that is, the rail's gateway tells apart from it.
"""

from enum import StrEnum
from uuid import UUID

from kit.ids import derived_id
from kit.subject_keys import Subject

PAYER_LISTED = "payer-may-be-listed"
"""Why money lies in suspense, and why the ledger did not credit it: a hit of its payer is not cleared."""
PAYER_NOT_SCREENED = "payer-not-screened"
"""The same: its payer could not be held against the lists. The intake looks again until that can be done."""
PAYER_NOT_NAMED = "payer-not-named"
"""The same: nobody has said who its payer is, and the tenant wants to know. Once named, they are looked at."""
PAYER_SCREENED = "payer-screened"
"""Its payer was looked at again and met nobody: it is credited by itself within seconds."""
REVIEW_WANTED = "review-wanted"
"""The same, but the scorer wants a person to see the payment: two people say where it goes."""


class UnnamedPayers(StrEnum):
    """What a tenant wants of payments whose payer nobody has named: credited unscreened, or held until they are named."""

    CREDIT = "credit"
    HOLD = "hold"


LOOKED_AT_AGAIN = (PAYER_NOT_SCREENED, PAYER_NOT_NAMED)
ENDS_BY_ITSELF = (PAYER_LISTED, PAYER_SCREENED)
RESOLVED_BY = "screening"
"""Who has credited what lay there, once two people had cleared its payer."""
RESOLUTION = "resolution"
"""What the transfer out of suspense is derived by from its item: the same whoever resolves it."""
NOT_NAMED = b"\x00"
"""What stands for a name that is not there yet, or not any more: no sealed record is so short."""
_PAYERS = UUID("4b0a7d52-91c6-5f3e-9f0d-7a5c1c3e8a27")


def payer_party_id(tenant_id: str, payer_id: str) -> UUID:
    """Return the id under which a payer is kept."""
    return derived_id(_PAYERS, tenant_id, payer_id)


def sealed_under(tenant_id: str, *, customer_id: str | None, payer_id: str | None) -> Subject:
    """Return under whose key a party's name lies: the customer's who pays them, or the payer's own.

    Raises ValueError for a party that is neither.
    """
    if customer_id is not None:
        return Subject(tenant_id, customer_id)
    if payer_id is None:
        raise ValueError("a party is whom a customer pays, or a payer")
    return Subject(tenant_id, f"payer/{payer_id}")  # no customer's id has a slash
