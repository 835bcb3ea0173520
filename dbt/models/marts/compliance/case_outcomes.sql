{{ config(indexes=[{'columns': ['tenant_id', 'case_id'], 'unique': true}]) }}

with alerts as (
  select
    alerts.tenant_id,
    alerts.case_id,
    count(distinct alerts.alert_id) as alerts,
    array_agg(distinct scenario.name order by scenario.name) as scenarios
  from {{ ref('stg_alert_cases') }} as alerts
  cross join lateral unnest(alerts.scenarios) as scenario (name)
  where alerts.case_id is not null
  group by alerts.tenant_id, alerts.case_id
),

due as (
  select
    cases.*,
    cases.operation_on + {{ var('alert_selection_days') }} as selection_due_on,
    cases.selected_on + {{ var('alert_decision_days') }} as decision_due_on,
    {{ bank_day('cases.decided_at') }} as decided_on,
    {{ bank_day('cases.report_sent_at') }} as reported_on,
    {{ bank_day('cut.cut_at') }} as today,
    cut.cut_at as as_of
  from {{ ref('stg_cases') }} as cases
  cross join {{ ref('int_build_cut') }} as cut
),

final as (
  select
    due.tenant_id,
    due.case_id,
    due.subject_kind,
    due.scheme,
    due.severity,
    due.state,
    due.outcome,
    due.label,
    coalesce(alerts.alerts, 0) as alerts,
    coalesce(alerts.scenarios, '{}') as scenarios,
    due.operation_on,
    due.selected_on,
    due.opened_at,
    due.decided_at,
    due.ended_at,
    due.report_sent_at as reported_at,
    due.frozen_at,
    due.freezes > 0 as frozen,
    due.selected_on - due.operation_on as selection_days,
    due.decided_on - due.selected_on as decision_days,
    due.decision_due_on - due.selected_on as decision_days_allowed,
    {{ minutes_between('due.opened_at', 'due.decided_at') }} as decision_minutes,
    {{ minutes_between('due.decided_at', 'due.report_sent_at') }} as report_minutes,
    due.selected_on > due.selection_due_on as selection_overdue,
    coalesce(due.decided_on, due.today) > due.decision_due_on as decision_overdue,
    coalesce(coalesce(due.reported_on, due.today) > due.report_due_on, false) as report_overdue,
    due.as_of
  from due
  left join alerts on alerts.tenant_id = due.tenant_id and alerts.case_id = due.case_id
)

select * from final
