{# How far each build goes, and how far each model has come. One build at a time writes; its cut is in `int_build_cut`.

   A model that goes on where it was takes, of each log, what came after its own last cut: `log_offset > {{ since('labels') }}
   and {{ until_cut('labels') }}`. The cut is kept in the transaction that writes the rows, so that a build which is killed, or
   fails halfway, has each model go on from where that model is. #}

{# Only rows that were there when the build began, so that marts built one after another agree under live traffic. #}
{% macro until_cut(log) -%}
  log_offset <= (select {{ log }}_log_offset from {{ ref('int_build_cut') }})
{%- endmacro %}

{# The last offset of a log that this model holds; -1 where it is built whole. A number, so that the planner can count. #}
{% macro since(log) -%}
  {{ return(own_cut(log ~ '_log_offset', '-1')) }}
{%- endmacro %}

{# The cut of this model's last build, as a moment: what a fact says of its rows in `built_at` is later where they are new. #}
{% macro since_built() -%}
  {{ return("'" ~ own_cut('cut_at', '-infinity') ~ "'::timestamptz") }}
{%- endmacro %}

{% macro own_cut(column, whole) -%}
  {%- if execute and is_incremental() -%}
    {%- set found = run_query(
      "select " ~ column ~ "::text from intermediate.model_cuts where model = '" ~ this.identifier ~ "'"
    ) -%}
    {{ return(found.columns[0].values()[0] if found.rows | length else whole) }}
  {%- endif -%}
  {{ return(whole) }}
{%- endmacro %}

{# Made before the first model: where each keeps its cut. #}
{% macro prepare_cuts() -%}
  create schema if not exists intermediate;
  create table if not exists intermediate.model_cuts (
    model text primary key,
    cut_at timestamptz not null,
    decisions_log_offset bigint not null,
    labels_log_offset bigint not null,
    alerts_log_offset bigint not null,
    ledger_events_log_offset bigint not null
  )
{%- endmacro %}

{# After the rows of a mart that goes on where it was, in their transaction; and after the mart that is built last. #}
{% macro keep_cut(relation) -%}
  {%- if config.get('materialized') == 'incremental' or relation.identifier == 'freshness' -%}
  insert into intermediate.model_cuts
  select
    '{{ relation.identifier }}', cut_at, decisions_log_offset, labels_log_offset, alerts_log_offset, ledger_events_log_offset
  from intermediate.int_build_cut
  on conflict (model) do update set
    cut_at = excluded.cut_at,
    decisions_log_offset = excluded.decisions_log_offset,
    labels_log_offset = excluded.labels_log_offset,
    alerts_log_offset = excluded.alerts_log_offset,
    ledger_events_log_offset = excluded.ledger_events_log_offset
  {%- else -%}
  select 1
  {%- endif -%}
{%- endmacro %}

{# The days of which one of these facts has rows that this model does not know. #}
{% macro days_touched(facts) -%}
  {%- for fact in facts %}
  select tenant_id, day from {{ ref(fact) }} where built_at > {{ since_built() }}
  {%- if not loop.last %} union {% endif %}
  {%- endfor %}
{%- endmacro %}

{# Before the rows of a mart by day, in their transaction: the days that come anew go. The mart appends them. #}
{% macro forget_days_touched(facts) -%}
  {%- if is_incremental() -%}
    delete from {{ this }} where (tenant_id, day) in ({{ days_touched(facts) }})
  {%- else -%}
    select 1
  {%- endif -%}
{%- endmacro %}
