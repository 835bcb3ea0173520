{{ config(indexes=[{'columns': ['tenant_id', 'bin'], 'unique': true}]) }}

-- The score as it would have been told `churn_days` ago, to those who had not left by then, beside what they did since.
with then_there as (
  select *, today - {{ var('churn_days') }} as seen_on
  from {{ ref('int_customer_windows') }}
  where then_active_days > 0 and then_last_paid_day > today - 2 * {{ var('churn_days') }}
),

scored as (
  select
    tenant_id,
    as_of,
    last_active_day <= seen_on as churned,
    {{ rhythm_score('then_', 'seen_on') }} as churn_score
  from then_there
)

select
  tenant_id,
  least(floor(churn_score * 10), 9)::integer as bin,
  count(*) as customers,
  count(*) filter (where churned) as churned,
  avg(churn_score) as mean_score,
  {{ share('count(*) filter (where churned)', 'count(*)') }} as churned_share,
  max(as_of) as as_of
from scored
group by tenant_id, bin
