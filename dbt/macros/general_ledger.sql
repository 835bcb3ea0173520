{# Of each account with a day that was worked out anew: the first of them. Its balances change from there on. #}
{% macro account_days_touched() -%}
  select tenant_id, account_id, min(day) as first_day
  from {{ ref('int_account_days') }}
  where built_at > {{ since_built() }}
  group by tenant_id, account_id
{%- endmacro %}

{# Before those balances are appended, in their transaction: the ones that they take the place of go. #}
{% macro forget_account_days_touched() -%}
  {%- if is_incremental() -%}
    delete from {{ this }} as ledger
    using ({{ account_days_touched() }}) as touched
    where ledger.tenant_id = touched.tenant_id
      and ledger.account_id = touched.account_id
      and ledger.day >= touched.first_day
  {%- else -%}
    select 1
  {%- endif -%}
{%- endmacro %}
