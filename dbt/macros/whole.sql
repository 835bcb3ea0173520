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
  {%- if not execute -%}
    {{ return(nothing) }}
  {%- endif -%}
  {#- A literal, not a subquery, so that the planner can tell how few rows are later. -#}
  {%- set found = run_query("select " ~ column ~ "::text from intermediate.model_cuts where model = 'freshness'") -%}
  {%- if not found.rows | length -%}
    {{ return(nothing) }}
  {%- endif -%}
  {{ return(found.columns[0].values()[0] if log else "'" ~ found.columns[0].values()[0] ~ "'::timestamptz") }}
{%- endmacro %}

{# Whether a row is of a day that has rows which no build before has tested; every row is, where everything is looked at. #}
{% macro on_days_untested(facts, relation=none) -%}
  {%- set days = days_written(facts, held_until()) -%}
  {{ return('true' if whole() else on_listed(days, relation)) }}
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
