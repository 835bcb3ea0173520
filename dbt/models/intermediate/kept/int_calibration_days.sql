{{
  config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_days_touched(['fct_transactions', 'fct_decisions']) }}",
    indexes=[{'columns': ['tenant_id', 'day', 'model', 'bin'], 'unique': true}]
  )
}}

select
  decisions.tenant_id,
  decisions.day,
  decisions.model,
  width_bucket(decisions.probability, array{{ probability_bins() }}::double precision[]) as bin,
  count(*) as decisions,
  count(*) filter (where transactions.fraud) as frauds,
  -- Exact, so that the order of its parts does not show.
  sum(round(decisions.probability::numeric, 9)) as probability_sum
from {{ ref('fct_decisions') }} as decisions
inner join {{ ref('fct_transactions') }} as transactions
  on transactions.tenant_id = decisions.tenant_id and transactions.transaction_id = decisions.transaction_id
where decisions.decision_source = 'scorer'
  and decisions.model is not null
  and decisions.probability is not null
{%- if is_incremental() %}
  and {{ on_days_touched(['fct_transactions', 'fct_decisions'], 'decisions') }}
  and {{ on_days_touched(['fct_transactions', 'fct_decisions'], 'transactions') }}
{%- endif %}
group by decisions.tenant_id, decisions.day, decisions.model, bin
