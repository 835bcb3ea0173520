"""What the graph is made of: nodes, relationships, and the names by which they are kept apart.

Each node has (`scope`, `tenant_id`, `id`), which is unique within its label; `scope` is one generation of one deployment's
graph. Relationships join nodes of one scope and one tenant only.
"""

from dataclasses import dataclass
from enum import StrEnum

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


class Kind(StrEnum):
    """The labels of nodes. Of a document there is none: the core refuses a second person with the same one."""

    ACCOUNT = "Account"
    CUSTOMER = "Customer"
    DEVICE = "Device"
    IP = "Ip"
    CARD = "Card"
    PAYEE = "Payee"
    MERCHANT = "Merchant"


# What a customer acts from, which others may act from too.
THINGS = (Kind.DEVICE, Kind.IP, Kind.CARD)
# Whom an account pays, as the payer names them.
NAMED = (Kind.PAYEE, Kind.MERCHANT)


@dataclass(frozen=True, slots=True)
class Scope:
    """One generation of one deployment's graph."""

    deployment: str
    generation: int

    @property
    def name(self) -> str:
        """What each of its nodes carries."""
        return f"{self.deployment}#{self.generation}"


@dataclass(frozen=True, slots=True)
class Flow:
    """Money that moved: one posted event of the ledger. `at` is in milliseconds, `amount_minor` in minor units.

    `to_bank`: the payee is an account of the bank's own, through which money leaves the bank; nothing is followed beyond it.
    """

    event_id: str
    transfer_id: str
    payer: str
    payee: str
    at: int
    amount_minor: int
    currency: str
    purpose: str
    to_bank: bool = False

    @property
    def order(self) -> tuple[int, str]:
        """Where it stands in time: events of one millisecond by their ids, which are made in order."""
        return self.at, self.event_id


def deployment_of(prefix: str) -> str:
    """Return the deployment's name in the graph, from what stands before its topics (settings, `kafka.prefix`)."""
    return prefix or "main"
