{{ config(indexes=[{'columns': ['tenant_id', 'week', 'feature'], 'unique': true}]) }}

with active as (
  select tenant_id, week, customers as active_customers from {{ ref('int_paid_weeks') }} where channel = 'any'
),

by_channel as (
  select tenant_id, week, 'pay by ' || channel as feature, customers, uses
  from {{ ref('int_paid_weeks') }}
  where channel <> 'any'
),

-- Of an exchange, the leg that the customer pays; of money set aside for a goal, that which leaves the account.
own_money as (
  select
    entries.tenant_id,
    accounts.customer_id,
    date_trunc('week', entries.day)::date as week,
    case entries.purpose when 'exchange' then 'exchange currency' else 'put money aside' end as feature,
    count(*) as uses
  from {{ ref('fct_ledger_entries') }} as entries
  inner join {{ ref('dim_accounts') }} as accounts
    on accounts.tenant_id = entries.tenant_id and accounts.account_id = entries.account_id
  where entries.purpose in {{ own_money_purposes() }} and entries.delta_minor < 0 and accounts.account_kind = 'customer'
  group by 1, 2, 3, 4
),

used as (
  select * from by_channel
  union all
  select tenant_id, week, feature, count(*) as customers, sum(uses)::bigint as uses
  from own_money
  group by tenant_id, week, feature
),

final as (
  select
    used.tenant_id,
    used.week,
    used.feature,
    used.customers,
    used.uses,
    coalesce(active.active_customers, 0) as active_customers,
    {{ share('used.customers', 'active.active_customers') }} as reach,
    clock.as_of
  from used
  left join active on active.tenant_id = used.tenant_id and active.week = used.week
  left join {{ ref('int_customer_clock') }} as clock on clock.tenant_id = used.tenant_id
)

select * from final
