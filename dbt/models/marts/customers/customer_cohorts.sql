{{ config(indexes=[{'columns': ['tenant_id', 'cohort_month', 'months_since'], 'unique': true}]) }}

with active as (
  select
    tenant_id,
    customer_id,
    month,
    min(month) over (partition by tenant_id, customer_id) as cohort_month
  from {{ ref('int_customer_months') }}
),

counted as (
  select
    tenant_id,
    cohort_month,
    {{ months_between('cohort_month', 'month') }} as months_since,
    count(*) as active_customers
  from active
  group by tenant_id, cohort_month, months_since
),

cohorts as (
  select tenant_id, cohort_month, active_customers as customers from counted where months_since = 0
),

-- A month in which nobody of a cohort paid is a row too.
months as (
  select
    cohorts.tenant_id,
    cohorts.cohort_month,
    cohorts.customers,
    span.months_since,
    {{ months_between('cohorts.cohort_month', 'clock.this_month') }} > span.months_since as complete,
    clock.as_of
  from cohorts
  inner join {{ ref('int_customer_clock') }} as clock on clock.tenant_id = cohorts.tenant_id
  cross join lateral generate_series(
    0, {{ months_between('cohorts.cohort_month', 'clock.this_month') }}
  ) as span (months_since)
),

final as (
  select
    months.tenant_id,
    months.cohort_month,
    months.months_since,
    months.customers,
    coalesce(counted.active_customers, 0) as active_customers,
    {{ share('coalesce(counted.active_customers, 0)', 'months.customers') }} as retention,
    months.complete,
    months.as_of
  from months
  left join counted
    on counted.tenant_id = months.tenant_id
    and counted.cohort_month = months.cohort_month
    and counted.months_since = months.months_since
)

select * from final
