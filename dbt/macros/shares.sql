{# A part of a whole that were both counted before, from 0 to 1 with six decimals; null of nothing. #}
{% macro share(part, whole) -%}
  (({{ part }})::numeric / nullif({{ whole }}, 0))::numeric(9, 6)
{%- endmacro %}

{# The sum of an amount over the rows for which something holds; zero where there are none. #}
{% macro summed(amount, condition) -%}
  coalesce(sum({{ amount }}) filter (where {{ condition }}), 0)::bigint
{%- endmacro %}
