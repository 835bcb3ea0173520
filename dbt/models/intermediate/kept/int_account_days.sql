{{
  config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_days_touched(['fct_ledger_entries']) }}",
    indexes=[{'columns': ['tenant_id', 'account_id', 'day'], 'unique': true}, {'columns': ['tenant_id', 'day']}]
  )
}}

select
  tenant_id,
  account_id,
  currency,
  day,
  count(*) as entries,
  {{ summed('-delta_minor', 'delta_minor < 0') }} as debits_minor,
  {{ summed('delta_minor', 'delta_minor > 0') }} as credits_minor,
  min(occurred_at) filter (where purpose = 'transfer' and delta_minor > 0) as first_paid_in_at,
  min(occurred_at) filter (where purpose = 'transfer' and delta_minor < 0) as first_paid_out_at,
  max(log_offset) as ledger_offset,
  (select cut_at from {{ ref('int_build_cut') }}) as built_at
from {{ ref('fct_ledger_entries') }}
{%- if is_incremental() %}
where {{ on_days_touched(['fct_ledger_entries']) }}
{%- endif %}
group by tenant_id, account_id, currency, day
