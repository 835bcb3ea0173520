{{ config(indexes=[{'columns': ['tenant_id', 'customer_id'], 'unique': true}]) }}

with rhythm as (
  {{ paying_rhythm("clock.today") }}
),

final as (
  select
    tenant_id,
    customer_id,
    last_active_day,
    silent_days,
    active_days,
    silent_days >= {{ var('churn_days') }} as churned,
    {{ churn_score('active_days - 1', 'last_age_days', 'age_days') }} as churn_score,
    as_of
  from rhythm
)

select * from final
