{# Metrics of volume, defined once. They read columns of `fct_transactions`; `docs/marts.md` says what each means. #}

{# Rows for which something holds. #}
{% macro counted(condition) -%}
  count(*) filter (where {{ condition }})
{%- endmacro %}

{# The part of some rows for which something holds, from 0 to 1 with six decimals; null where there are none. #}
{% macro rate(numerator, denominator) -%}
  round(
    (count(*) filter (where {{ numerator }}))::numeric / nullif(count(*) filter (where {{ denominator }}), 0), 6
  )
{%- endmacro %}

{# Decided transactions, whatever became of them. #}
{% macro transactions() -%}
  count(*)
{%- endmacro %}

{# What was asked for, in minor units of one currency, whether or not it moved: group by the currency. #}
{% macro volume_minor() -%}
  coalesce(sum(amount_minor), 0)::bigint
{%- endmacro %}

{# What moved. #}
{% macro posted_minor() -%}
  coalesce(sum(amount_minor) filter (where outcome = 'posted'), 0)::bigint
{%- endmacro %}

{# Of the transactions that have ended, the part that was posted. What only passed by (`observed`) is none of ours. #}
{% macro success_rate() -%}
  {{ rate("outcome = 'posted'", "outcome <> 'observed'") }}
{%- endmacro %}
