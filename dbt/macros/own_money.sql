{# Purposes of which there are few entries, looked for among very many: customers' own money set aside or changed. #}
{% macro own_money_purposes() -%}
  ('exchange', 'allocation')
{%- endmacro %}

{# An index of those alone, which dbt has no word for; a table that goes on has it. #}
{% macro index_own_money() -%}
  {%- if is_incremental() -%}
    select 1
  {%- else -%}
    create index on {{ this }} (tenant_id, day) where purpose in {{ own_money_purposes() }}
  {%- endif -%}
{%- endmacro %}
