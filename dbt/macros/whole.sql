{# Whether this build looks at everything again: its models are built whole, or its tests are asked to (`--vars 'whole: true'`). #}
{% macro whole() -%}
  {{ return(flags.FULL_REFRESH or var('whole', false)) }}
{%- endmacro %}

{# Up to where every mart had come, and passed its tests, before this build: the mart that is built last says so. A test of what only
   grows need not look at that again. `log` is a log's name, or none for the moment. #}
{% macro held_until(log=none) -%}
  {%- set column = log ~ '_log_offset' if log else 'cut_at' -%}
  {%- set nothing = '-1' if log else "'-infinity'::timestamptz" -%}
  {%- if whole() -%}
    {{ return(nothing) }}
  {%- endif -%}
  {{ return("(select coalesce(max(" ~ column ~ "), " ~ nothing ~ ") from intermediate.model_cuts where model = 'freshness')") }}
{%- endmacro %}

{# What a test's `where` may say: `__new_in_decisions__` (or another log) and `__new__`, for rows that no build before has tested. #}
{% macro get_where_subquery(relation) -%}
  {%- set found = namespace(where=config.get('where', '')) -%}
  {%- if not found.where -%}
    {{ return(relation) }}
  {%- endif -%}
  {%- for log in ['decisions', 'labels', 'alerts', 'ledger_events'] -%}
    {%- set found.where = found.where | replace('__new_in_' ~ log ~ '__', 'log_offset > ' ~ held_until(log)) -%}
  {%- endfor -%}
  {%- set found.where = found.where | replace('__new__', 'built_at > ' ~ held_until()) -%}
  {{ return('(select * from ' ~ relation ~ ' where ' ~ found.where ~ ') dbt_subquery') }}
{%- endmacro %}
