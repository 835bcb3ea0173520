{{ config(indexes=[{'columns': ['tenant_id', 'bin'], 'unique': true}]) }}

-- The score as it would have been told `churn_days` ago, to those who had not left by then, beside what they did since.
with rhythm as (
  {{ paying_rhythm("(clock.today - " ~ var('churn_days') ~ ")") }}
),

scored as (
  select
    tenant_id,
    customer_id,
    as_of,
    {{ churn_score('active_days - 1', 'last_age_days', 'age_days') }} as churn_score
  from rhythm
  where silent_days < {{ var('churn_days') }}
),

came_back as (
  select days.tenant_id, days.customer_id
  from {{ ref('int_customer_days') }} as days
  inner join {{ ref('int_customer_clock') }} as clock on clock.tenant_id = days.tenant_id
  where days.payments > 0 and days.day > clock.today - {{ var('churn_days') }}
  group by days.tenant_id, days.customer_id
),

final as (
  select
    scored.tenant_id,
    least(floor(scored.churn_score * 10), 9)::integer as bin,
    count(*) as customers,
    count(*) filter (where came_back.customer_id is null) as churned,
    avg(scored.churn_score) as mean_score,
    {{ share('count(*) filter (where came_back.customer_id is null)', 'count(*)') }} as churned_share,
    max(scored.as_of) as as_of
  from scored
  left join came_back on came_back.tenant_id = scored.tenant_id and came_back.customer_id = scored.customer_id
  group by scored.tenant_id, bin
)

select * from final
