"""An alert is selected for analysis: it opens a case or joins the one of its subject and scheme. For people and the policy."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from psycopg import AsyncConnection

import cases.service as alerts
from cases.alerts import Alert
from cases.casework import repository
from cases.casework.states import Act, CaseState, Standing, require
from cases.due.clocks import analysis_due, local_day
from contracts.alerts import AlertStatus
from kit.clock import FixedClock
from kit.errors import Conflict
from kit.ids import uuid7

MAX_ALERTS = 200
OPENED = "open"


class CaseFull(Conflict):
    """A case holds so much and no more."""

    code: ClassVar[str] = "case-full"
    title: ClassVar[str] = "The case holds as much as one may"
    remedy: ClassVar[str] = (
        "Put papers that belong together into one document, and attach a reference; decide a case that has all its alerts."
    )


@dataclass(frozen=True, slots=True)
class Selected:
    """The case that an alert is in now, and whether it was there before."""

    case_id: str
    joined: bool

    @property
    def act(self) -> str:
        """What the trail calls it."""
        return Act.LINK.value if self.joined else OPENED


async def select(
    connection: AsyncConnection, alert: Alert, *, scheme: str, rank: int, by: str, now: datetime, headers: dict[str, str]
) -> Selected:
    """Put an unclosed alert that is in no case into one, and move it to in_review. Raises CaseFull.

    Everything runs in the caller's transaction, under the tenant's lock of alerts; the caller tells the trail.
    """
    tenant_id, operation_on = alert.tenant_id, local_day(alert.first_event_time)
    case_id = await repository.joinable(
        connection, tenant_id=tenant_id, subject_kind=alert.subject_kind, subject_id=alert.subject_id, scheme=scheme
    )
    joined = case_id is not None
    if case_id is None:
        case_id = await _insert(connection, alert, scheme=scheme, rank=rank, by=by, now=now)
    else:
        await _let_grow(connection, tenant_id, case_id, operation_on=operation_on, rank=rank, by=by)
    await repository.link(connection, tenant_id=tenant_id, alert_id=alert.alert_id, case_id=case_id, by=by, now=now)
    if alert.status is AlertStatus.OPEN:
        await alerts.move_alert(
            connection, tenant_id=tenant_id, alert_id=alert.alert_id, to=AlertStatus.IN_REVIEW, by=by,
            clock=FixedClock(round(now.timestamp() * 1000)), headers=headers,
        )  # fmt: skip
    return Selected(case_id, joined)


async def _let_grow(
    connection: AsyncConnection, tenant_id: str, case_id: str, *, operation_on: date, rank: int, by: str
) -> None:
    case = await repository.find(connection, tenant_id=tenant_id, case_id=case_id, lock=True)
    if case is None:
        raise LookupError(f"case {case_id} vanished under the tenant's lock")
    require(Act.LINK, Standing(state=CaseState(case["state"])), by=by)
    if case["alert_count"] >= MAX_ALERTS:
        raise CaseFull(f"case {case_id} has {case['alert_count']} alerts", most=MAX_ALERTS, case_id=case_id)
    await repository.grew(connection, tenant_id=tenant_id, case_id=case_id, operation_on=operation_on, severity=rank)
    await repository.change(connection, tenant_id=tenant_id, case_id=case_id)


async def _insert(connection: AsyncConnection, alert: Alert, *, scheme: str, rank: int, by: str, now: datetime) -> str:
    case_id = str(uuid7(FixedClock(round(now.timestamp() * 1000))))
    customer_id = alert.subject_id if alert.subject_kind == "customer" else None
    if alert.subject_kind == "account":
        customer_id = await repository.owner_of(connection, tenant_id=alert.tenant_id, account_id=alert.subject_id)
    today = local_day(now)
    await repository.insert(
        connection, tenant_id=alert.tenant_id, case_id=case_id, subject_kind=alert.subject_kind, subject_id=alert.subject_id,
        customer_id=customer_id, scheme=scheme, severity=rank, by=by, now=now,
        operation_on=local_day(alert.first_event_time), selected_on=today, due_on=analysis_due(today),
    )  # fmt: skip
    return case_id
