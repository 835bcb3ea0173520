"""The SQL of cases. Every function runs inside a transaction that carries the tenant (`kit.postgres.tenant_transaction`)."""

from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

Row = dict[str, Any]

_COLUMNS = """c.tenant_id, c.case_id::text, c.subject_kind, c.subject_id, c.customer_id, c.scheme, c.severity, c.state,
    c.assignee, c.opened_by, c.opened_at, c.operation_on, c.selected_on, c.due_on, c.proposal, c.proposed_by, c.proposed_at,
    c.judged_by, c.judged_at, c.ended_at, c.version"""
_CASE = f"""
select {_COLUMNS},
    (
        select count(*) from cases.evidence e where e.tenant_id = c.tenant_id and e.case_id = c.case_id
    )::integer as evidence_count,
    coalesce(s.alerts, 0)::integer as alert_count, coalesce(s.decisions, 0)::integer as decisions,
    coalesce(s.totals, '[]') as totals
from cases.case c
left join lateral (
    select sum(o.alerts) as alerts, sum(o.decisions) as decisions,
        jsonb_agg(jsonb_build_object('amount_minor', o.total, 'currency', o.currency) order by o.currency) as totals
    from (
        select a.currency, count(*) as alerts, sum(a.decisions) as decisions, sum(a.total_amount_minor)::bigint as total
        from cases.case_alert l join cases.alert a using (tenant_id, alert_id)
        where l.tenant_id = c.tenant_id and l.case_id = c.case_id group by a.currency
    ) o
) s on true
where c.tenant_id = %(tenant_id)s
"""
_FIND = _CASE + "and c.case_id = %(case_id)s"
_LOCK = "select 1 from cases.case where tenant_id = %(tenant_id)s and case_id = %(case_id)s for update"
_FILTERS = """
and (%(state)s::text is null or c.state = %(state)s) and (%(scheme)s::text is null or c.scheme = %(scheme)s)
and (%(assignee)s::text is null or c.assignee = %(assignee)s)
and (%(customer_id)s::text is null or c.customer_id = %(customer_id)s)
"""
_BY_DUE = (
    _CASE
    + _FILTERS
    + """and c.due_on is not null
and (%(due_on)s::date is null or (c.due_on, c.severity, c.case_id) > (%(due_on)s::date, %(severity)s::smallint, %(id)s::uuid))
order by c.due_on, c.severity, c.case_id limit %(limit)s"""
)
_BY_SEVERITY = (
    _CASE
    + _FILTERS
    + """and c.due_on is not null
and (%(due_on)s::date is null or (c.severity, c.due_on, c.case_id) > (%(severity)s::smallint, %(due_on)s::date, %(id)s::uuid))
order by c.severity, c.due_on, c.case_id limit %(limit)s"""
)
_NEWEST = (
    _CASE
    + _FILTERS
    + """and (%(opened_at)s::timestamptz is null or (c.opened_at, c.case_id) < (%(opened_at)s::timestamptz, %(id)s::uuid))
order by c.opened_at desc, c.case_id desc limit %(limit)s"""
)
_INSERT = """
insert into cases.case (tenant_id, case_id, subject_kind, subject_id, customer_id, scheme, severity, state, opened_by,
                        opened_at, operation_on, selected_on, due_on)
values (%(tenant_id)s, %(case_id)s, %(subject_kind)s, %(subject_id)s, %(customer_id)s, %(scheme)s, %(severity)s, 'open', %(by)s,
        %(now)s, %(operation_on)s, %(selected_on)s, %(due_on)s)
"""
_JOINABLE = """
select case_id::text from cases.case
where tenant_id = %(tenant_id)s and subject_kind = %(subject_kind)s and subject_id = %(subject_id)s and scheme = %(scheme)s
    and state in ('open', 'analysis') for update
"""
_CASE_OF = "select case_id::text from cases.case_alert where tenant_id = %s and alert_id = %s"
_LINK = """
insert into cases.case_alert (tenant_id, alert_id, case_id, linked_by, linked_at) values (%s, %s, %s, %s, %s)
"""
_GREW = """
update cases.case set operation_on = least(operation_on, %(operation_on)s), severity = least(severity, %(severity)s)
where tenant_id = %(tenant_id)s and case_id = %(case_id)s
"""
_OWNER = "select customer_id from bank.account where tenant_id = %s and account_id::text = %s"
_ALERTS = """
select a.alert_id::text, a.status, a.currency, a.decisions, a.total_amount_minor, a.highest_probability, a.first_event_time,
       a.last_event_time
from cases.case_alert l join cases.alert a using (tenant_id, alert_id)
where l.tenant_id = %s and l.case_id = %s order by a.first_event_time, a.alert_id limit %s
"""
# Flagged decisions and the payments of findings; a payment that is both, or of two findings, is there once.
_MEMBERS = """
select transaction_id, alert_id, event_time, verdict, amount_minor, currency, probability, reasons, transaction
from (
    select distinct on (u.transaction_id) u.*
    from (
        select m.transaction_id::text, m.alert_id::text, m.event_time, m.verdict, m.amount_minor, m.currency, m.probability,
            m.reasons, m.transaction, 1 as place
        from cases.case_alert l join cases.alert_member m using (tenant_id, alert_id)
        where l.tenant_id = %(tenant_id)s and l.case_id = %(case_id)s
        union all
        select p.transaction_id::text, f.alert_id::text, p.at, 'allow', p.amount_minor, f.currency, null, array[f.scenario],
            jsonb_strip_nulls(jsonb_build_object('channel', p.payment ->> 'channel',
                'payee_id', case when (p.payment ->> 'is_out')::boolean then p.payment ->> 'other' end)), 2
        from cases.case_alert l
        join cases.finding f using (tenant_id, alert_id)
        join cases.finding_payment p using (tenant_id, finding_id)
        where l.tenant_id = %(tenant_id)s and l.case_id = %(case_id)s
    ) u
    order by u.transaction_id, u.place, u.reasons
) m
order by event_time, transaction_id
"""
_COLLEAGUE = """
select 1 from identity.login_user
where tenant_id = %s and user_id::text = %s and disabled_at is null and roles && %s
"""
_QUIET = """
select q.until_on, q.case_id::text, q.note_id::text, n.sealed, c.customer_id
from cases.quiet q join cases.case c using (tenant_id, case_id)
left join cases.note n on n.tenant_id = q.tenant_id and n.note_id = q.note_id
where q.tenant_id = %s and q.subject_kind = %s and q.subject_id = %s and q.scheme = %s
"""
_QUIET_UNTIL = """
select until_on from cases.quiet where tenant_id = %s and subject_kind = %s and subject_id = %s and scheme = %s
"""
_QUIETEN = """
insert into cases.quiet as q (tenant_id, subject_kind, subject_id, scheme, until_on, case_id, note_id, judged_by, judged_at)
select c.tenant_id, c.subject_kind, c.subject_id, c.scheme, %(until_on)s, c.case_id, %(note_id)s, %(by)s, %(now)s
from cases.case c where c.tenant_id = %(tenant_id)s and c.case_id = %(case_id)s
on conflict (tenant_id, subject_kind, subject_id, scheme) do update
    set until_on = excluded.until_on, case_id = excluded.case_id, note_id = excluded.note_id, judged_by = excluded.judged_by,
        judged_at = excluded.judged_at
"""
_QUIET_PAGE = """
select q.subject_kind, q.subject_id, q.scheme, q.until_on, q.case_id::text, q.judged_by, q.judged_at, n.sealed, c.customer_id
from cases.quiet q join cases.case c using (tenant_id, case_id)
left join cases.note n on n.tenant_id = q.tenant_id and n.note_id = q.note_id
where q.tenant_id = %(tenant_id)s and q.until_on >= %(today)s
    and (%(at)s::timestamptz is null or (q.judged_at, q.case_id) < (%(at)s::timestamptz, %(id)s::uuid))
order by q.judged_at desc, q.case_id desc limit %(limit)s
"""
_PUBLISH = """
insert into outbox.event (topic, key, payload, headers)
select %(topic)s, %(tenant_id)s, e.payload, %(headers)s::jsonb
from unnest(%(payloads)s::bytea[]) with ordinality as e (payload, place) order by e.place
"""


async def _rows(connection: psycopg.AsyncConnection, query: str, parameters: Any) -> list[Row]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        return await (await cursor.execute(query, parameters)).fetchall()


async def find(connection: psycopg.AsyncConnection, *, tenant_id: str, case_id: str, lock: bool = False) -> Row | None:
    """Return one case with counts of what it holds; locked, nobody changes it until the transaction ends."""
    named = {"tenant_id": tenant_id, "case_id": case_id}
    if lock:
        await connection.execute(_LOCK, named)
    found = await _rows(connection, _FIND, named)
    return found[0] if found else None


async def page(connection: psycopg.AsyncConnection, *, order: str, **asked: object) -> list[Row]:
    """Return cases: `due` and `severity` are queues of what is not ended, `newest` has all."""
    query = {"due": _BY_DUE, "severity": _BY_SEVERITY, "newest": _NEWEST}[order]
    return await _rows(connection, query, asked)


async def insert(connection: psycopg.AsyncConnection, **columns: object) -> None:
    """Write a new case."""
    await connection.execute(_INSERT, columns)


async def joinable(connection: psycopg.AsyncConnection, **subject: object) -> str | None:
    """Return the case that takes new alerts of a subject and scheme, locked."""
    row = await (await connection.execute(_JOINABLE, subject)).fetchone()
    return None if row is None else str(row[0])


async def case_of(connection: psycopg.AsyncConnection, *, tenant_id: str, alert_id: str) -> str | None:
    """Return the case that an alert is in."""
    row = await (await connection.execute(_CASE_OF, (tenant_id, alert_id))).fetchone()
    return None if row is None else str(row[0])


async def link(
    connection: psycopg.AsyncConnection, *, tenant_id: str, alert_id: str, case_id: str, by: str, now: datetime
) -> None:
    """Put an alert into a case."""
    await connection.execute(_LINK, (tenant_id, alert_id, case_id, by, now))


async def grew(connection: psycopg.AsyncConnection, *, tenant_id: str, case_id: str, operation_on: date, severity: int) -> None:
    """Let a case be as old and as severe as what joined it, if that is more."""
    named = {"tenant_id": tenant_id, "case_id": case_id, "operation_on": operation_on, "severity": severity}
    await connection.execute(_GREW, named)


async def owner_of(connection: psycopg.AsyncConnection, *, tenant_id: str, account_id: str) -> str | None:
    """Return whose an account is."""
    row = await (await connection.execute(_OWNER, (tenant_id, account_id))).fetchone()
    return None if row is None else str(row[0])


async def change(connection: psycopg.AsyncConnection, *, tenant_id: str, case_id: str, **columns: object) -> None:
    """Set columns of a locked case and count its version up by the one row that the trail gets for it."""
    known = {name: Jsonb(value) if isinstance(value, dict) else value for name, value in columns.items()}
    await connection.execute(_CHANGES[frozenset(columns)], known | {"tenant_id": tenant_id, "case_id": case_id})


_SET = "update cases.case set {columns}version = version + 1 where tenant_id = %(tenant_id)s and case_id = %(case_id)s"
# Every change that there is, so that each statement is a constant.
_CHANGES = {
    frozenset(columns): _SET.format(columns="".join(f"{name} = %({name})s, " for name in columns))
    for columns in (
        (),
        ("state",),
        ("state", "assignee"),
        ("state", "proposal", "proposed_by", "proposed_at"),
        ("state", "judged_by", "judged_at", "due_on"),
        ("state", "judged_by", "judged_at", "due_on", "ended_at"),
        ("state", "due_on", "ended_at"),
    )
}


async def alerts(connection: psycopg.AsyncConnection, *, tenant_id: str, case_id: str, limit: int) -> list[Row]:
    """Return a case's alerts, oldest first."""
    return await _rows(connection, _ALERTS, (tenant_id, case_id, limit))


async def members(connection: psycopg.AsyncConnection, *, tenant_id: str, case_id: str) -> list[Row]:
    """Return all transactions of a case, oldest first: flagged decisions, and payments of findings with their scenario."""
    return await _rows(connection, _MEMBERS, {"tenant_id": tenant_id, "case_id": case_id})


async def is_colleague(connection: psycopg.AsyncConnection, *, tenant_id: str, user_id: str, roles: list[str]) -> bool:
    """Whether somebody of the tenant has one of these roles."""
    return await (await connection.execute(_COLLEAGUE, (tenant_id, user_id, roles))).fetchone() is not None


async def quiet(
    connection: psycopg.AsyncConnection, *, tenant_id: str, subject_kind: str, subject_id: str, scheme: str
) -> Row | None:
    """Return until when a subject is quiet for a scheme, and the sealed reason."""
    found = await _rows(connection, _QUIET, (tenant_id, subject_kind, subject_id, scheme))
    return found[0] if found else None


async def quiet_until(
    connection: psycopg.AsyncConnection, *, tenant_id: str, subject_kind: str, subject_id: str, scheme: str
) -> date | None:
    """Return the last day on which a subject is quiet for a scheme; None where nobody kept it so."""
    row = await (await connection.execute(_QUIET_UNTIL, (tenant_id, subject_kind, subject_id, scheme))).fetchone()
    return None if row is None else row[0]


async def quieten(
    connection: psycopg.AsyncConnection, *, tenant_id: str, case_id: str, note_id: str, until_on: date, by: str, now: datetime
) -> None:
    """Keep a case's subject quiet for its scheme."""
    named = {"tenant_id": tenant_id, "case_id": case_id, "note_id": note_id, "until_on": until_on, "by": by, "now": now}
    await connection.execute(_QUIETEN, named)


async def quiet_page(connection: psycopg.AsyncConnection, **asked: object) -> list[Row]:
    """Return who is quiet today, newest first."""
    return await _rows(connection, _QUIET_PAGE, asked)


async def publish(
    connection: psycopg.AsyncConnection, *, tenant_id: str, topic: str, payloads: list[bytes], headers: str
) -> None:
    """Let messages leave through the outbox when, and only when, this transaction commits."""
    named = {"tenant_id": tenant_id, "topic": topic, "payloads": payloads, "headers": headers}
    await connection.execute(_PUBLISH, named)
