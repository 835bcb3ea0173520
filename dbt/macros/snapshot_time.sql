{# Moments have a time zone everywhere, in snapshots too. #}
{% macro postgres__snapshot_get_time() -%}
  now()
{%- endmacro %}
