"""What becomes of a hit: a verdict that one person proposes and another judges."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from kit.errors import Conflict, DomainError


class HitStatus(StrEnum):
    """Where a hit stands. A cleared one is a good guy: it is not asked about again while neither side has changed."""

    OPEN = "open"
    PROPOSED = "proposed"
    CLEARED = "cleared"
    CONFIRMED = "confirmed"


class HitVerdict(StrEnum):
    """Whether the customer is whom the list means."""

    CLEARED = "cleared"
    CONFIRMED = "confirmed"


class HitDecided(Conflict):
    """The hit has its verdict."""

    code = "hit-decided"
    title = "The hit is decided"
    remedy = "Read it: it says who decided what. It opens again when the entry or the customer's name changes."


class NoVerdictProposed(Conflict):
    """There is nothing to judge."""

    code = "no-verdict-proposed"
    title = "No verdict is proposed for this hit"
    remedy = "Propose a verdict first; somebody else judges it."


class VerdictChanged(Conflict):
    """Another proposal has taken the place of the one that was read."""

    code = "verdict-changed"
    title = "Another verdict has been proposed since"
    remedy = "Read the hit again, and judge what is proposed now, naming its proposed_at."


class OwnVerdict(DomainError):
    """Who proposed a verdict may not approve it."""

    code = "own-verdict"
    title = "Somebody else has to judge this verdict"
    remedy = "Ask a colleague with the role risk, compliance or admin; taking your own proposal back is allowed."


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides which moves a hit allows."""

    status: HitStatus
    proposed_by: str | None = None
    proposed_at: datetime | None = None


class Judged(NamedTuple):
    """How a hit stands, and of what: `digest` of what the entry said, `name_index` of the name."""

    status: HitStatus
    digest: bytes
    name_index: bytes


def blocks(kept: Judged | None, *, digest: bytes, name_index: bytes) -> bool:
    """Whether what was met speaks against a payment: not where it was cleared and neither side has changed since."""
    return kept is None or kept != Judged(HitStatus.CLEARED, digest, name_index)


def require_open(standing: Standing) -> None:
    """Raise HitDecided unless a verdict may be proposed, in the place of one that is."""
    if standing.status not in (HitStatus.OPEN, HitStatus.PROPOSED):
        raise HitDecided(f"it is {standing.status}")


def require_judgeable(standing: Standing, *, approve: bool, by: str, read_at: datetime) -> None:
    """Raise HitDecided, NoVerdictProposed, VerdictChanged, or OwnVerdict when a proposal is approved by who made it."""
    require_open(standing)
    if standing.status is not HitStatus.PROPOSED:
        raise NoVerdictProposed("it is open")
    if standing.proposed_at != read_at:
        raise VerdictChanged("what is proposed was proposed later", proposed_at=str(standing.proposed_at))
    if approve and standing.proposed_by == by:
        raise OwnVerdict("the proposal is yours")
