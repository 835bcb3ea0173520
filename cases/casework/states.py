"""Where a case stands, and who may do what to it when: one table. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from kit.errors import Conflict, DomainError


class CaseState(StrEnum):
    """`open`: selected, nobody's yet. `reported` and `closed` are ends: new suspicion opens a new case."""

    OPEN = "open"
    ANALYSIS = "analysis"
    PROPOSED = "proposed"
    TO_REPORT = "to_report"
    REPORTED = "reported"
    CLOSED = "closed"


class Outcome(StrEnum):
    """What is decided: the unit of financial intelligence is told, or nobody is."""

    REPORT = "report"
    CLOSE = "close"


class Act(StrEnum):
    """What can be done to a case."""

    LINK = "link"
    ASSIGN = "assign"
    NOTE = "note"
    ATTACH = "attach"
    PROPOSE_REPORT = "propose-report"
    PROPOSE_CLOSE = "propose-close"
    AGREE_REPORT = "agree-report"
    AGREE_CLOSE = "agree-close"
    SEND_BACK = "send-back"
    SENT = "sent"


class Who(StrEnum):
    """Who may do it, of those whose role opens the route."""

    ANYONE = "whoever works cases"
    ASSIGNEE = "whom the case is assigned to"
    SOMEBODY_ELSE = "a person other than who proposed"


class First(StrEnum):
    """What must be there before."""

    EVIDENCE = "a piece of evidence"
    ALL_SEEN = "nothing that joined after the proposal"
    RECEIPT = "the receipt of the report"


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table: from which states, to which (None: it stays), by whom, after what."""

    at: frozenset[CaseState]
    to: CaseState | None
    who: Who = Who.ANYONE
    first: tuple[First, ...] = ()


_WORKED = frozenset({CaseState.OPEN, CaseState.ANALYSIS})
_UNENDED = frozenset({CaseState.OPEN, CaseState.ANALYSIS, CaseState.PROPOSED, CaseState.TO_REPORT})
_ANALYSIS, _PROPOSED = frozenset({CaseState.ANALYSIS}), frozenset({CaseState.PROPOSED})
# Alerts join these: once something is proposed, new suspicion opens a case of its own.
JOINABLE = _WORKED

MOVES: dict[Act, Move] = {
    Act.LINK: Move(JOINABLE, None),
    Act.ASSIGN: Move(_WORKED, CaseState.ANALYSIS),
    Act.NOTE: Move(_UNENDED, None),
    Act.ATTACH: Move(_WORKED, None),
    Act.PROPOSE_REPORT: Move(_ANALYSIS, CaseState.PROPOSED, Who.ASSIGNEE, (First.EVIDENCE,)),
    Act.PROPOSE_CLOSE: Move(_ANALYSIS, CaseState.PROPOSED, Who.ASSIGNEE),
    Act.AGREE_REPORT: Move(_PROPOSED, CaseState.TO_REPORT, Who.SOMEBODY_ELSE, (First.ALL_SEEN,)),
    Act.AGREE_CLOSE: Move(_PROPOSED, CaseState.CLOSED, Who.SOMEBODY_ELSE, (First.ALL_SEEN,)),
    Act.SEND_BACK: Move(_PROPOSED, CaseState.ANALYSIS),
    Act.SENT: Move(frozenset({CaseState.TO_REPORT}), CaseState.REPORTED, first=(First.RECEIPT,)),
}
PROPOSING = {Outcome.REPORT: Act.PROPOSE_REPORT, Outcome.CLOSE: Act.PROPOSE_CLOSE}
AGREEING = {Outcome.REPORT: Act.AGREE_REPORT, Outcome.CLOSE: Act.AGREE_CLOSE}


class CaseMoveNotAllowed(Conflict):
    """The table has no such move from where the case stands."""

    code = "case-move-not-allowed"
    title = "A case in this state does not allow this"
    remedy = "Read the case again: `acts` says what its state allows."


class NotAssigned(Conflict):
    """Only whom the case is assigned to may do this."""

    code = "case-not-assigned"
    title = "The case is not assigned to you"
    remedy = "Take the case first (POST …/assignment), or ask whom it is assigned to."


class OwnDecision(DomainError):
    """Who proposed a decision may not agree to it."""

    code = "own-decision"
    title = "Somebody else has to agree to this decision"
    remedy = "Ask a colleague to judge it; sending your own proposal back is allowed."


class NothingToGoOn(Conflict):
    """What must be there first is not."""

    code = "case-lacks"
    title = "The case lacks what this needs"
    remedy = "Add what the detail names, then try again."


class DecisionChanged(Conflict):
    """Another proposal has taken the place of the one that was read."""

    code = "decision-changed"
    title = "Another decision has been proposed since"
    remedy = "Read the case again, and judge what is proposed now, naming its proposed_at."


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What of a case decides which moves it allows. `seen_all`: no decision has joined its alerts since the proposal."""

    state: CaseState
    assignee: str | None = None
    proposed_by: str | None = None
    evidence: int = 0
    seen_all: bool = True
    receipt: bool = False


def require(act: Act, standing: Standing, *, by: str) -> CaseState:
    """Return the state after `act`. Raises CaseMoveNotAllowed, NotAssigned, OwnDecision, NothingToGoOn."""
    move = MOVES[act]
    if standing.state not in move.at:
        raise CaseMoveNotAllowed(f"a case that is {standing.state} does not take: {act}", state=standing.state.value)
    if move.who is Who.ASSIGNEE and standing.assignee != by:
        raise NotAssigned("it is assigned to nobody" if standing.assignee is None else "it is assigned to somebody else")
    if move.who is Who.SOMEBODY_ELSE and standing.proposed_by == by:
        raise OwnDecision("the proposal is yours")
    there = {First.EVIDENCE: standing.evidence > 0, First.ALL_SEEN: standing.seen_all, First.RECEIPT: standing.receipt}
    for needed in move.first:
        if not there[needed]:
            raise NothingToGoOn(f"{act} needs {needed} first", needs=needed.value)
    return standing.state if move.to is None else move.to


def acts(state: CaseState) -> list[Act]:
    """Return what a state allows, whoever does it."""
    return [act for act, move in MOVES.items() if state in move.at]
