{# Whether a row is of a day with a refused payment of which something is new: how it ended, what was decided, or why. #}
{% macro on_refusal_days_touched() -%}
  {%- set days -%}
    {{ days_written(['fct_transactions.outcome_built_at', 'fct_decisions'], since_built()) }}
    union
    select transactions.tenant_id, transactions.day
    from {{ ref('int_refusal_reasons') }} as reasons
    inner join {{ ref('fct_transactions') }} as transactions
      on transactions.tenant_id = reasons.tenant_id and transactions.transaction_id = reasons.transfer_id
    where reasons.built_at > {{ since_built() }}
  {%- endset -%}
  {{ return(on_listed(days)) }}
{%- endmacro %}

{# Before the rows of those days are appended, in their transaction: the ones that they take the place of go. #}
{% macro forget_refusal_days_touched() -%}
  {%- if is_incremental() -%}
    delete from {{ this }} where {{ on_refusal_days_touched() }}
  {%- else -%}
    select 1
  {%- endif -%}
{%- endmacro %}
