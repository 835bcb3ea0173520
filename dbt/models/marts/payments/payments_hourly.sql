{{
  config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_days_touched(['fct_transactions.outcome_built_at', 'int_held_transfers']) }}",
    indexes=[{'columns': ['tenant_id', 'day', 'hour', 'rail', 'currency'], 'unique': true}]
  )
}}

with payments as (
  select
    transactions.tenant_id,
    transactions.day,
    extract(hour from transactions.event_time at time zone '{{ var("bank_timezone") }}')::integer as hour,
    transactions.channel as rail,
    transactions.currency,
    transactions.direction,
    transactions.amount_minor,
    transactions.outcome,
    -- Of a hold, less may have been posted than was asked.
    coalesce(held.posted_minor, transactions.amount_minor) as posted_minor
  from {{ ref('fct_transactions') }} as transactions
  left join {{ ref('int_held_transfers') }} as held
    on held.tenant_id = transactions.tenant_id and held.transfer_id = transactions.transaction_id
  {%- if is_incremental() %}
  where {{ on_days_touched(['fct_transactions.outcome_built_at', 'int_held_transfers'], 'transactions') }}
  {%- endif %}
)

select
  tenant_id,
  day,
  hour,
  rail,
  currency,
  count(*) as attempts,
  sum(amount_minor)::bigint as asked_minor,
  count(*) filter (where outcome = 'posted') as posted,
  coalesce(sum(posted_minor) filter (where outcome = 'posted'), 0)::bigint as posted_minor,
  count(*) filter (where outcome = 'posted' and direction = 'debit') as sent,
  coalesce(sum(posted_minor) filter (where outcome = 'posted' and direction = 'debit'), 0)::bigint as sent_minor,
  count(*) filter (where outcome = 'observed') as observed,
  count(*) filter (where outcome = 'denied') as denied,
  count(*) filter (where outcome = 'failed') as failed,
  count(*) filter (where outcome = 'abandoned') as abandoned,
  count(*) filter (where outcome is null) as waiting,
  (select cut_at from {{ ref('int_build_cut') }}) as as_of
from payments
group by tenant_id, day, hour, rail, currency
