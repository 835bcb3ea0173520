{# The bank's calendar day of a moment. #}
{% macro bank_day(moment) -%}
  ({{ moment }} at time zone '{{ var("bank_timezone") }}')::date
{%- endmacro %}
