{# What counts as a payment that took place: the ledger posted it, or another core did and we observed it. #}
{% macro took_place(outcome='outcome') -%}
  {{ outcome }} in ('posted', 'observed')
{%- endmacro %}

{# How money moves, in the words of `contracts.transactions.Channel`. #}
{% macro channels() -%}
  {{ return(['pix', 'card', 'boleto', 'ted', 'cash', 'internal']) }}
{%- endmacro %}

{# How many calendar months `later` lies after `earlier`; both are first days of months. #}
{% macro months_between(earlier, later) -%}
  (12 * (extract(year from {{ later }}) - extract(year from {{ earlier }})) + extract(month from {{ later }})
    - extract(month from {{ earlier }}))::integer
{%- endmacro %}
