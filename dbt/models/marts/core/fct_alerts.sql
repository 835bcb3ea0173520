{{
  config(
    materialized='incremental',
    incremental_strategy='merge',
    unique_key=['tenant_id', 'alert_id'],
    on_schema_change='fail',
    indexes=[
      {'columns': ['tenant_id', 'alert_id'], 'unique': true},
      {'columns': ['tenant_id', 'day']},
      {'columns': ['built_at'], 'type': 'brin'},
    ]
  )
}}

with {% if is_incremental() -%}
touched as (
  select distinct tenant_id, alert_id from {{ ref('stg_alerts') }}
  where log_offset > {{ since('alerts') }} and {{ until_cut('alerts') }}
),
{%- endif %}

events as (
  select alerts.*
  from {{ ref('stg_alerts') }} as alerts
  {%- if is_incremental() %}
  inner join touched on touched.tenant_id = alerts.tenant_id and touched.alert_id = alerts.alert_id
  {%- endif %}
  where alerts.{{ until_cut('alerts') }}
),

newest as (
  select distinct on (tenant_id, alert_id) * from events order by tenant_id, alert_id, log_offset desc
),

opened as (
  select tenant_id, alert_id, min(occurred_at) as opened_at, count(*) as events from events group by tenant_id, alert_id
),

final as (
  select
    newest.tenant_id,
    newest.alert_id,
    newest.status,
    newest.subject_kind,
    newest.subject_id,
    opened.opened_at,
    newest.occurred_at as changed_at,
    opened.events,
    newest.first_event_time,
    newest.last_event_time,
    {{ bank_day('newest.first_event_time') }} as day,
    newest.decisions,
    newest.total_amount_minor,
    newest.currency,
    newest.transaction_id as newest_transaction_id,
    newest.verdict as newest_verdict,
    newest.probability as newest_probability,
    newest.reasons as newest_reasons,
    (select cut_at from {{ ref('int_build_cut') }}) as built_at
  from newest
  inner join opened on opened.tenant_id = newest.tenant_id and opened.alert_id = newest.alert_id
)

select * from final
