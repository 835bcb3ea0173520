-- Every case has its outcome; the funnel counts each alert once under each of its scenarios, no step has more than the one before it,
-- and scenarios have what the funnel has.
with cases as (
  select tenant_id, count(*) as cases, count(*) filter (where outcome is not null) as decided from {{ ref('case_outcomes') }}
  group by tenant_id
),

known as (
  select
    tenant_id,
    count(*) as cases,
    count(*) filter (where state in ('to_report', 'reported', 'closed')) as decided
  from {{ source('raw', 'cases') }}
  group by tenant_id
),

expected as (
  select clocks.tenant_id, sum(case when links.kind = 'scenario' then cardinality(links.scenarios) else 1 end)::bigint as counted
  from {{ ref('alert_clocks') }} as clocks
  left join {{ source('raw', 'alert_cases') }} as links
    on links.tenant_id = clocks.tenant_id and links.alert_id = clocks.alert_id
  group by clocks.tenant_id
),

funnel as (
  select
    tenant_id,
    sum(alerts)::bigint as counted,
    count(*) filter (
      where triaged > alerts or in_case > alerts or cases > in_case or reported > to_report or to_report > in_case
        or confirmed + dismissed > alerts
    ) as odd
  from {{ ref('alert_funnel') }}
  group by tenant_id
),

scenarios as (
  select tenant_id, sum(alerts)::bigint as counted from {{ ref('scenario_outcomes') }} group by tenant_id
)

select known.tenant_id, 'cases' as what, known.cases, cases.cases as found
from known
left join cases on cases.tenant_id = known.tenant_id
where cases.cases is distinct from known.cases or cases.decided is distinct from known.decided
union all
select expected.tenant_id, 'funnel', expected.counted, funnel.counted
from expected
left join funnel on funnel.tenant_id = expected.tenant_id
left join scenarios on scenarios.tenant_id = expected.tenant_id
where funnel.counted is distinct from expected.counted or scenarios.counted is distinct from expected.counted or funnel.odd > 0
