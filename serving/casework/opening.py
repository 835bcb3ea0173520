"""Triage: an alert opens a case, joins the one of its subject and scheme, or stays quiet."""

from datetime import datetime
from typing import ClassVar

from psycopg import AsyncConnection

import cases.service as alerts
from cases.alerts import Alert
from cases.casework import repository
from cases.casework.selecting import select
from cases.due.clocks import local_day
from cases.papers.sealing import Papers
from contracts import sealed as kinds
from contracts.alerts import AlertStatus
from kit.errors import Conflict
from serving.casework.acting import written
from serving.casework.schemas import NewCase
from serving.edge.principals import Principal

OPEN_ROUTE = "POST /v1/cases"


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
        selected = await select(
            connection, alert, scheme=wanted.scheme, rank=wanted.severity.rank, by=principal.subject, now=now, headers=headers
        )
        await written(
            connection, principal, about=f"case/{selected.case_id}", act=selected.act, route=OPEN_ROUTE,
            detail={"alert_id": alert_id, "scheme": wanted.scheme, "severity": wanted.severity.value,
                    "despite_quiet": wanted.despite_quiet},
            now=now, correlation_id=headers["correlation_id"],
        )  # fmt: skip
        return selected.case_id, selected.joined

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
