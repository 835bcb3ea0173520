{{ config(indexes=[{'columns': ['tenant_id', 'customer_id'], 'unique': true}]) }}

with transactions as (
  select * from {{ ref('fct_transactions') }} where customer_id is not null
),

clock as (
  select tenant_id, max(event_time) as as_of from transactions group by tenant_id
),

customers as (
  select
    tenant_id,
    customer_id,
    min(event_time) as first_seen_at,
    max(event_time) as last_seen_at,
    count(*) as transactions,
    sum(amount_minor)::bigint as amount_minor,
    count(*) filter (where verdict <> 'allow') as flagged,
    count(*) filter (where fraud) as frauds
  from transactions
  group by tenant_id, customer_id
),

held as (
  select tenant_id, customer_id, account_id
  from transactions
  where account_id is not null
  group by tenant_id, customer_id, account_id
),

accounts as (
  select
    held.tenant_id,
    held.customer_id,
    count(*) as accounts,
    min(openings.opened_at) as opened_at
  from held
  left join {{ ref('int_account_openings') }} as openings
    on openings.tenant_id = held.tenant_id and openings.account_id = held.account_id
  group by held.tenant_id, held.customer_id
),

final as (
  select
    customers.tenant_id,
    customers.customer_id,
    coalesce(accounts.accounts, 0) as accounts,
    least(accounts.opened_at, customers.first_seen_at) as customer_since,
    customers.first_seen_at,
    customers.last_seen_at,
    customers.transactions,
    customers.amount_minor,
    customers.flagged,
    customers.frauds,
    clock.as_of
  from customers
  inner join clock on clock.tenant_id = customers.tenant_id
  left join accounts
    on accounts.tenant_id = customers.tenant_id and accounts.customer_id = customers.customer_id
)

select * from final
