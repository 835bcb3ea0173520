{{ config(indexes=[{'columns': ['transaction_id', 'tenant_id'], 'unique': true}]) }}

select
  tenant_id,
  transaction_id,
  day,
  scored_at,
  epoch,
  n,
  door,
  adopted,
  verdict,
  decision_source,
  probability,
  anomaly,
  challenger,
  challenger_probability,
  challenger_verdict,
  rules,
  shadow_rules,
  reasons,
  model,
  policy,
  feature_set,
  truncated,
  late,
  control_group,
  duration_us,
  log_offset
from {{ ref('stg_decisions') }}
where {{ until_cut('decisions') }}
