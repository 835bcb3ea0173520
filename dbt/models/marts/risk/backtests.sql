{{ config(indexes=[{'columns': ['tenant_id', 'backtest_id'], 'unique': true}]) }}

with found as (
  select
    tenant_id,
    backtest_id,
    ended_at,
    from_day,
    to_day,
    coalesce(model, 'none') as model,
    policy,
    decisions,
    report -> 'recorded' as recorded,
    report -> 'proposed' as proposed,
    (report ->> 'frauds')::bigint as frauds
  from {{ ref('stg_backtests') }}
),

final as (
  select
    tenant_id,
    backtest_id,
    ended_at,
    from_day,
    to_day,
    model,
    policy,
    decisions,
    frauds,
    decisions - (recorded ->> 'allowed')::bigint as recorded_stopped,
    decisions - (proposed ->> 'allowed')::bigint as proposed_stopped,
    (recorded ->> 'frauds_stopped')::bigint as recorded_frauds_stopped,
    (proposed ->> 'frauds_stopped')::bigint as proposed_frauds_stopped,
    (recorded ->> 'false_alarms')::bigint as recorded_false_alarms,
    (proposed ->> 'false_alarms')::bigint as proposed_false_alarms,
    (recorded ->> 'customers_stopped')::bigint as recorded_customers_stopped,
    (proposed ->> 'customers_stopped')::bigint as proposed_customers_stopped,
    (recorded ->> 'cost_minor')::bigint as recorded_cost_minor,
    (proposed ->> 'cost_minor')::bigint as proposed_cost_minor,
    (recorded ->> 'cost_minor')::bigint - (proposed ->> 'cost_minor')::bigint as saved_minor
  from found
)

select * from final
