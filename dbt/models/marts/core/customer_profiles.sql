{{ config(indexes=[{'columns': ['tenant_id', 'customer_id'], 'unique': true}]) }}

with customers as (
  select * from {{ ref('dim_customers') }}
),

recent as (
  select
    transactions.tenant_id,
    transactions.customer_id,
    transactions.amount_minor,
    extract(hour from transactions.event_time at time zone '{{ var("bank_timezone") }}')::integer as hour
  from {{ ref('fct_transactions') }} as transactions
  inner join customers
    on customers.tenant_id = transactions.tenant_id and customers.customer_id = transactions.customer_id
  where transactions.direction = 'debit'
    and transactions.outcome = 'posted'
    and transactions.event_time > customers.as_of - interval '{{ var("profile_window_days") }} days'
),

by_hour as (
  select tenant_id, customer_id, hour, count(*) as payments, sum(amount_minor) as amount_minor
  from recent
  group by tenant_id, customer_id, hour
),

payments as (
  select
    tenant_id,
    customer_id,
    sum(payments)::bigint as payments_30d,
    (sum(amount_minor) / sum(payments))::double precision as mean_amount_minor_30d
  from by_hour
  group by tenant_id, customer_id
),

usual as (
  select distinct on (tenant_id, customer_id) tenant_id, customer_id, hour as usual_hour
  from by_hour
  order by tenant_id, customer_id, payments desc, hour
),

final as (
  select
    customers.tenant_id,
    customers.customer_id,
    customers.as_of,
    coalesce(payments.payments_30d, 0) as payments_30d,
    payments.mean_amount_minor_30d,
    usual.usual_hour::bigint as usual_hour,
    (extract(epoch from customers.as_of - customers.customer_since) / 86400)::double precision as account_age_days
  from customers
  left join payments
    on payments.tenant_id = customers.tenant_id and payments.customer_id = customers.customer_id
  left join usual
    on usual.tenant_id = customers.tenant_id and usual.customer_id = customers.customer_id
)

select * from final
