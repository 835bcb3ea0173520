{{ config(indexes=[{'columns': ['tenant_id', 'backtest_id', 'rule'], 'unique': true}]) }}

with found as (
  select
    tenant_id,
    backtest_id,
    jsonb_array_elements(report -> 'rules') as part
  from {{ ref('stg_backtests') }}
)

select
  tenant_id,
  backtest_id,
  part ->> 'code' as rule,
  (part ->> 'shadow')::boolean as shadow,
  (part ->> 'hits')::bigint as hits,
  (part ->> 'frauds')::bigint as frauds,
  (part ->> 'alone')::bigint as alone,
  (part ->> 'frauds_alone')::bigint as frauds_alone,
  (part ->> 'amount_minor')::bigint as amount_minor
from found
