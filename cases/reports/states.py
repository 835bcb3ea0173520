"""Where a report stands: a draft is exported as a document, a person sends that and types in the receipt. Pure."""

from enum import StrEnum

from kit.errors import Conflict


class ReportState(StrEnum):
    """Where it stands. An exported one may be exported again while it was not sent; `sent` is the end."""

    DRAFT = "draft"
    EXPORTED = "exported"
    SENT = "sent"


class ReportKind(StrEnum):
    """A suspicion, or that a year had none."""

    SUSPICION = "suspicion"
    NIL = "nil"


class ReportAct(StrEnum):
    """What can be done to a report."""

    EXPORT = "export"
    RECEIPT = "receipt"


MOVES: dict[ReportAct, tuple[frozenset[ReportState], ReportState]] = {
    ReportAct.EXPORT: (frozenset({ReportState.DRAFT, ReportState.EXPORTED}), ReportState.EXPORTED),
    ReportAct.RECEIPT: (frozenset({ReportState.EXPORTED}), ReportState.SENT),
}


class ReportMoveNotAllowed(Conflict):
    """The table has no such move from where the report stands."""

    code = "report-move-not-allowed"
    title = "A report in this state does not allow this"
    remedy = "Read the report: a draft is exported first, then sent by a person, then gets its receipt; sent is the end."


class NotExported(Conflict):
    """There is no document yet."""

    code = "report-not-exported"
    title = "The report has no document yet"
    remedy = "Export it first (POST …/export)."


class YearNotNil(Conflict):
    """A declaration that a year had nothing to report would not be true, or is not due yet."""

    code = "year-not-nil"
    title = "This year cannot be declared to have had nothing to report"
    remedy = "Read the detail: the year must have ended, and nothing may have been reported or be about to be in it."


def after(act: ReportAct, state: ReportState) -> ReportState:
    """Return the state after an act. Raises ReportMoveNotAllowed."""
    allowed, to = MOVES[act]
    if state not in allowed:
        raise ReportMoveNotAllowed(f"a report that is {state} does not take: {act}", state=state.value)
    return to
