"""Where a recovery stands, who may do what, and by when: one table. Pure.

Sources: the MED of the Pix regulation (Resolução BCB 1/2020), its second version (from 2026-02-02): the receiving institution
has 7 days to analyse and 11 in all; the refund is requested within 6 hours of an analysis that agrees. The words beside our
states are those of DICT's FundsRecovery. This is the side of the payer; `cases.disputes` is that of who received the money.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from cases.disputes.states import ANALYSIS, REFUND, Analysis
from kit.errors import Conflict, DomainError

REQUEST = timedelta(hours=6)


class RecoveryState(StrEnum):
    """`returning` waits for a second person to credit what came back. The last three are ends."""

    CREATED = "created"
    SENT = "sent"
    ANALYSED = "analysed"
    REFUNDING = "refunding"
    RETURNING = "returning"
    COMPLETED = "completed"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class RecoveryResult(StrEnum):
    """What became of it: how much came back, that the other side found no fraud, or why nothing comes."""

    TOTALLY_ACCEPTED = "totally-accepted"
    PARTIALLY_ACCEPTED = "partially-accepted"
    DISAGREED = "disagreed"
    NO_BALANCE = "no-balance"
    ACCOUNT_CLOSURE = "account-closure"
    CANNOT_REFUND = "cannot-refund"
    OTHER = "other"


class RecoveryAct(StrEnum):
    """What can be done to a recovery."""

    SEND = "send"
    AGREED = "agreed"
    DISAGREED = "disagreed"
    REQUEST = "request"
    PROPOSE = "propose"
    AGREE = "agree"
    SEND_BACK = "send-back"
    REFUSED = "refused"
    CANCEL = "cancel"


_S = RecoveryState
MOVES: dict[RecoveryAct, tuple[frozenset[RecoveryState], RecoveryState]] = {
    RecoveryAct.SEND: (frozenset({_S.CREATED}), _S.SENT),
    RecoveryAct.AGREED: (frozenset({_S.SENT}), _S.ANALYSED),
    RecoveryAct.DISAGREED: (frozenset({_S.SENT}), _S.REFUSED),
    RecoveryAct.REQUEST: (frozenset({_S.ANALYSED}), _S.REFUNDING),
    RecoveryAct.PROPOSE: (frozenset({_S.REFUNDING}), _S.RETURNING),
    RecoveryAct.AGREE: (frozenset({_S.RETURNING}), _S.COMPLETED),
    RecoveryAct.SEND_BACK: (frozenset({_S.RETURNING}), _S.REFUNDING),
    RecoveryAct.REFUSED: (frozenset({_S.REFUNDING}), _S.REFUSED),
    RecoveryAct.CANCEL: (frozenset({_S.CREATED, _S.SENT}), _S.CANCELLED),
}
ANSWERING = {Analysis.AGREED: RecoveryAct.AGREED, Analysis.DISAGREED: RecoveryAct.DISAGREED}
ENDS = frozenset({_S.COMPLETED, _S.REFUSED, _S.CANCELLED})
_FUNDS_RECOVERY = {
    _S.CREATED: "CREATED", _S.SENT: "AWAITING_ANALYSIS", _S.ANALYSED: "ANALYSED", _S.REFUNDING: "REFUNDING",
    _S.RETURNING: "REFUNDING", _S.COMPLETED: "COMPLETED", _S.REFUSED: "COMPLETED", _S.CANCELLED: "CANCELLED",
}  # fmt: skip


class RecoveryMoveNotAllowed(Conflict):
    """The table has no such move from where the recovery stands."""

    code = "recovery-move-not-allowed"
    title = "A recovery in this state does not allow this"
    remedy = "Read the recovery: its state says what is next; docs/cases.md has the table."


class PaidWithin(Conflict):
    """The money went to an account of this bank."""

    code = "paid-within"
    title = "The money was paid to an account here"
    remedy = "Open a dispute of the payment instead (POST /v1/med): it is held where it is."


class AlreadyRecovering(Conflict):
    """The payment's money is asked back already, or the directory's id is another recovery's."""

    code = "already-recovering"
    title = "This payment's money is asked back already, or the request is known"
    remedy = "List the recoveries and find it by its transfer_id or external_id."


class ReturnChanged(Conflict):
    """Another return has taken the place of the one that was read."""

    code = "return-changed"
    title = "Another return has been proposed since"
    remedy = "Read the recovery again, and judge what is proposed now, naming its proposed_at."


class OwnReturn(DomainError):
    """Who says that money came back may not credit it alone."""

    code = "own-return"
    title = "Somebody else has to agree to this return"
    remedy = "Ask a colleague in compliance to judge it; sending your own back is allowed."


def after(act: RecoveryAct, state: RecoveryState) -> RecoveryState:
    """Return the state after an act. Raises RecoveryMoveNotAllowed."""
    allowed, to = MOVES[act]
    if state not in allowed:
        raise RecoveryMoveNotAllowed(f"a recovery that is {state} does not take: {act}", state=state.value)
    return to


def require_read(*, approve: bool, proposed_by: str | None, by: str, proposed_at: datetime | None, read_at: datetime) -> None:
    """Raise ReturnChanged, or OwnReturn when a return is approved by who proposed it."""
    if proposed_at != read_at:
        raise ReturnChanged("what is proposed was proposed later", proposed_at=str(proposed_at))
    if approve and proposed_by == by:
        raise OwnReturn("the proposal is yours")


def due_at(state: RecoveryState, *, reported_at: datetime, analysed_at: datetime | None) -> datetime | None:
    """Return the deadline that runs in a state: the other side's analysis, our request, the other side's return."""
    if state in ENDS:
        return None
    if state is RecoveryState.ANALYSED and analysed_at is not None:
        return analysed_at + REQUEST
    return reported_at + (REFUND if state in (RecoveryState.REFUNDING, RecoveryState.RETURNING) else ANALYSIS)


def directory_status(state: RecoveryState) -> str:
    """Return DICT's word for the recovery."""
    return _FUNDS_RECOVERY[state]


def result_of(*, returned_minor: int, asked_minor: int) -> RecoveryResult:
    """Return what a return of so much of so much is called."""
    return RecoveryResult.TOTALLY_ACCEPTED if returned_minor >= asked_minor else RecoveryResult.PARTIALLY_ACCEPTED
