-- Every alert has its clocks, is opened on one day, and is open at the end of the last one or decided.
with alerts as (
  select tenant_id, count(*) as alerts, count(*) filter (where status in ('open', 'in_review')) as unclosed
  from {{ ref('fct_alerts') }}
  group by tenant_id
),

clocks as (
  select tenant_id, count(*) as alerts, count(*) filter (where decided_at is null) as unclosed
  from {{ ref('alert_clocks') }}
  group by tenant_id
),

daily as (
  select tenant_id, sum(opened) as alerts from {{ ref('compliance_daily') }} group by tenant_id
),

newest as (
  select distinct on (tenant_id) tenant_id, open_at_end from {{ ref('compliance_daily') }} order by tenant_id, day desc
)

select alerts.tenant_id, alerts.alerts, clocks.alerts as clocks, daily.alerts as opened, alerts.unclosed, newest.open_at_end
from alerts
left join clocks on clocks.tenant_id = alerts.tenant_id
left join daily on daily.tenant_id = alerts.tenant_id
left join newest on newest.tenant_id = alerts.tenant_id
where alerts.alerts is distinct from clocks.alerts
  or alerts.alerts is distinct from daily.alerts
  or alerts.unclosed is distinct from clocks.unclosed
  or alerts.unclosed is distinct from newest.open_at_end
