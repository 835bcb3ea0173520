{{ config(indexes=[{'columns': ['tenant_id', 'alert_id'], 'unique': true}]) }}

with events as (
  select * from {{ ref('stg_alerts') }} where {{ until_cut('alerts') }}
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
    newest.reasons as newest_reasons
  from newest
  inner join opened on opened.tenant_id = newest.tenant_id and opened.alert_id = newest.alert_id
)

select * from final
