{# A schema is called what the project calls it: one database is one environment, so that no prefix is needed. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
  {{ custom_schema_name | trim if custom_schema_name else target.schema }}
{%- endmacro %}
