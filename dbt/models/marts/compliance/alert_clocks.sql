{{ config(indexes=[{'columns': ['tenant_id', 'alert_id'], 'unique': true}]) }}

with events as (
  select * from {{ ref('stg_alerts') }} where {{ until_cut('alerts') }}
),

moments as (
  select
    tenant_id,
    alert_id,
    min(occurred_at) as opened_at,
    min(occurred_at) filter (where change = 'moved' and status <> 'open') as first_looked_at,
    min(occurred_at) filter (where change = 'moved' and status in ('confirmed', 'dismissed')) as first_decided_at,
    max(occurred_at) filter (where change = 'moved' and status in ('confirmed', 'dismissed')) as last_decided_at,
    count(*) filter (where change = 'moved' and status in ('confirmed', 'dismissed')) as times_decided
  from events
  group by tenant_id, alert_id
),

present as (
  select
    moments.tenant_id,
    moments.alert_id,
    alerts.status,
    alerts.subject_kind,
    alerts.currency,
    alerts.total_amount_minor,
    moments.opened_at,
    moments.first_looked_at,
    moments.first_decided_at,
    case when alerts.status in ('confirmed', 'dismissed') then moments.last_decided_at end as decided_at,
    moments.times_decided,
    moments.opened_at + interval '{{ var("alert_look_hours") }} hours' as look_due_at,
    moments.opened_at + interval '{{ var("alert_decision_days") }} days' as decision_due_at,
    cut.cut_at as as_of
  from moments
  inner join {{ ref('fct_alerts') }} as alerts
    on alerts.tenant_id = moments.tenant_id and alerts.alert_id = moments.alert_id
  cross join {{ ref('int_build_cut') }} as cut
),

final as (
  select
    tenant_id,
    alert_id,
    status,
    subject_kind,
    currency,
    total_amount_minor,
    opened_at,
    first_looked_at,
    first_decided_at,
    decided_at,
    times_decided,
    {{ minutes_between('opened_at', 'first_looked_at') }} as look_minutes,
    {{ minutes_between('opened_at', 'decided_at') }} as decision_minutes,
    case when decided_at is null then {{ minutes_between('opened_at', 'greatest(as_of, opened_at)') }} end as open_minutes,
    look_due_at,
    decision_due_at,
    coalesce(first_looked_at, as_of) > look_due_at as look_overdue,
    coalesce(decided_at, as_of) > decision_due_at as decision_overdue,
    as_of
  from present
)

select * from final
