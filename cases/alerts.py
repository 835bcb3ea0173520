"""What an alert is, and the moves that its status may make."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.alerts import AlertStatus
from kit.errors import Conflict

# Closing may be undone, by looking again; nothing is confirmed or dismissed straight from the other.
MOVES: dict[AlertStatus, frozenset[AlertStatus]] = {
    AlertStatus.OPEN: frozenset({AlertStatus.IN_REVIEW, AlertStatus.CONFIRMED, AlertStatus.DISMISSED}),
    AlertStatus.IN_REVIEW: frozenset({AlertStatus.OPEN, AlertStatus.CONFIRMED, AlertStatus.DISMISSED}),
    AlertStatus.CONFIRMED: frozenset({AlertStatus.IN_REVIEW}),
    AlertStatus.DISMISSED: frozenset({AlertStatus.IN_REVIEW}),
}
UNCLOSED = (AlertStatus.OPEN, AlertStatus.IN_REVIEW)


class AlertMoveNotAllowed(Conflict):
    """The alert's status cannot become that one from where it stands."""

    code = "alert-move-not-allowed"
    title = "An alert in this status cannot be moved there"
    remedy = "Read the alert again; its status says which moves are left."


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert as it stands. Amounts are minor units of `currency`; every member has that currency.

    An alert of `kind` scenario is of findings, of `scenarios`: `decisions` counts them.
    """

    tenant_id: str
    alert_id: str
    subject_kind: str
    subject_id: str
    currency: str
    status: AlertStatus
    first_event_time: datetime
    last_event_time: datetime
    decisions: int
    total_amount_minor: int
    highest_probability: float | None
    opened_at: datetime
    changed_at: datetime
    moved_by: str | None
    moves: int
    kind: str = "decision"
    scenarios: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """One flagged decision of an alert, or one payment of its findings; `transaction` is as in `contracts`, `Payment` there."""

    transaction_id: str
    position: int
    event_time: datetime
    verdict: str
    amount_minor: int
    currency: str
    probability: float | None
    reasons: list[str]
    stand_outs: list[dict[str, object]]
    transaction: dict[str, object]
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class AlertPage:
    """Alerts, newest first, and where the next page begins; None at the end."""

    items: list[Alert]
    next_cursor: str | None


def require_move(status: AlertStatus, to: AlertStatus) -> None:
    """Raise AlertMoveNotAllowed unless `MOVES` has it."""
    if to not in MOVES[status]:
        allowed = ", ".join(sorted(MOVES[status]))
        raise AlertMoveNotAllowed(f"an alert that is {status} may become: {allowed}", status=status, to=to)
