{{ config(indexes=[{'columns': ['tenant_id', 'cohort_week', 'product'], 'unique': true}]) }}

with accounts as (
  select
    *,
    date_trunc('week', {{ bank_day('opened_at') }})::date as cohort_week,
    first_paid_in_at - opened_at as until_paid_in,
    activated_at - opened_at as until_activated
  from {{ ref('account_activation') }}
),

final as (
  select
    tenant_id,
    cohort_week,
    product,
    count(*) as opened,
    count(*) filter (where first_paid_in_at is not null) as paid_in,
    count(*) filter (where until_paid_in <= interval '7 days') as paid_in_7d,
    count(*) filter (where activated_at is not null) as activated,
    count(*) filter (where until_activated <= interval '7 days') as activated_7d,
    count(*) filter (where until_activated <= interval '30 days') as activated_30d,
    {{ share('count(*) filter (where activated_at is not null)', 'count(*)') }} as activated_share,
    {{ bank_day('max(as_of)') }} >= cohort_week + 37 as complete_30d,
    max(as_of) as as_of
  from accounts
  group by tenant_id, cohort_week, product
)

select * from final
