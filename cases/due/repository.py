"""The SQL of what is due: alerts that no case has, cases, reports, disputes, and a year that nothing was said of."""

from datetime import UTC, date, datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from cases.due.clocks import RULES, ZONE, nil_due

Row = dict[str, Any]

_DUE = """
with due as (
    select 'selection' as clock, 'alert' as what, a.alert_id::text as id,
        (a.first_event_time at time zone %(zone)s)::date + r.days as due_on
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
    select 'analysis', 'case', case_id::text, due_on from cases.case
    where tenant_id = %(tenant_id)s and state in ('open', 'analysis', 'proposed')
    union all
    select 'report', 'report', report_id::text, due_on from cases.report
    where tenant_id = %(tenant_id)s and kind = 'suspicion' and state <> 'sent'
    union all
    select case state when 'agreed' then 'med_refund' else 'med_analysis' end, 'dispute', dispute_id::text,
        (case state when 'agreed' then refund_due_at else analysis_due_at end at time zone %(zone)s)::date
    from cases.dispute where tenant_id = %(tenant_id)s and state in ('open', 'acknowledged', 'proposed', 'agreed')
    union all
    select 'nil', 'year', %(year)s::text, %(nil_due)s::date
    where exists (select from bank.customer where tenant_id = %(tenant_id)s and created_at < %(year_end)s)
        and not exists (
            select from cases.report r where r.tenant_id = %(tenant_id)s and r.state = 'sent'
                and ((r.kind = 'nil' and r.year = %(year)s)
                    or (r.kind = 'suspicion' and r.sent_at >= %(year_start)s and r.sent_at < %(year_end)s))
        )
)
select clock, what, id, due_on, count(*) over () as all_rows,
    count(*) filter (where due_on < %(today)s) over () as late,
    count(*) filter (where due_on >= %(today)s and due_on <= %(today)s + %(warning_days)s) over () as warning
from due order by due_on, clock, id limit %(limit)s
"""


async def due(connection: psycopg.AsyncConnection, *, tenant_id: str, today: date, warning_days: int, limit: int) -> Row:
    """Return how many are late, nearly due and on time, and up to `limit` of them, the most pressing first."""
    year = today.year - 1
    named = {
        "tenant_id": tenant_id, "today": today, "warning_days": warning_days, "limit": limit, "zone": str(ZONE),
        "valid_from": [rules.valid_from for rules in RULES], "selection_days": [rules.selection_days for rules in RULES],
        "year": year, "nil_due": nil_due(year), "year_start": _midnight(year), "year_end": _midnight(year + 1),
    }  # fmt: skip
    async with connection.cursor(row_factory=dict_row) as cursor:
        found = await (await cursor.execute(_DUE, named)).fetchall()
    totals = found[0] if found else {"all_rows": 0, "late": 0, "warning": 0}
    return {
        "today": today,
        "late": totals["late"],
        "warning": totals["warning"],
        "on_time": totals["all_rows"] - totals["late"] - totals["warning"],
        "items": [{name: row[name] for name in ("clock", "what", "id", "due_on")} for row in found],
    }


def _midnight(year: int) -> datetime:
    """The year's first moment in Brasília."""
    return datetime(year, 1, 1, tzinfo=ZONE).astimezone(UTC)
