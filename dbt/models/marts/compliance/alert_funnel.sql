{{ config(indexes=[{'columns': ['tenant_id', 'day', 'scenario', 'severity'], 'unique': true}]) }}

with followed as (
  select
    clocks.tenant_id,
    {{ bank_day('clocks.opened_at') }} as day,
    coalesce(links.scenarios, array['not-known-yet']) as scenarios,
    coalesce(cases.severity, 'none') as severity,
    clocks.status,
    clocks.first_looked_at,
    clocks.decided_at,
    clocks.look_overdue,
    clocks.decision_overdue,
    clocks.decision_minutes,
    cases.case_id,
    cases.outcome,
    cases.reported_at,
    cases.frozen_at,
    clocks.as_of
  from {{ ref('alert_clocks') }} as clocks
  left join {{ ref('stg_alert_cases') }} as links
    on links.tenant_id = clocks.tenant_id and links.alert_id = clocks.alert_id
  left join {{ ref('case_outcomes') }} as cases
    on cases.tenant_id = links.tenant_id and cases.case_id = links.case_id
),

final as (
  select
    followed.tenant_id,
    followed.day,
    scenario.name as scenario,
    followed.severity,
    count(*) as alerts,
    count(followed.first_looked_at) as triaged,
    count(followed.case_id) as in_case,
    count(distinct followed.case_id) as cases,
    count(*) filter (where followed.outcome = 'report') as to_report,
    count(followed.reported_at) as reported,
    count(followed.frozen_at) as frozen,
    count(*) filter (where followed.status = 'confirmed') as confirmed,
    count(*) filter (where followed.status = 'dismissed') as dismissed,
    {{ rate("followed.status = 'confirmed'", "followed.decided_at is not null") }} as confirmed_share,
    count(*) filter (where followed.look_overdue) as triaged_late,
    count(*) filter (where followed.decision_overdue) as decided_late,
    percentile_disc(0.5) within group (order by followed.decision_minutes) as decision_p50_minutes,
    max(followed.as_of) as as_of
  from followed
  cross join lateral unnest(followed.scenarios) as scenario (name)
  group by followed.tenant_id, followed.day, scenario.name, followed.severity
)

select * from final
