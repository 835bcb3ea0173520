{{ config(indexes=[{'columns': ['tenant_id', 'month', 'state'], 'unique': true}]) }}

with active as (
  select
    tenant_id,
    customer_id,
    month,
    lag(month) over (partition by tenant_id, customer_id order by month) as month_before,
    lead(month) over (partition by tenant_id, customer_id order by month) as month_after
  from {{ ref('int_customer_months') }}
),

-- An active month, and the silent ones up to the next.
months as (
  select
    active.tenant_id,
    span.month::date as month,
    {{ months_between('active.month', 'span.month') }} as silent_months,
    active.month_before is null as first_month,
    active.month_before < active.month - interval '1 month' as returned,
    span.month::date < clock.this_month as complete,
    clock.as_of
  from active
  inner join {{ ref('int_customer_clock') }} as clock on clock.tenant_id = active.tenant_id
  cross join lateral generate_series(
    active.month::timestamp,
    coalesce(active.month_after - interval '1 month', clock.this_month),
    interval '1 month'
  ) as span (month)
),

stated as (
  select
    *,
    case
      when silent_months = 0 and first_month then 'new'
      when silent_months = 0 then 'active'
      when silent_months < {{ var('lost_after_months') }} then 'dormant'
      else 'lost'
    end as state
  from months
),

final as (
  select
    tenant_id,
    month,
    state,
    count(*) as customers,
    count(*) filter (where silent_months = 0 and returned) as returned,
    bool_and(complete) as complete,
    max(as_of) as as_of
  from stated
  group by tenant_id, month, state
)

select * from final
