"""Where a block stands, and what two people may say to it. Pure.

Source: Resolução BCB 1/2020 (the Pix regulation), precautionary block: at most 72 hours, of money that was received.
"""

from datetime import datetime
from enum import StrEnum

from kit.errors import Conflict, DomainError

MAX_BLOCK_MS = 72 * 3_600_000


class BlockState(StrEnum):
    """`expired`: nobody decided in time, and the money is free again."""

    HELD = "held"
    PROPOSED = "proposed"
    KEPT = "kept"
    RELEASED = "released"
    EXPIRED = "expired"

    @property
    def ended(self) -> bool:
        """Whether nobody decides any more."""
        return self not in (BlockState.HELD, BlockState.PROPOSED)


class Showing(StrEnum):
    """Which are listed: those that somebody still has to decide, what ends first at first, or those that have ended."""

    WAITING = "waiting"
    ENDED = "ended"


class BlockOutcome(StrEnum):
    """What is proposed: the money goes back to who paid, or the account has it."""

    KEEP = "keep"
    RELEASE = "release"


class BlockEnded(Conflict):
    """The money is not held any more."""

    code = "block-ended"
    title = "The block has ended"
    remedy = "Read it: it was decided, or its 72 hours are over and the money is free."


class BlockNotProposed(Conflict):
    """There is nothing to judge."""

    code = "block-not-proposed"
    title = "Nothing is proposed for this block"
    remedy = "Propose to keep or to release it first; somebody else judges that."


class BlockProposalChanged(Conflict):
    """Another proposal has taken the place of the one that was read."""

    code = "block-proposal-changed"
    title = "Another proposal has been made since"
    remedy = "Read the block again, and judge what is proposed now, naming its proposed_at."


class OwnBlockProposal(DomainError):
    """Who proposed may not agree."""

    code = "own-block-proposal"
    title = "Somebody else has to agree to this"
    remedy = "Ask a colleague in compliance to judge it; taking your own proposal back is allowed."


class AlreadyBlocked(Conflict):
    """A received payment is blocked once."""

    code = "already-blocked"
    title = "This payment has been blocked before"
    remedy = "Read that block; 72 hours are all there are. Freeze the account where the law lets you."


class NothingLeft(Conflict):
    """The account has nothing of it any more."""

    code = "nothing-left-to-hold"
    title = "The account has no money that could be held"
    remedy = "Open a case; what the account receives later can be blocked when it comes, or the account frozen."


def state_of(*, outcome: str | None, proposal: str | None, hold_status: str) -> BlockState:
    """Return where a block stands: how its hold stands in the ledger decides, then what people said."""
    if outcome is not None:
        return BlockState(outcome)
    if hold_status != "held":
        return BlockState.EXPIRED
    return BlockState.HELD if proposal is None else BlockState.PROPOSED


def require_open(state: BlockState) -> None:
    """Raise BlockEnded unless something may be proposed, in the place of what is."""
    if state.ended:
        raise BlockEnded(f"it is {state}", state=state.value)


def require_judgeable(
    state: BlockState, *, approve: bool, proposed_by: str | None, by: str, proposed_at: datetime | None, read_at: datetime
) -> None:
    """Raise BlockEnded, BlockNotProposed, BlockProposalChanged, or OwnBlockProposal when approved by who proposed."""
    require_open(state)
    if state is not BlockState.PROPOSED:
        raise BlockNotProposed("nothing is proposed")
    if proposed_at != read_at:
        raise BlockProposalChanged("what is proposed was proposed later", proposed_at=str(proposed_at))
    if approve and proposed_by == by:
        raise OwnBlockProposal("the proposal is yours")
