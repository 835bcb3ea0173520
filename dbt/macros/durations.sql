{# Durations are counted in buckets, each 5 % wider than the one before, so that a percentile of ten million of them needs no
   sort; what is said is the bucket's upper end, which is at most 5 % too long. #}
{% macro duration_bucket(duration) -%}
  (case when {{ duration }} < 1 then 0 else ceil(ln({{ duration }}) / ln(1.05))::integer end)
{%- endmacro %}

{% macro duration_of_bucket(bucket) -%}
  round(power(1.05::double precision, {{ bucket }}))::bigint
{%- endmacro %}

{# Whole minutes from one moment to another. #}
{% macro minutes_between(earlier, later) -%}
  floor(extract(epoch from {{ later }} - {{ earlier }}) / 60)::bigint
{%- endmacro %}
