"""Alert events (`risk.alerts.v1`) with ids that a replay would give them again. Pure."""

import uuid

from cases.alerts import Alert, Member
from cases.grouping import Joining
from contracts.alerts import AlertEvent
from contracts.decisions import StandOut, Verdict
from kit.ids import derived_id

SCENARIO = "scenario"


def joined(joining: Joining, *, occurred_at_ms: int) -> AlertEvent:
    """A flagged decision opened an alert or joined one."""
    transaction, answer, group = joining.flagged.transaction, joining.flagged.answer, joining.group
    return AlertEvent(
        schema=1,
        event_id=str(derived_id(uuid.UUID(group.alert_id), "joined", transaction.transaction_id)),
        tenant_id=transaction.tenant_id,
        alert_id=group.alert_id,
        status=group.status,
        change="opened" if joining.opened else "grew",
        subject_kind=group.subject.kind,
        subject_id=group.subject.id,
        transaction_id=transaction.transaction_id,
        verdict=answer.verdict,
        amount_minor=transaction.amount_minor,
        currency=transaction.currency,
        first_event_time=group.first_event_ms,
        last_event_time=group.last_event_ms,
        occurred_at=occurred_at_ms,
        decisions=group.decisions,
        total_amount_minor=group.total_amount_minor,
        probability=answer.probability,
        reasons=list(answer.reasons),
        stand_outs=joining.flagged.stand_outs,
    )


def moved(alert: Alert, newest: Member, *, occurred_at_ms: int) -> AlertEvent:
    """Somebody moved an alert; `alert` is as it stands after the move, `newest` the member that joined last."""
    return AlertEvent(
        schema=1,
        event_id=str(derived_id(uuid.UUID(alert.alert_id), "moved", str(alert.moves))),
        tenant_id=alert.tenant_id,
        alert_id=alert.alert_id,
        status=alert.status,
        change="moved",
        subject_kind=alert.subject_kind,
        subject_id=alert.subject_id,
        transaction_id=newest.transaction_id,
        verdict=Verdict(newest.verdict),
        amount_minor=newest.amount_minor,
        currency=alert.currency,
        first_event_time=_epoch_ms(alert.first_event_time.timestamp()),
        last_event_time=_epoch_ms(alert.last_event_time.timestamp()),
        occurred_at=occurred_at_ms,
        decisions=alert.decisions,
        total_amount_minor=alert.total_amount_minor,
        probability=newest.probability,
        reasons=list(newest.reasons),
        stand_outs=[] if alert.kind == SCENARIO else [StandOut(**each) for each in newest.stand_outs],  # type: ignore[arg-type]
        kind="scenario" if alert.kind == SCENARIO else "decision",
    )


def _epoch_ms(seconds: float) -> int:
    return round(seconds * 1000)
