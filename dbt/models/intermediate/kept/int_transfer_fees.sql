{{ config(pre_hook="set local enable_nestloop = off") }}

-- A transfer's fee is booked with it: same payer, same millisecond. Nothing else in the event says which transfer it is for.
with fees as (
  select
    tenant_id,
    transfer_id,
    debit_account_id as account_id,
    occurred_at,
    {{ bank_day('occurred_at') }} as day,
    currency,
    amount_minor as fee_minor
  from {{ ref('stg_ledger_events') }}
  where purpose = 'fee' and reason = 'transfer-fee' and status = 'posted' and {{ until_cut('ledger_events') }}
),

paid_for as (
  select fees.tenant_id, fees.transfer_id, min(transactions.channel) as rail
  from fees
  inner join {{ ref('stg_ledger_events') }} as events
    on events.tenant_id = fees.tenant_id
    and events.debit_account_id = fees.account_id
    and events.occurred_at = fees.occurred_at
  inner join {{ ref('fct_transactions') }} as transactions
    on transactions.tenant_id = events.tenant_id and transactions.transaction_id = events.transfer_id
  where events.purpose = 'transfer' and events.status = 'posted'
  group by fees.tenant_id, fees.transfer_id
)

select
  fees.tenant_id,
  fees.transfer_id,
  fees.account_id,
  fees.day,
  fees.currency,
  coalesce(paid_for.rail, 'unknown') as rail,
  fees.fee_minor
from fees
left join paid_for on paid_for.tenant_id = fees.tenant_id and paid_for.transfer_id = fees.transfer_id
