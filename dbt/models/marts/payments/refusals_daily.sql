{{ config(indexes=[{'columns': ['tenant_id', 'day', 'rail', 'currency', 'outcome', 'reason'], 'unique': true}]) }}

with refused as (
  select tenant_id, transaction_id, day, channel as rail, currency, amount_minor, outcome
  from {{ ref('fct_transactions') }}
  where outcome in ('denied', 'failed', 'abandoned')
),

-- What the ledger said; of what the scorer denied, the weightiest of its reasons.
told as (
  select tenant_id, transfer_id, max(reason) as reason
  from {{ ref('stg_ledger_events') }}
  where status in ('denied', 'failed', 'abandoned') and reason is not null and {{ until_cut('ledger_events') }}
  group by tenant_id, transfer_id
),

final as (
  select
    refused.tenant_id,
    refused.day,
    refused.rail,
    refused.currency,
    refused.outcome,
    coalesce(told.reason, decisions.reasons[1], 'unknown') as reason,
    count(*) as payments,
    sum(refused.amount_minor)::bigint as amount_minor,
    (select cut_at from {{ ref('int_build_cut') }}) as as_of
  from refused
  left join told on told.tenant_id = refused.tenant_id and told.transfer_id = refused.transaction_id
  left join {{ ref('fct_decisions') }} as decisions
    on decisions.tenant_id = refused.tenant_id and decisions.transaction_id = refused.transaction_id
  group by 1, 2, 3, 4, 5, 6
)

select * from final
