"""Recording what was found of money laundering: findings, the payments that make them, and their alerts."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import psycopg

from cases import finding_repository
from cases.findings import Found, Grown, join
from cases.triage import triage
from contracts.alerts import AlertEvent
from contracts.aml import MOST_PAYMENTS, Finding
from contracts.decisions import Verdict
from kit.ids import derived_id


@dataclass(frozen=True, slots=True)
class RecordedFindings:
    """What became of judged candidates, and how many cases the policy opened for them."""

    found: int = 0
    grew: int = 0
    known: int = 0
    cases: int = 0


async def record_found(
    connection: psycopg.AsyncConnection, tenant_id: str, found: Sequence[Found], *, now_ms: int
) -> RecordedFindings:
    """Make findings, or grow them, publish what changed, and triage their alerts. Recorded again, the same changes nothing.

    Runs inside the caller's transaction of the tenant, under its lock (`cases.repository.lock`). `found` is in the order of its
    topic.
    """
    if not found:
        return RecordedFindings()
    owners = await finding_repository.owners(connection, tenant_id, sorted({each.account_id for each in found}))
    whole = [
        replace(each, customer_id=owners[each.account_id].customer_id) if each.account_id in owners else each for each in found
    ]
    held = await finding_repository.findings_touched(connection, tenant_id, whole)
    alerts = await finding_repository.unclosed_alerts(connection, tenant_id, whole, held)
    changes = join(tenant_id, whole, findings=held, alerts=alerts)
    if not changes:
        return RecordedFindings(known=len(found))
    await finding_repository.write(connection, tenant_id, changes, now=datetime.fromtimestamp(now_ms / 1000, tz=UTC))
    told = [(finding_event(tenant_id, each, now_ms=now_ms), alert_event(tenant_id, each, now_ms=now_ms)) for each in changes]
    await finding_repository.publish(connection, tenant_id, told)
    opened = await triage(connection, tenant_id, changes, now_ms=now_ms)
    first = sum(each.finding.growth == 1 for each in changes)
    return RecordedFindings(found=first, grew=len(changes) - first, known=len(found) - len(changes), cases=opened)


def finding_event(tenant_id: str, change: Grown, *, now_ms: int) -> Finding:
    """Return what `aml.findings.v1` is told."""
    finding, found = change.finding, change.found
    return Finding(
        schema=1,
        event_id=str(derived_id(uuid.UUID(finding.finding_id), "grew", str(finding.growth))),
        finding_id=finding.finding_id,
        growth=finding.growth,
        tenant_id=tenant_id,
        scenario=finding.scenario,
        account_id=finding.account_id,
        customer_id=finding.customer_id,
        currency=finding.currency,
        first_at=finding.first_ms,
        last_at=finding.last_ms,
        found_at=now_ms,
        payments=finding.payments,
        amount_minor=finding.amount_minor,
        measures=dict(found.measures),
        parameters=dict(found.parameters),
        transactions=[each.transaction_id for each in found.payments[-MOST_PAYMENTS:]],
        alert_id=change.alert.alert_id,
        job=found.job,
    )


def alert_event(tenant_id: str, change: Grown, *, now_ms: int) -> AlertEvent:
    """Return what `risk.alerts.v1` is told: the money has moved, so that the verdict is `allow`."""
    finding, alert, newest = change.finding, change.alert, change.new[-1]
    return AlertEvent(
        schema=1,
        event_id=str(derived_id(uuid.UUID(alert.alert_id), "finding", finding.finding_id, str(finding.growth))),
        tenant_id=tenant_id,
        alert_id=alert.alert_id,
        status=alert.status,
        change="opened" if change.opened else "grew",
        subject_kind=alert.subject.kind,
        subject_id=alert.subject.id,
        transaction_id=newest.transaction_id,
        verdict=Verdict.ALLOW,
        amount_minor=newest.amount_minor,
        currency=alert.subject.currency,
        first_event_time=alert.first_ms,
        last_event_time=alert.last_ms,
        occurred_at=now_ms,
        decisions=alert.findings,
        total_amount_minor=alert.total_amount_minor,
        reasons=[finding.scenario],
        kind="scenario",
        finding_id=finding.finding_id,
    )
