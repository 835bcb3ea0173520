{# The bank's calendar day of a moment. #}
{% macro bank_day(moment) -%}
  ({{ moment }} at time zone '{{ var("bank_timezone") }}')::date
{%- endmacro %}

{# Only rows that were there when the build began, so that marts built one after another agree under live traffic. #}
{% macro until_cut(log) -%}
  log_offset <= (select {{ log }}_log_offset from {{ ref('int_build_cut') }})
{%- endmacro %}
