{{ config(indexes=[{'columns': ['tenant_id', 'scenario'], 'unique': true}]) }}

with sums as (
  select
    tenant_id,
    scenario,
    sum(alerts)::bigint as alerts,
    sum(triaged)::bigint as triaged,
    sum(in_case)::bigint as in_case,
    sum(reported)::bigint as reported,
    sum(confirmed)::bigint as confirmed,
    sum(dismissed)::bigint as dismissed,
    (sum(alerts) filter (where day > {{ bank_day('as_of') }} - 90))::bigint as newest_alerts,
    (sum(confirmed) filter (where day > {{ bank_day('as_of') }} - 90))::bigint as newest_confirmed,
    (sum(dismissed) filter (where day > {{ bank_day('as_of') }} - 90))::bigint as newest_dismissed,
    max(as_of) as as_of
  from {{ ref('alert_funnel') }}
  group by tenant_id, scenario
),

final as (
  select
    tenant_id,
    scenario,
    alerts,
    triaged,
    in_case,
    reported,
    confirmed,
    dismissed,
    confirmed + dismissed as decided,
    {{ share('confirmed', 'confirmed + dismissed') }} as confirmed_share,
    coalesce(newest_alerts, 0) as alerts_90d,
    {{ share('newest_confirmed', 'newest_confirmed + newest_dismissed') }} as confirmed_share_90d,
    as_of
  from sums
)

select * from final
