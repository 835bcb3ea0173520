-- Nothing is made or lost: the two sides of each event that is new come to nothing in its currency.
select tenant_id, event_id, count(*) as sides, sum(delta_minor) as left_over_minor
from {{ ref('fct_ledger_entries') }}
where log_offset > {{ held_until('ledger_events') }}
group by tenant_id, event_id
having sum(delta_minor) <> 0 or count(*) <> 2
