"""Triage: an alert opens a case, joins the one of its subject and scheme, or stays quiet."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from psycopg import AsyncConnection

import cases.service as alerts
from cases.alerts import Alert
from cases.casework import repository
from cases.casework.states import Act
from cases.due.clocks import analysis_due, local_day
from cases.papers.sealing import Papers
from contracts import sealed as kinds
from contracts.alerts import AlertStatus
from kit.clock import FixedClock
from kit.errors import Conflict
from kit.ids import uuid7
from serving.casework.acting import MAX_ALERTS, CaseFull, allowed, required, written
from serving.casework.schemas import NewCase
from serving.edge.principals import Principal

OPEN_ROUTE = "POST /v1/cases"
OPENED = "open"


class AlertInCase(Conflict):
    """The alert belongs to a case already."""

    code: ClassVar[str] = "alert-in-case"
    title: ClassVar[str] = "The alert is in a case already"
    remedy: ClassVar[str] = "Read the case that facts.case_id names."


class AlertEnded(Conflict):
    """Somebody has confirmed or dismissed the alert."""

    code: ClassVar[str] = "alert-ended"
    title: ClassVar[str] = "The alert has been ended"
    remedy: ClassVar[str] = "Move the alert back to in_review first, if it needs another look."


class SubjectQuiet(Conflict):
    """Two people found that this subject is no suspect of this scheme, and for how long that holds."""

    code: ClassVar[str] = "subject-quiet"
    title: ClassVar[str] = "The subject was reviewed for this scheme and stays quiet"
    remedy: ClassVar[str] = "Read the case in facts.case_id for the reason; open one all the same with despite_quiet: true."


class Opening:
    """Opens cases. Everything runs in the caller's transaction, under the tenant's lock of alerts."""

    def __init__(self, papers: Papers) -> None:
        self._papers = papers

    async def open(
        self, connection: AsyncConnection, principal: Principal, wanted: NewCase, *, now: datetime, headers: dict[str, str]
    ) -> tuple[str, bool]:
        """Return the case that the alert is in now, and whether it was there before.

        Raises NotFound, AlertInCase, AlertEnded, SubjectQuiet, CaseFull.
        """
        tenant_id, alert_id = principal.tenant_id, str(wanted.alert_id)
        await alerts.lock(connection, tenant_id)
        alert, _ = await alerts.get_alert(connection, tenant_id=tenant_id, alert_id=alert_id)
        taken = await repository.case_of(connection, tenant_id=tenant_id, alert_id=alert_id)
        if taken is not None:
            raise AlertInCase(f"alert {alert_id} is in a case", case_id=taken)
        if alert.status not in (AlertStatus.OPEN, AlertStatus.IN_REVIEW):
            raise AlertEnded(f"alert {alert_id} is {alert.status}", status=alert.status.value)
        if not wanted.despite_quiet:
            await self._require_loud(connection, alert, scheme=wanted.scheme, now=now)
        subject = {
            "tenant_id": tenant_id, "subject_kind": alert.subject_kind, "subject_id": alert.subject_id,
            "scheme": wanted.scheme,
        }  # fmt: skip
        case_id = await repository.joinable(connection, **subject)
        joined = case_id is not None
        operation_on, correlation_id = local_day(alert.first_event_time), headers["correlation_id"]
        if case_id is None:
            case_id = await self._insert(connection, principal, wanted, alert, now=now)
        else:
            case = await required(connection, principal, UUID(case_id), lock=True)
            allowed(case, Act.LINK, principal)
            if case["alert_count"] >= MAX_ALERTS:
                raise CaseFull(f"case {case_id} has {case['alert_count']} alerts", most=MAX_ALERTS, case_id=case_id)
            await repository.grew(
                connection, tenant_id=tenant_id, case_id=case_id, operation_on=operation_on, severity=wanted.severity.rank
            )
            await repository.change(connection, tenant_id=tenant_id, case_id=case_id)
        await repository.link(
            connection, tenant_id=tenant_id, alert_id=alert_id, case_id=case_id, by=principal.subject, now=now
        )
        if alert.status is AlertStatus.OPEN:
            await alerts.move_alert(
                connection, tenant_id=tenant_id, alert_id=alert_id, to=AlertStatus.IN_REVIEW, by=principal.subject,
                clock=FixedClock(round(now.timestamp() * 1000)), headers=headers,
            )  # fmt: skip
        await written(
            connection, principal, about=f"case/{case_id}", act=Act.LINK if joined else OPENED, route=OPEN_ROUTE,
            detail={"alert_id": alert_id, "scheme": wanted.scheme, "severity": wanted.severity.value,
                    "despite_quiet": wanted.despite_quiet},
            now=now, correlation_id=correlation_id,
        )  # fmt: skip
        return case_id, joined

    async def _insert(
        self, connection: AsyncConnection, principal: Principal, wanted: NewCase, alert: Alert, *, now: datetime
    ) -> str:
        tenant_id = principal.tenant_id
        case_id = str(uuid7(FixedClock(round(now.timestamp() * 1000))))
        customer_id = alert.subject_id if alert.subject_kind == "customer" else None
        if alert.subject_kind == "account":
            customer_id = await repository.owner_of(connection, tenant_id=tenant_id, account_id=alert.subject_id)
        today = local_day(now)
        await repository.insert(
            connection, tenant_id=tenant_id, case_id=case_id, subject_kind=alert.subject_kind, subject_id=alert.subject_id,
            customer_id=customer_id, scheme=wanted.scheme, severity=wanted.severity.rank, by=principal.subject, now=now,
            operation_on=local_day(alert.first_event_time), selected_on=today, due_on=analysis_due(today),
        )  # fmt: skip
        return case_id

    async def _require_loud(self, connection: AsyncConnection, alert: Alert, *, scheme: str, now: datetime) -> None:
        found = await repository.quiet(
            connection, tenant_id=alert.tenant_id, subject_kind=alert.subject_kind, subject_id=alert.subject_id, scheme=scheme
        )
        if found is None or found["until_on"] < local_day(now):
            return
        [reason] = self._papers.open(found | {"tenant_id": alert.tenant_id}, [found["sealed"]], kind=kinds.CASE_NOTE)
        raise SubjectQuiet(
            f"quiet until {found['until_on']}: {'(the reason was erased)' if reason is None else reason['text']}",
            case_id=found["case_id"], until=str(found["until_on"]),
        )  # fmt: skip
