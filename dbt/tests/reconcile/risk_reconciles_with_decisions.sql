-- What the scorer decided is in the daily figures once, and its rules' hits are those of its decisions. Of the days that have new
-- decisions or labels, and of all of them where the build is whole.
with decided as (
  select
    tenant_id,
    day,
    count(*) as decisions,
    sum(amount_minor) as amount_minor,
    {{ frauds() }} as frauds,
    {{ frauds_caught() }} as frauds_caught,
    {{ false_alarms() }} as false_alarms
  from {{ ref('fct_transactions') }}
  where {{ on_days_untested(['fct_transactions']) }} and decision_source = 'scorer'
  group by tenant_id, day
),

daily as (
  select
    tenant_id,
    day,
    sum(decisions) as decisions,
    sum(allowed + reviewed + denied) as by_verdict,
    sum(amount_minor) as amount_minor,
    sum(frauds) as frauds,
    sum(frauds_caught + frauds_missed) as frauds_told,
    sum(frauds_caught) as frauds_caught,
    sum(false_alarms) as false_alarms
  from {{ ref('risk_daily') }}
  where {{ on_days_untested(['fct_transactions']) }}
  group by tenant_id, day
),

fired as (
  select tenant_id, day, sum(cardinality(rules) + cardinality(shadow_rules)) as hits
  from {{ ref('fct_decisions') }}
  where {{ on_days_untested(['fct_transactions']) }} and decision_source in ('scorer', 'bootstrap')
  group by tenant_id, day
),

rules as (
  select tenant_id, day, sum(hits) as hits
  from {{ ref('rule_performance_daily') }}
  where {{ on_days_untested(['fct_transactions']) }}
  group by tenant_id, day
)

select decided.tenant_id, decided.day, decided.decisions, daily.decisions as daily_decisions
from decided
left join daily on daily.tenant_id = decided.tenant_id and daily.day = decided.day
where decided.decisions is distinct from daily.decisions
  or decided.decisions is distinct from daily.by_verdict
  or decided.amount_minor is distinct from daily.amount_minor
  or decided.frauds is distinct from daily.frauds
  or decided.frauds is distinct from daily.frauds_told
  or decided.frauds_caught is distinct from daily.frauds_caught
  or decided.false_alarms is distinct from daily.false_alarms
union all
select fired.tenant_id, fired.day, fired.hits, rules.hits
from fired
left join rules on rules.tenant_id = fired.tenant_id and rules.day = fired.day
where fired.hits <> coalesce(rules.hits, 0)
