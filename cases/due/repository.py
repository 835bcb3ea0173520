"""The SQL of what is due (alerts without a case, cases, reports, disputes, blocks, recoveries, a silent year), and queues."""

from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from cases.due.clocks import RULES, WARNINGS, ZONE, DueClock, Urgency, local_day, nil_due

Row = dict[str, Any]

_DUE = """
with due as (
    select 'selection' as clock, 'alert' as what, a.alert_id::text as id,
        (a.first_event_time at time zone %(zone)s)::date + r.days as due_on, null::timestamptz as due_at
    from cases.alert a
    join lateral (
        select u.days from unnest(%(valid_from)s::date[], %(selection_days)s::integer[]) u (valid_from, days)
        order by u.valid_from <= (a.first_event_time at time zone %(zone)s)::date desc,
            case when u.valid_from <= (a.first_event_time at time zone %(zone)s)::date then u.valid_from end desc, u.valid_from
        limit 1
    ) r on true
    where a.tenant_id = %(tenant_id)s and a.status in ('open', 'in_review')
        and not exists (select from cases.case_alert l where l.tenant_id = a.tenant_id and l.alert_id = a.alert_id)
    union all
    select 'analysis', 'case', case_id::text, due_on, null from cases.case
    where tenant_id = %(tenant_id)s and state in ('open', 'analysis', 'proposed')
    union all
    select 'report', 'report', report_id::text, due_on, null from cases.report
    where tenant_id = %(tenant_id)s and kind = 'suspicion' and state <> 'sent'
    union all
    select d.clock, 'dispute', d.id, (d.due_at at time zone %(zone)s)::date, d.due_at
    from (
        select case state when 'agreed' then 'med_refund' else 'med_analysis' end as clock, dispute_id::text as id,
            case state when 'agreed' then refund_due_at else analysis_due_at end as due_at
        from cases.dispute where tenant_id = %(tenant_id)s and state in ('open', 'acknowledged', 'proposed', 'agreed')
    ) d
    union all
    select 'block', 'block', b.block_id::text, (b.expires_at at time zone %(zone)s)::date, b.expires_at
    from cases.block b join ledger.transfer h on h.id = b.hold_id
    where b.tenant_id = %(tenant_id)s and b.outcome is null and h.status = 'held'
    union all
    select 'recovery', 'recovery', recovery_id::text, (due_at at time zone %(zone)s)::date, due_at
    from cases.recovery where tenant_id = %(tenant_id)s and due_at is not null
    union all
    select 'nil', 'year', %(year)s::text, %(nil_due)s::date, null
    where exists (select from bank.customer where tenant_id = %(tenant_id)s and created_at < %(year_end)s)
        and not exists (
            select from cases.report r where r.tenant_id = %(tenant_id)s and r.state = 'sent'
                and ((r.kind = 'nil' and r.year = %(year)s)
                    or (r.kind = 'suspicion' and r.sent_at >= %(year_start)s and r.sent_at < %(year_end)s))
        )
), stood as materialized (
    select d.clock, d.what, d.id, d.due_on, d.due_at,
        -- A day ends with its midnight in Brasília.
        coalesce(d.due_at, (d.due_on + 1)::timestamp at time zone %(zone)s) as ends_at,
        case when coalesce(d.due_at < %(now)s, d.due_on < %(today)s) then 'late'
            when coalesce(d.due_at - w.before <= %(now)s, d.due_on - w.before <= %(today)s) then 'warning'
            else 'on_time' end as urgency
    from due d join unnest(%(clocks)s::text[], %(warnings)s::interval[]) w (clock, before) on w.clock = d.clock
)
select
    (select coalesce(jsonb_agg(to_jsonb(c)), '[]') from (
        select clock, urgency, count(*) as count, min(ends_at) as next_at from stood group by clock, urgency
    ) c) as counts,
    (select coalesce(jsonb_agg(to_jsonb(i) - 'ends_at' order by i.ends_at, i.clock, i.id), '[]') from (
        select * from stood where %(clock)s::text is null or clock = %(clock)s order by ends_at, clock, id limit %(limit)s
    ) i) as items
"""
# Nobody judges what they proposed themselves: `to_judge` counts what somebody else did.
_QUEUES = """
select 'alerts' as queue, a.status as state, count(*) as count, 0 as mine, 0 as to_judge
from cases.alert a
where a.tenant_id = %(tenant_id)s and a.status in ('open', 'in_review')
    and not exists (select from cases.case_alert l where l.tenant_id = a.tenant_id and l.alert_id = a.alert_id)
group by a.status
union all
select 'cases', state, count(*), count(*) filter (where assignee = %(who)s),
    count(*) filter (where state = 'proposed' and proposed_by <> %(who)s)
from cases.case where tenant_id = %(tenant_id)s and state in ('open', 'analysis', 'proposed', 'to_report') group by state
union all
select 'reports', state, count(*), 0, 0
from cases.report where tenant_id = %(tenant_id)s and state <> 'sent' group by state
union all
select 'freezes', state, count(*), 0, count(*) filter (where state = 'lifting' and proposed_by <> %(who)s)
from cases.freeze where tenant_id = %(tenant_id)s and state <> 'lifted' group by state
union all
select 'blocks', case when b.proposal is null then 'held' else 'proposed' end, count(*), 0,
    count(*) filter (where b.proposed_by <> %(who)s)
from cases.block b join ledger.transfer h on h.id = b.hold_id
where b.tenant_id = %(tenant_id)s and b.outcome is null and h.status = 'held' group by 2
union all
select 'disputes', state, count(*), 0, count(*) filter (where state = 'proposed' and proposed_by <> %(who)s)
from cases.dispute where tenant_id = %(tenant_id)s and state in ('open', 'acknowledged', 'proposed', 'agreed') group by state
union all
select 'recoveries', state, count(*), 0, count(*) filter (where state = 'returning' and proposed_by <> %(who)s)
from cases.recovery where tenant_id = %(tenant_id)s and due_at is not null group by state
union all
select 'hits', status, count(*), 0, count(*) filter (where status = 'proposed' and proposed_by <> %(who)s)
from screening.hit where tenant_id = %(tenant_id)s and status in ('open', 'proposed') group by status
order by 1, 2
"""


async def due(connection: psycopg.AsyncConnection, *, tenant_id: str, now: datetime, clock: DueClock | None, limit: int) -> Row:
    """Return how many are late, nearly due and on time, in all and by clock, and up to `limit` of them, those that end first.

    With a clock, those of it alone; the counts are of all.
    """
    today = local_day(now)
    year = today.year - 1
    named = {
        "tenant_id": tenant_id, "today": today, "now": now, "clock": clock, "limit": limit, "zone": str(ZONE),
        "clocks": [each.value for each in WARNINGS], "warnings": list(WARNINGS.values()),
        "valid_from": [rules.valid_from for rules in RULES], "selection_days": [rules.selection_days for rules in RULES],
        "year": year, "nil_due": nil_due(year), "year_start": _midnight(year), "year_end": _midnight(year + 1),
    }  # fmt: skip
    async with connection.cursor(row_factory=dict_row) as cursor:
        [found] = await (await cursor.execute(_DUE, named)).fetchall()
    counted = {(row["clock"], row["urgency"]): row for row in found["counts"]}
    clocks = [_counted(each, counted) for each in WARNINGS]
    totals = {str(urgency): sum(int(row[urgency]) for row in clocks) for urgency in Urgency}
    return {"today": today, **totals, "clocks": clocks, "items": found["items"]}


async def queues(connection: psycopg.AsyncConnection, *, tenant_id: str, who: str) -> list[Row]:
    """Return the queues in which something waits: `queue`, `state`, `count`, and of these `mine` and `to_judge`."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        return await (await cursor.execute(_QUEUES, {"tenant_id": tenant_id, "who": who})).fetchall()


def _counted(clock: DueClock, counted: dict[tuple[str, str], Row]) -> Row:
    """How many of one clock stand how, and when the first of them ends."""
    rows = {urgency: counted.get((clock, urgency)) for urgency in Urgency}
    ends = [row["next_at"] for row in rows.values() if row is not None]
    return {
        "clock": clock,
        "next_at": min(ends, default=None),
        **{str(urgency): 0 if row is None else row["count"] for urgency, row in rows.items()},
    }


def _midnight(year: int) -> datetime:
    """The year's first moment in Brasília."""
    return datetime(year, 1, 1, tzinfo=ZONE).astimezone(UTC)
