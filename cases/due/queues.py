"""The SQL of the office's queues: how many wait in which state, and how many of them for whoever asks."""

from typing import Any

import psycopg
from psycopg.rows import dict_row

Row = dict[str, Any]

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


async def queues(connection: psycopg.AsyncConnection, *, tenant_id: str, who: str) -> list[Row]:
    """Return the queues in which something waits: `queue`, `state`, `count`, and of these `mine` and `to_judge`."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        return await (await cursor.execute(_QUEUES, {"tenant_id": tenant_id, "who": who})).fetchall()
