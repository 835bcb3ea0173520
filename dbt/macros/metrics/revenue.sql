{# Metrics of revenue, defined once. They read columns of `fct_ledger_entries` joined with the general ledger's line of each entry's
   account (`dim_accounts.line`), signed as the ledger signs: a credit is positive. #}

{# What customers paid in interest and fees, less what was given back. #}
{% macro income_minor() -%}
  coalesce(sum(delta_minor) filter (where element = 'income'), 0)::bigint
{%- endmacro %}

{# What the bank paid in interest, less what was taken back; positive. #}
{% macro expense_minor() -%}
  -coalesce(sum(delta_minor) filter (where element = 'expenses'), 0)::bigint
{%- endmacro %}

{# Income less expense. #}
{% macro net_revenue_minor() -%}
  coalesce(sum(delta_minor) filter (where element in ('income', 'expenses')), 0)::bigint
{%- endmacro %}
