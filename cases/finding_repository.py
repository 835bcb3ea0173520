"""The SQL of findings. Every function runs inside a transaction that carries the tenant, under the tenant's lock on alerts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
import psycopg

from cases.alerts import UNCLOSED, Member
from cases.findings import SPAN_MS, Found, Grown, HeldAlert, HeldFinding
from cases.grouping import Subject
from contracts.alerts import AlertEvent, AlertStatus
from contracts.aml import Finding
from contracts.topics import ALERTS, AML_FINDINGS

_FINDINGS = """
    select f.finding_id::text, f.scenario, f.account_id::text, f.customer_id, f.alert_id::text, f.currency,
           (extract(epoch from f.first_at) * 1000)::bigint, (extract(epoch from f.last_at) * 1000)::bigint, f.payments,
           f.amount_minor, f.growth,
           array(select p.transaction_id::text from cases.finding_payment p
                  where p.tenant_id = f.tenant_id and p.finding_id = f.finding_id
                    and p.transaction_id = any(%(transactions)s::uuid[]))
      from cases.finding f
      join (select distinct * from unnest(%(accounts)s::uuid[], %(scenarios)s::text[]) as u (account_id, scenario)) s
        using (account_id, scenario)
     where f.tenant_id = %(tenant_id)s
       and f.last_at >= timestamptz 'epoch' + %(first_ms)s * interval '1 millisecond'
       and f.first_at <= timestamptz 'epoch' + %(last_ms)s * interval '1 millisecond'
"""
_ALERTS = """
    select a.alert_id::text, a.subject_kind, a.subject_id, a.currency, a.status,
           (extract(epoch from a.first_event_time) * 1000)::bigint, (extract(epoch from a.last_event_time) * 1000)::bigint,
           a.decisions, a.total_amount_minor, a.scenarios
      from cases.alert a
     where a.tenant_id = %(tenant_id)s and a.kind = 'scenario' and a.status = any(%(unclosed)s)
       and ((a.subject_kind, a.subject_id, a.currency)
              in (select * from unnest(%(kinds)s::text[], %(ids)s::text[], %(currencies)s::text[]))
            or a.alert_id = any(%(alerts)s::uuid[]))
       and a.first_event_time > timestamptz 'epoch' + %(after_ms)s * interval '1 millisecond'
       and a.last_event_time < timestamptz 'epoch' + %(before_ms)s * interval '1 millisecond'
"""
_WRITE_ALERTS = """
    insert into cases.alert as a (tenant_id, alert_id, kind, subject_kind, subject_id, currency, status, first_event_time,
                                  last_event_time, decisions, total_amount_minor, scenarios, opened_at, changed_at)
    select %(tenant_id)s, alert_id, 'scenario', subject_kind, subject_id, currency, status,
           timestamptz 'epoch' + first_ms * interval '1 millisecond', timestamptz 'epoch' + last_ms * interval '1 millisecond',
           findings, total_amount_minor, scenarios, %(now)s, %(now)s
      from jsonb_to_recordset(%(rows)s::jsonb) as r (
             alert_id uuid, subject_kind text, subject_id text, currency text, status text, first_ms bigint, last_ms bigint,
             findings integer, total_amount_minor bigint, scenarios text[])
    on conflict (tenant_id, alert_id) do update
       set first_event_time = excluded.first_event_time, last_event_time = excluded.last_event_time,
           decisions = excluded.decisions, total_amount_minor = excluded.total_amount_minor, scenarios = excluded.scenarios,
           changed_at = excluded.changed_at
"""
_WRITE_FINDINGS = """
    insert into cases.finding as f (tenant_id, finding_id, scenario, account_id, customer_id, alert_id, currency, first_at,
                                    last_at, payments, amount_minor, measures, parameters, job, growth, found_at, changed_at)
    select %(tenant_id)s, finding_id, scenario, account_id, customer_id, alert_id, currency,
           timestamptz 'epoch' + first_ms * interval '1 millisecond', timestamptz 'epoch' + last_ms * interval '1 millisecond',
           payments, amount_minor, measures, parameters, job, growth, %(now)s, %(now)s
      from jsonb_to_recordset(%(rows)s::jsonb) as r (
             finding_id uuid, scenario text, account_id uuid, customer_id text, alert_id uuid, currency text, first_ms bigint,
             last_ms bigint, payments integer, amount_minor bigint, measures jsonb, parameters jsonb, job text, growth integer)
    on conflict (tenant_id, finding_id) do update
       set customer_id = excluded.customer_id, alert_id = excluded.alert_id, first_at = excluded.first_at,
           last_at = excluded.last_at, payments = excluded.payments, amount_minor = excluded.amount_minor,
           measures = f.measures || excluded.measures, parameters = excluded.parameters, job = excluded.job,
           growth = excluded.growth, changed_at = excluded.changed_at
"""
_WRITE_PAYMENTS = """
    insert into cases.finding_payment (tenant_id, finding_id, transaction_id, at, amount_minor, payment, joined_at)
    select %(tenant_id)s, finding_id, transaction_id, timestamptz 'epoch' + at_ms * interval '1 millisecond', amount_minor,
           payment, %(now)s
      from jsonb_to_recordset(%(rows)s::jsonb) as r (
             finding_id uuid, transaction_id uuid, at_ms bigint, amount_minor bigint, payment jsonb)
"""
_PUBLISH = """
    insert into outbox.event (topic, key, payload, headers)
    select e.topic, %(key)s, e.payload, '{}'::jsonb
      from unnest(%(topics)s::text[], %(payloads)s::bytea[]) with ordinality as e (topic, payload, place)
     order by e.place
"""
_MEMBERS = """
    select p.transaction_id::text, row_number() over (order by p.at, p.transaction_id, f.scenario)::integer as position, p.at,
           'allow', p.amount_minor, f.currency, null::double precision, array[f.scenario],
           (select coalesce(jsonb_agg(jsonb_build_object('feature', m.key, 'value', m.value, 'sentence',
                     f.scenario || ': ' || m.key || ' ' || m.value
                     || coalesce(', compared with ' || (f.parameters ->> m.key), '')) order by m.key), '[]')
              from jsonb_each(f.measures) m),
           p.payment, p.joined_at
      from cases.finding f
      join cases.finding_payment p using (tenant_id, finding_id)
     where f.tenant_id = %s and f.alert_id = %s
     order by position desc limit %s
"""
_REACHED = """
    select r.account_id::text, r.scenario, (extract(epoch from r.reached_at) * 1000)::bigint, r.measure
      from cases.reached r
      join (select distinct * from unnest(%s::uuid[], %s::text[]) as u (account_id, scenario)) s using (account_id, scenario)
     where r.tenant_id = %s
"""
_WRITE_REACHED = """
    insert into cases.reached as r (tenant_id, account_id, scenario, reached_at, measure)
    select %(tenant_id)s, account_id, scenario, timestamptz 'epoch' + at_ms * interval '1 millisecond', measure
      from jsonb_to_recordset(%(rows)s::jsonb) as u (account_id uuid, scenario text, at_ms bigint, measure bigint)
    on conflict (tenant_id, account_id, scenario, reached_at) do update set measure = greatest(r.measure, excluded.measure)
"""
_OWNERS = """
    select a.account_id::text, a.customer_id, c.kind
      from bank.account a join bank.customer c using (tenant_id, customer_id)
     where a.tenant_id = %s and a.account_id = any(%s::uuid[])
"""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose an account is: `kind` is person or business."""

    customer_id: str
    kind: str


async def owners(connection: psycopg.AsyncConnection, tenant_id: str, accounts: Sequence[str]) -> dict[str, Owner]:
    """Return whose each of the accounts is; those that the bank does not keep are left out."""
    rows = await (await connection.execute(_OWNERS, (tenant_id, list(accounts)))).fetchall()
    return {row[0]: Owner(row[1], row[2]) for row in rows}


async def reached(
    connection: psycopg.AsyncConnection, tenant_id: str, keys: Sequence[tuple[str, str]]
) -> list[tuple[str, str, int, int]]:
    """Return (account, scenario, moment in ms, measure) of the (account, scenario) pairs in `keys`."""
    accounts, scenarios = [each[0] for each in keys], [each[1] for each in keys]
    return await (await connection.execute(_REACHED, (accounts, scenarios, tenant_id))).fetchall()


async def write_reached(connection: psycopg.AsyncConnection, tenant_id: str, rows: Iterable[tuple[str, str, int, int]]) -> None:
    """Write what was reached; of two at one moment the larger stays."""
    largest: dict[tuple[str, str, int], int] = {}
    for account, scenario, at_ms, measure in rows:
        key = (account, scenario, at_ms)
        largest[key] = max(measure, largest.get(key, 0))
    named = [
        {"account_id": account, "scenario": scenario, "at_ms": at_ms, "measure": measure}
        for (account, scenario, at_ms), measure in largest.items()
    ]
    await connection.execute(_WRITE_REACHED, {"tenant_id": tenant_id, "rows": msgspec.json.encode(named).decode()})


async def findings_touched(connection: psycopg.AsyncConnection, tenant_id: str, found: Sequence[Found]) -> list[HeldFinding]:
    """Return the findings of the same accounts and scenarios whose spans meet any of `found`."""
    parameters = {
        "tenant_id": tenant_id,
        "accounts": [each.account_id for each in found],
        "scenarios": [each.scenario for each in found],
        "transactions": sorted({payment.transaction_id for each in found for payment in each.payments}),
        "first_ms": min(each.payments[0].at for each in found),
        "last_ms": max(each.payments[-1].at for each in found),
    }
    rows = await (await connection.execute(_FINDINGS, parameters)).fetchall()
    return [HeldFinding(*row) for row in rows]


async def unclosed_alerts(
    connection: psycopg.AsyncConnection, tenant_id: str, found: Sequence[Found], findings: Sequence[HeldFinding]
) -> list[HeldAlert]:
    """Return the unclosed alerts of scenarios that any of `found` could join, or that one of `findings` is in."""
    subjects = sorted({(each.subject.kind, each.subject.id, each.subject.currency) for each in found})
    parameters = {
        "tenant_id": tenant_id,
        "unclosed": list(UNCLOSED),
        "kinds": [each[0] for each in subjects],
        "ids": [each[1] for each in subjects],
        "currencies": [each[2] for each in subjects],
        "alerts": sorted({each.alert_id for each in findings}),
        "after_ms": min(each.payments[0].at for each in found) - 2 * SPAN_MS,
        "before_ms": max(each.payments[-1].at for each in found) + 2 * SPAN_MS,
    }
    rows = await (await connection.execute(_ALERTS, parameters)).fetchall()
    return [HeldAlert(row[0], Subject(row[1], row[2], row[3]), AlertStatus(row[4]), *row[5:]) for row in rows]


async def write(connection: psycopg.AsyncConnection, tenant_id: str, changes: Sequence[Grown], *, now: datetime) -> None:
    """Write alerts and findings as they stand after `changes`, and the payments that are new."""
    alerts = {each.alert.alert_id: each.alert for each in changes}
    last = {each.finding.finding_id: each for each in changes}
    common = {"tenant_id": tenant_id, "now": now}
    await connection.execute(_WRITE_ALERTS, common | {"rows": _json([_alert_row(each) for each in alerts.values()])})
    await connection.execute(_WRITE_FINDINGS, common | {"rows": _json([_finding_row(each) for each in last.values()])})
    payments = [
        {"finding_id": each.finding.finding_id, "transaction_id": new.transaction_id, "at_ms": new.at,
         "amount_minor": new.amount_minor, "payment": new}
        for each in changes for new in each.new
    ]  # fmt: skip
    await connection.execute(_WRITE_PAYMENTS, common | {"rows": _json(payments)})


def _alert_row(alert: HeldAlert) -> dict[str, object]:
    return {
        "alert_id": alert.alert_id, "subject_kind": alert.subject.kind, "subject_id": alert.subject.id,
        "currency": alert.subject.currency, "status": alert.status, "first_ms": alert.first_ms, "last_ms": alert.last_ms,
        "findings": alert.findings, "total_amount_minor": alert.total_amount_minor, "scenarios": alert.scenarios,
    }  # fmt: skip


def _finding_row(change: Grown) -> dict[str, object]:
    finding, found = change.finding, change.found
    return {
        "finding_id": finding.finding_id, "scenario": finding.scenario, "account_id": finding.account_id,
        "customer_id": finding.customer_id, "alert_id": finding.alert_id, "currency": finding.currency,
        "first_ms": finding.first_ms, "last_ms": finding.last_ms, "payments": finding.payments,
        "amount_minor": finding.amount_minor, "measures": found.measures, "parameters": found.parameters, "job": found.job,
        "growth": finding.growth,
    }  # fmt: skip


def _json(rows: Sequence[object]) -> str:
    return msgspec.json.encode(rows).decode()


async def publish(connection: psycopg.AsyncConnection, tenant_id: str, told: Sequence[tuple[Finding, AlertEvent]]) -> None:
    """Let findings and alert events leave through the outbox when, and only when, this transaction commits."""
    topics = [topic for _ in told for topic in (AML_FINDINGS, ALERTS)]
    payloads = [msgspec.json.encode(message) for pair in told for message in pair]
    await connection.execute(_PUBLISH, {"key": tenant_id, "topics": topics, "payloads": payloads})


async def members(connection: psycopg.AsyncConnection, tenant_id: str, alert_id: str, *, limit: int) -> list[Member]:
    """Return the payments of an alert's findings, the newest first. One of two findings is there twice."""
    rows = await (await connection.execute(_MEMBERS, (tenant_id, alert_id, limit))).fetchall()
    return [Member(*row) for row in rows]
