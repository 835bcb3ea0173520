"""Alert > triage > case: what the policy does with an alert as findings join it, in the transaction that records them.

1. An alert whose new finding opens a case by itself (`cases.findings.Triage`) is selected: it joins the case of its subject and
   scheme that nobody has decided, or opens one. Of several schemes the most severe is the case's.
2. A subject that two people keep quiet for a scheme opens no case of it.
3. What opens none waits for somebody; where its subject and scheme have a case that takes it, it joins that one.
4. When a case opens, the subject's other alerts of findings that wait join it.

The trail names the policy as who did it. An alert that is in a case, or was ended by somebody, is left alone: done again,
nothing changes.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from psycopg import AsyncConnection

from cases import repository
from cases.alerts import UNCLOSED, Alert
from cases.casework import repository as casework
from cases.casework.selecting import CaseFull, Selected, select
from cases.due.clocks import local_day
from cases.findings import Grown, Triage
from cases.trail import repository as trail

POLICY = "policy:triage"


async def triage(connection: AsyncConnection, tenant_id: str, changes: Sequence[Grown], *, now_ms: int) -> int:
    """Select what the changes ask for; return how many cases were opened. Under the tenant's lock of alerts."""
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    wanted: dict[str, list[Triage]] = {}
    for each in changes:
        wanted.setdefault(each.alert.alert_id, []).append(each.found.triage)
    opened = 0
    for alert_id, verdicts in wanted.items():
        alert = await repository.get(connection, tenant_id, alert_id)
        if alert is None or not await _waits(connection, alert):
            continue
        chosen = await _chosen(connection, alert, verdicts, now=now)
        if chosen is None:
            continue
        selected = await _selected(connection, alert, chosen, now=now)
        if selected is not None and not selected.joined:
            opened += 1
            await _gather(connection, alert, chosen, now=now)
    return opened


async def _waits(connection: AsyncConnection, alert: Alert) -> bool:
    if alert.status not in UNCLOSED:
        return False
    return await casework.case_of(connection, tenant_id=alert.tenant_id, alert_id=alert.alert_id) is None


async def _chosen(connection: AsyncConnection, alert: Alert, verdicts: Iterable[Triage], *, now: datetime) -> Triage | None:
    """The most severe verdict that opens a case or for which there is one, and that is not kept quiet."""
    subject = {"tenant_id": alert.tenant_id, "subject_kind": alert.subject_kind, "subject_id": alert.subject_id}
    for each in sorted(set(verdicts), key=lambda one: (not one.opens, one.rank, one.scheme)):
        until = await casework.quiet_until(connection, **subject, scheme=each.scheme)
        if until is not None and until >= local_day(now):
            continue
        if each.opens or await casework.joinable(connection, **subject, scheme=each.scheme) is not None:
            return each
    return None


async def _gather(connection: AsyncConnection, opened: Alert, chosen: Triage, *, now: datetime) -> None:
    """Put the subject's other alerts of findings that wait into the case that was opened."""
    waiting = await repository.waiting_of(
        connection, opened.tenant_id, subject_kind=opened.subject_kind, subject_id=opened.subject_id
    )
    for each in waiting:
        await _selected(connection, each, Triage(chosen.scheme, chosen.rank, opens=False), now=now)


async def _selected(connection: AsyncConnection, alert: Alert, verdict: Triage, *, now: datetime) -> Selected | None:
    """Select an alert and tell the trail; None where its case is full, so that it waits for somebody."""
    try:
        selected = await select(
            connection, alert, scheme=verdict.scheme, rank=verdict.rank, by=POLICY, now=now, headers={}
        )  # fmt: skip
    except CaseFull:
        return None
    await trail.append(
        connection, tenant_id=alert.tenant_id, at_ms=round(now.timestamp() * 1000), actor=POLICY,
        about=f"case/{selected.case_id}", act=selected.act,
        detail={"alert_id": alert.alert_id, "scheme": verdict.scheme, "rank": verdict.rank},
    )  # fmt: skip
    return selected
