"""What the parties of a payment are to screening, and what they met. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from cases.hit_repository import FoundHit

CLEAR = "clear"


class Side(StrEnum):
    """Whose hit it is in a payment."""

    PAYER = "payer"
    PAYEE = "payee"


class Became(StrEnum):
    """What screening made of a payment."""

    HELD = "held"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Stands:
    """A customer as they stand: the worst hit (`clear`, `open`, `confirmed`), and against which lists they were held."""

    customer_id: str
    version: int
    worst: str
    lists: bytes | None


@dataclass(frozen=True, slots=True)
class Outside:
    """A party that is no customer: under which name they are paid, and the country (ISO 3166-1 alpha-2), where it is known."""

    name: str
    country: str | None = None


@dataclass(frozen=True, slots=True)
class MetHit:
    """A hit that speaks against a payment. `found` is what was met just now, None where the hit is kept already."""

    hit_id: UUID
    side: Side
    found: FoundHit | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """A party that is no customer, as it is kept beside its hits."""

    party_id: UUID
    customer_id: str
    country: str | None
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Met:
    """What the parties of a payment met that nobody has cleared."""

    hits: tuple[MetHit, ...] = ()
    party: Party | None = None


NOTHING = Met()
