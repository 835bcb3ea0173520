"""Where a dispute stands, who may do what, and by when: one table. Pure.

Sources: the MED of the Pix regulation (Resolução BCB 1/2020): 7 days to analyse, 11 in all; the words are DICT's (an
infraction report is OPEN, ACKNOWLEDGED, CLOSED as AGREED or DISAGREED, CANCELLED; a refund is TOTALLY_ACCEPTED,
PARTIALLY_ACCEPTED or REJECTED for NO_BALANCE, ACCOUNT_CLOSURE, CANNOT_REFUND, OTHER). Only the side that received the money is
here; days count from the report, whole periods of 24 hours.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cases.due.clocks import DueClock
from kit.errors import Conflict, DomainError

ANALYSIS = timedelta(days=7)
REFUND = timedelta(days=11)


class DisputeState(StrEnum):
    """`agreed` waits for its refund. `disagreed`, `refunded`, `rejected` and `cancelled` are ends."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    PROPOSED = "proposed"
    AGREED = "agreed"
    DISAGREED = "disagreed"
    REFUNDED = "refunded"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class Situation(StrEnum):
    """What the payer says happened."""

    SCAM = "scam"
    ACCOUNT_TAKEOVER = "account-takeover"
    COERCION = "coercion"
    FRAUDULENT_ACCESS = "fraudulent-access"
    OTHER = "other"
    UNKNOWN = "unknown"


class Analysis(StrEnum):
    """Whether we agree that it was fraud."""

    AGREED = "agreed"
    DISAGREED = "disagreed"


class RefundResult(StrEnum):
    """What became of the refund; the last four are a rejected one's reasons."""

    TOTALLY_ACCEPTED = "totally-accepted"
    PARTIALLY_ACCEPTED = "partially-accepted"
    NO_BALANCE = "no-balance"
    ACCOUNT_CLOSURE = "account-closure"
    CANNOT_REFUND = "cannot-refund"
    OTHER = "other"


class DisputeAct(StrEnum):
    """What can be done to a dispute."""

    ACKNOWLEDGE = "acknowledge"
    PROPOSE = "propose"
    AGREE = "agree"
    DISAGREE = "disagree"
    SEND_BACK = "send-back"
    REFUND = "refund"
    REJECT = "reject"
    CANCEL = "cancel"


_S = DisputeState
MOVES: dict[DisputeAct, tuple[frozenset[DisputeState], DisputeState]] = {
    DisputeAct.ACKNOWLEDGE: (frozenset({_S.OPEN}), _S.ACKNOWLEDGED),
    DisputeAct.PROPOSE: (frozenset({_S.ACKNOWLEDGED}), _S.PROPOSED),
    DisputeAct.AGREE: (frozenset({_S.PROPOSED}), _S.AGREED),
    DisputeAct.DISAGREE: (frozenset({_S.PROPOSED}), _S.DISAGREED),
    DisputeAct.SEND_BACK: (frozenset({_S.PROPOSED}), _S.ACKNOWLEDGED),
    DisputeAct.REFUND: (frozenset({_S.AGREED}), _S.REFUNDED),
    DisputeAct.REJECT: (frozenset({_S.AGREED}), _S.REJECTED),
    DisputeAct.CANCEL: (frozenset({_S.OPEN, _S.ACKNOWLEDGED, _S.PROPOSED}), _S.CANCELLED),
}
AGREEING = {Analysis.AGREED: DisputeAct.AGREE, Analysis.DISAGREED: DisputeAct.DISAGREE}
_ENDS_HELD = frozenset({_S.DISAGREED, _S.REFUNDED, _S.REJECTED, _S.CANCELLED})
# DICT's words for the two parts of it.
_INFRACTION = {
    _S.OPEN: "OPEN", _S.ACKNOWLEDGED: "ACKNOWLEDGED", _S.PROPOSED: "ACKNOWLEDGED", _S.CANCELLED: "CANCELLED",
}  # fmt: skip


class DisputeMoveNotAllowed(Conflict):
    """The table has no such move from where the dispute stands."""

    code = "dispute-move-not-allowed"
    title = "A dispute in this state does not allow this"
    remedy = "Read the dispute: its state says what is next; docs/cases.md has the table."


class AnalysisChanged(Conflict):
    """Another proposal has taken the place of the one that was read."""

    code = "analysis-changed"
    title = "Another analysis has been proposed since"
    remedy = "Read the dispute again, and judge what is proposed now, naming its proposed_at."


class OwnAnalysis(DomainError):
    """Who proposed the analysis may not agree to it."""

    code = "own-analysis"
    title = "Somebody else has to agree to this analysis"
    remedy = "Ask a colleague in compliance to judge it; sending your own back is allowed."


@dataclass(frozen=True, slots=True)
class Deadlines:
    """By when a dispute must be analysed, and its money returned."""

    analysis_at: datetime
    refund_at: datetime


def after(act: DisputeAct, state: DisputeState) -> DisputeState:
    """Return the state after an act. Raises DisputeMoveNotAllowed."""
    allowed, to = MOVES[act]
    if state not in allowed:
        raise DisputeMoveNotAllowed(f"a dispute that is {state} does not take: {act}", state=state.value)
    return to


def require_read(*, approve: bool, proposed_by: str | None, by: str, proposed_at: datetime | None, read_at: datetime) -> None:
    """Raise AnalysisChanged, or OwnAnalysis when an analysis is approved by who proposed it."""
    if proposed_at != read_at:
        raise AnalysisChanged("what is proposed was proposed later", proposed_at=str(proposed_at))
    if approve and proposed_by == by:
        raise OwnAnalysis("the analysis is yours")


def ended(state: DisputeState) -> bool:
    """Whether nothing follows."""
    return state in _ENDS_HELD


def clock_of(state: DisputeState) -> DueClock | None:
    """Return the clock that runs in a state; none does when it has ended."""
    if ended(state):
        return None
    return DueClock.MED_REFUND if state is DisputeState.AGREED else DueClock.MED_ANALYSIS


def deadlines(reported_at: datetime) -> Deadlines:
    """Return the deadlines of a dispute that was reported then."""
    return Deadlines(reported_at + ANALYSIS, reported_at + REFUND)


def result_of(*, refunded_minor: int, disputed_minor: int) -> RefundResult:
    """Return what a refund of so much of so much is called."""
    if refunded_minor == 0:
        return RefundResult.NO_BALANCE
    return RefundResult.TOTALLY_ACCEPTED if refunded_minor >= disputed_minor else RefundResult.PARTIALLY_ACCEPTED


def infraction_status(state: DisputeState) -> str:
    """Return DICT's word for the infraction report."""
    return _INFRACTION.get(state, "CLOSED")
