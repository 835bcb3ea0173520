{{ config(indexes=[{'columns': ['tenant_id', 'model', 'matured', 'bin'], 'unique': true}]) }}

with clock as (
  select tenant_id, max(day) as today from {{ ref('risk_daily') }} group by tenant_id
),

days as (
  select days.*, days.day <= clock.today - {{ var('labels_known_days') }} as matured
  from {{ ref('int_calibration_days') }} as days
  inner join clock on clock.tenant_id = days.tenant_id
)

select
  tenant_id,
  model,
  matured,
  bin,
  (array{{ [0.0] + probability_bins() }}::double precision[])[bin + 1] as from_probability,
  (array{{ probability_bins() + [1.0] }}::double precision[])[bin + 1] as to_probability,
  sum(decisions)::bigint as decisions,
  sum(frauds)::bigint as frauds,
  (sum(probability_sum) / sum(decisions))::numeric(10, 9) as mean_probability,
  {{ share('sum(frauds)', 'sum(decisions)') }} as fraud_share,
  (select cut_at from {{ ref('int_build_cut') }}) as as_of
from days
group by tenant_id, model, matured, bin
