{{ config(indexes=[{'columns': ['tenant_id', 'backtest_id', 'dimension', 'slice'], 'unique': true}]) }}

with found as (
  select
    tenant_id,
    backtest_id,
    'day' as dimension,
    jsonb_array_elements(report -> 'days') as part
  from {{ ref('stg_backtests') }}
  union all
  select
    tenant_id,
    backtest_id,
    'channel' as dimension,
    jsonb_array_elements(report -> 'channels') as part
  from {{ ref('stg_backtests') }}
)

select
  tenant_id,
  backtest_id,
  dimension,
  part ->> 'name' as slice,
  (part ->> 'decisions')::bigint as decisions,
  (part ->> 'frauds')::bigint as frauds,
  (part ->> 'recorded_stopped')::bigint as recorded_stopped,
  (part ->> 'proposed_stopped')::bigint as proposed_stopped,
  (part ->> 'recorded_frauds_stopped')::bigint as recorded_frauds_stopped,
  (part ->> 'proposed_frauds_stopped')::bigint as proposed_frauds_stopped,
  (part ->> 'recorded_cost_minor')::bigint as recorded_cost_minor,
  (part ->> 'proposed_cost_minor')::bigint as proposed_cost_minor
from found
