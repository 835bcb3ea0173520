"""Alerts for those who work them, through the domain in `cases`."""

from psycopg_pool import AsyncConnectionPool

import cases.service as domain
from cases.alerts import MOVES, Alert, Member
from contracts.alerts import AlertStatus
from kit.clock import Clock
from kit.postgres import tenant_transaction
from serving.edge.presented import money
from serving.edge.principals import Principal
from serving.identity.audit import record

Shown = dict[str, object]


class CasesService:
    """What the alerts routes do."""

    def __init__(self, core: AsyncConnectionPool, *, clock: Clock) -> None:
        self._core = core
        self._clock = clock

    async def page(self, principal: Principal, *, status: AlertStatus | None, cursor: str | None, limit: int) -> Shown:
        """Return a page of alerts, newest first. Raises InvalidCursor."""
        async with self._core.connection() as connection:
            page = await domain.list_alerts(
                connection, tenant_id=principal.tenant_id, status=status, cursor=cursor, limit=limit
            )
        return {"items": [_alert(alert) for alert in page.items], "next_cursor": page.next_cursor}

    async def get(self, principal: Principal, alert_id: str) -> Shown:
        """Return an alert and its members. Raises NotFound."""
        async with self._core.connection() as connection:
            alert, members = await domain.get_alert(connection, tenant_id=principal.tenant_id, alert_id=alert_id)
        return _alert(alert) | {"members": [_member(member) for member in members], "moves": sorted(MOVES[alert.status])}

    async def move(
        self,
        principal: Principal,
        alert_id: str,
        *,
        to: AlertStatus,
        note: str | None,
        correlation_id: str,
        traceparent: str,
    ) -> Shown:
        """Move an alert and publish that, with its audit row in the same transaction. Raises NotFound, AlertMoveNotAllowed."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            alert = await domain.move_alert(
                connection,
                tenant_id=principal.tenant_id,
                alert_id=alert_id,
                to=to,
                by=principal.subject,
                clock=self._clock,
                headers={"correlation_id": correlation_id, "traceparent": traceparent},
            )
            await record(
                connection,
                principal,
                "POST /v1/alerts/{alert_id}/status",
                resource=f"alerts/{alert_id}",
                correlation_id=correlation_id,
                detail={"to": to.value, "note": note},
            )
        return _alert(alert)


def _alert(alert: Alert) -> Shown:
    return {
        "alert_id": alert.alert_id,
        "status": alert.status,
        "kind": alert.kind,
        "scenarios": list(alert.scenarios),
        "subject_kind": alert.subject_kind,
        "subject_id": alert.subject_id,
        "decisions": alert.decisions,
        "total": money(alert.total_amount_minor, alert.currency),
        "highest_probability": alert.highest_probability,
        "first_event_time": alert.first_event_time,
        "last_event_time": alert.last_event_time,
        "opened_at": alert.opened_at,
        "changed_at": alert.changed_at,
        "moved_by": alert.moved_by,
    }


def _member(member: Member) -> Shown:
    return {
        "transaction_id": member.transaction_id,
        "event_time": member.event_time,
        "verdict": member.verdict,
        "amount": money(member.amount_minor, member.currency),
        "probability": member.probability,
        "reasons": member.reasons,
        "stand_outs": member.stand_outs,
        "transaction": member.transaction,
        "joined_at": member.joined_at,
    }
