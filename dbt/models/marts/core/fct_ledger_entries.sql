{{
  config(
    materialized='incremental',
    incremental_strategy='merge',
    unique_key=['tenant_id', 'event_id', 'side'],
    on_schema_change='fail',
    indexes=[
      {'columns': ['event_id', 'side', 'tenant_id'], 'unique': true},
      {'columns': ['tenant_id', 'day']},
      {'columns': ['tenant_id', 'account_id']},
      {'columns': ['log_offset'], 'type': 'brin'},
      {'columns': ['built_at'], 'type': 'brin'},
    ],
    post_hook="{{ index_own_money() }}"
  )
}}

with posted as (
  select *
  from {{ ref('stg_ledger_events') }}
  where status = 'posted'
    and debit_account_id is not null
    and credit_account_id is not null
    and {{ until_cut('ledger_events') }}
    and log_offset > {{ since('ledger_events') }}
)

select
  posted.tenant_id,
  posted.event_id,
  sides.side,
  posted.transfer_id,
  sides.account_id,
  sides.counterparty_account_id,
  posted.purpose,
  posted.amount_minor,
  sides.sign * posted.amount_minor as delta_minor,
  posted.currency,
  posted.occurred_at,
  {{ bank_day('posted.occurred_at') }} as day,
  posted.door,
  posted.log_offset,
  (select cut_at from {{ ref('int_build_cut') }}) as built_at
from posted
cross join lateral (
  values
    ('debit', posted.debit_account_id, posted.credit_account_id, -1),
    ('credit', posted.credit_account_id, posted.debit_account_id, 1)
) as sides (side, account_id, counterparty_account_id, sign)
