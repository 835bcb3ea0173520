{{ config(indexes=[{'columns': ['tenant_id', 'day'], 'unique': true}]) }}

with clocks as (
  select
    *,
    {{ bank_day('opened_at') }} as opened_day,
    {{ bank_day('first_looked_at') }} as looked_day,
    {{ bank_day('decided_at') }} as decided_day
  from {{ ref('alert_clocks') }}
),

span as (
  select
    tenant_id,
    min(opened_day) as first_day,
    greatest(max({{ bank_day('as_of') }}), max(opened_day), max(decided_day)) as last_day,
    max(as_of) as as_of
  from clocks
  group by tenant_id
),

days as (
  select span.tenant_id, day.day::date as day, span.as_of
  from span
  cross join lateral generate_series(
    span.first_day::timestamp, span.last_day::timestamp, interval '1 day'
  ) as day (day)
),

opened as (
  select tenant_id, opened_day as day, count(*) as opened
  from clocks
  group by tenant_id, opened_day
),

looked as (
  select
    tenant_id,
    looked_day as day,
    count(*) as looked_at,
    percentile_disc(0.5) within group (order by look_minutes) as look_p50_minutes,
    percentile_disc(0.95) within group (order by look_minutes) as look_p95_minutes,
    count(*) filter (where look_overdue) as looked_at_late
  from clocks
  where looked_day is not null
  group by tenant_id, looked_day
),

decided as (
  select
    tenant_id,
    decided_day as day,
    count(*) filter (where status = 'confirmed') as confirmed,
    count(*) filter (where status = 'dismissed') as dismissed,
    percentile_disc(0.5) within group (order by decision_minutes) as decision_p50_minutes,
    percentile_disc(0.95) within group (order by decision_minutes) as decision_p95_minutes,
    count(*) filter (where decision_overdue) as decided_late
  from clocks
  where decided_day is not null
  group by tenant_id, decided_day
),

final as (
  select
    days.tenant_id,
    days.day,
    coalesce(opened.opened, 0) as opened,
    coalesce(looked.looked_at, 0) as looked_at,
    coalesce(looked.looked_at_late, 0) as looked_at_late,
    looked.look_p50_minutes,
    looked.look_p95_minutes,
    coalesce(decided.confirmed, 0) as confirmed,
    coalesce(decided.dismissed, 0) as dismissed,
    coalesce(decided.decided_late, 0) as decided_late,
    decided.decision_p50_minutes,
    decided.decision_p95_minutes,
    (sum(coalesce(opened.opened, 0) - coalesce(decided.confirmed, 0) - coalesce(decided.dismissed, 0))
      over (partition by days.tenant_id order by days.day))::bigint as open_at_end,
    days.as_of
  from days
  left join opened on opened.tenant_id = days.tenant_id and opened.day = days.day
  left join looked on looked.tenant_id = days.tenant_id and looked.day = days.day
  left join decided on decided.tenant_id = days.tenant_id and decided.day = days.day
)

select * from final
