{{
  config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_refusal_days_touched() }}",
    indexes=[{'columns': ['tenant_id', 'day', 'rail', 'currency', 'outcome', 'reason'], 'unique': true}]
  )
}}

with refused as (
  select tenant_id, transaction_id, day, channel as rail, currency, amount_minor, outcome
  from {{ ref('fct_transactions') }}
  where outcome in ('denied', 'failed', 'abandoned')
  {%- if is_incremental() %}
    and {{ on_refusal_days_touched() }}
  {%- endif %}
),

-- What the ledger said; of what the scorer denied, the weightiest of its reasons.
final as (
  select
    refused.tenant_id,
    refused.day,
    refused.rail,
    refused.currency,
    refused.outcome,
    coalesce(reasons.reason, decisions.reasons[1], 'unknown') as reason,
    count(*) as payments,
    sum(refused.amount_minor)::bigint as amount_minor,
    (select cut_at from {{ ref('int_build_cut') }}) as as_of
  from refused
  left join {{ ref('int_refusal_reasons') }} as reasons
    on reasons.tenant_id = refused.tenant_id and reasons.transfer_id = refused.transaction_id
  left join {{ ref('fct_decisions') }} as decisions
    on decisions.tenant_id = refused.tenant_id and decisions.transaction_id = refused.transaction_id
  group by 1, 2, 3, 4, 5, 6
)

select * from final
