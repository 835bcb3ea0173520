{{
  config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_days_touched(['fct_ledger_entries']) }}",
    indexes=[{'columns': ['tenant_id', 'account_id', 'hour'], 'unique': true}]
  )
}}

select
  entries.tenant_id,
  entries.account_id,
  split_part(accounts.code, ':', 2) as rail,
  entries.currency,
  entries.day,
  date_trunc('hour', entries.occurred_at) as hour,
  count(*) as entries,
  {{ summed('-entries.delta_minor', 'entries.delta_minor < 0') }} as received_minor,
  {{ summed('entries.delta_minor', 'entries.delta_minor > 0') }} as paid_minor
from {{ ref('fct_ledger_entries') }} as entries
inner join {{ ref('dim_accounts') }} as accounts
  on accounts.tenant_id = entries.tenant_id and accounts.account_id = entries.account_id
where accounts.account_kind = 'settlement'
{%- if is_incremental() %}
  -- An account that was not in the reference data before comes with all its days.
  and (
    {{ on_days_touched(['fct_ledger_entries'], 'entries') }}
    or entries.account_id not in (select account_id from {{ this }})
  )
{%- endif %}
group by
  entries.tenant_id,
  entries.account_id,
  split_part(accounts.code, ':', 2),
  entries.currency,
  entries.day,
  date_trunc('hour', entries.occurred_at)
