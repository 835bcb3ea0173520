"""Where a freeze stands: one person places it at once, one proposes to lift it and another judges that. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kit.errors import Conflict, DomainError


class FreezeState(StrEnum):
    """`lifting`: somebody proposes to lift it; it holds all the same."""

    ACTIVE = "active"
    LIFTING = "lifting"
    LIFTED = "lifted"


class FreezeCause(StrEnum):
    """Why. What the customer is told does not say it (Lei 9.613/1998, art. 11, II)."""

    SUSPICION = "suspicion"
    COURT_ORDER = "court-order"
    SANCTIONS = "sanctions"


class Incoming(StrEnum):
    """What becomes of money that comes: `accept` lets it in, where it is frozen too; `refuse` sends it back."""

    ACCEPT = "accept"
    REFUSE = "refuse"


HOLDING = (FreezeState.ACTIVE, FreezeState.LIFTING)


class FreezeMoveNotAllowed(Conflict):
    """It does not stand where this begins."""

    code = "freeze-move-not-allowed"
    title = "A freeze in this state does not allow this"
    remedy = "Read the freeze: an active one may be proposed to be lifted, a proposal is judged, lifted is the end."


class LiftingChanged(Conflict):
    """Another proposal has taken the place of the one that was read."""

    code = "lifting-changed"
    title = "The lifting has been proposed anew since"
    remedy = "Read the freeze again, and judge what is proposed now, naming its proposed_at."


class OwnLifting(DomainError):
    """Who proposed to lift it may not agree."""

    code = "own-lifting"
    title = "Somebody else has to agree to lift this freeze"
    remedy = "Ask a colleague in compliance to judge it; taking your own proposal back is allowed."


@dataclass(frozen=True, slots=True)
class Frozen:
    """What the freezes of an account stop, all together."""

    debits: bool = False
    credits: bool = False


def require_active(state: FreezeState) -> None:
    """Raise FreezeMoveNotAllowed unless its lifting may be proposed."""
    if state is not FreezeState.ACTIVE:
        raise FreezeMoveNotAllowed(f"it is {state}", state=state.value)


def require_judgeable(
    state: FreezeState, *, approve: bool, proposed_by: str | None, by: str, proposed_at: datetime | None, read_at: datetime
) -> None:
    """Raise FreezeMoveNotAllowed, LiftingChanged, or OwnLifting when a proposal is approved by who made it."""
    if state is not FreezeState.LIFTING:
        raise FreezeMoveNotAllowed(f"it is {state}", state=state.value)
    if proposed_at != read_at:
        raise LiftingChanged("what is proposed was proposed later", proposed_at=str(proposed_at))
    if approve and proposed_by == by:
        raise OwnLifting("the proposal is yours")
