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

{# The days of which one of these facts has rows that are later than `after`. A fact is named alone, or with the column that tells:
   `fct_transactions.outcome_built_at`, for what does not ask for labels. #}
{% macro days_written(facts, after) -%}
  {%- for fact in facts %}
  {%- set name, _, column = fact.partition('.') %}
  select tenant_id, day from {{ ref(name) }} where {{ column or 'built_at' }} > {{ after }}
  {%- if not loop.last %} union {% endif %}
  {%- endfor %}
{%- endmacro %}

{# Whether a row is of one of those days, as a condition on its tenant and day. #}
{% macro on_days_written(facts, after, relation=none) -%}
  {{ return(on_listed(days_written(facts, after), relation)) }}
{%- endmacro %}

{# The same for days that this model does not know as they are. #}
{% macro on_days_touched(facts, relation=none) -%}
  {{ return(on_days_written(facts, since_built(), relation)) }}
{%- endmacro %}

{# The same for all days of the weeks, from Monday on, in which there are such days. #}
{% macro on_weeks_touched(facts, relation=none) -%}
  {%- set weeks -%}
    select weeks.tenant_id, weeks.monday + days.n as day
    from (
      select distinct tenant_id, date_trunc('week', day)::date as monday
      from ({{ days_written(facts, since_built()) }}) as days
    ) as weeks
    cross join generate_series(0, 6) as days (n)
  {%- endset -%}
  {{ return(on_listed(weeks, relation)) }}
{%- endmacro %}

{# Whether a row's tenant and day are in `listed`, a query for such pairs. They are looked up while the statement is made and stand
   in it one by one: the planner then knows how few they are, where a subquery has it read the whole table. Of two facts that are
   joined, both say it: a transaction's day is its decision's. Beyond `most_days_listed` the statement would be longer than that is
   worth. #}
{% macro on_listed(listed, relation=none) -%}
  {%- if not execute -%}
    {{ return('true') }}
  {%- endif -%}
  {%- set of = relation ~ '.' if relation else '' -%}
  {%- set statement -%}
    select
      coalesce(sum(days), 0),
      coalesce(
        string_agg(
          format('({{ of }}tenant_id = %L and {{ of }}day = any(%L::date[]))', tenant_id, listed), ' or ' order by tenant_id
        ),
        'false'
      )
    from (
      select tenant_id, count(distinct day) as days, array_agg(distinct day) as listed
      from ({{ listed }}) as pairs
      group by tenant_id
    ) as by_tenant
  {%- endset -%}
  {%- set found = run_query(statement).rows[0] -%}
  {%- if found[0] > var('most_days_listed') -%}
    {{ return('(' ~ of ~ 'tenant_id, ' ~ of ~ 'day) in (' ~ listed ~ ')') }}
  {%- endif -%}
  {{ return('(' ~ found[1] ~ ')') }}
{%- endmacro %}

{# Before the rows of a mart by day, in their transaction: the days that come anew go. The mart appends them. #}
{% macro forget_days_touched(facts) -%}
  {%- if is_incremental() -%}
    delete from {{ this }} where {{ on_days_touched(facts) }}
  {%- else -%}
    select 1
  {%- endif -%}
{%- endmacro %}

{# The same for a model by week. #}
{% macro forget_weeks_touched(facts) -%}
  {%- if is_incremental() -%}
    delete from {{ this }} where {{ on_weeks_touched(facts) | replace('day = any', 'week = any') }}
  {%- else -%}
    select 1
  {%- endif -%}
{%- endmacro %}
