{{ config(indexes=[{'columns': ['tenant_id', 'day', 'model'], 'unique': true}]) }}

select
  tenant_id,
  day,
  model,
  found_at,
  decisions,
  reference_decisions,
  features,
  features_moved,
  features_unknown_moved,
  largest_psi_to_limit,
  score_psi,
  calibration_error,
  frauds_observed,
  frauds_expected,
  observed_to_expected,
  average_precision,
  auc,
  recall_at_alert_share,
  known_until,
  cardinality(drifted) as checks_drifted,
  'population' = any(drifted) as population_drifted,
  'missing_values' = any(drifted) as missing_values_drifted,
  'score' = any(drifted) as score_drifted,
  'calibration' = any(drifted) as calibration_drifted,
  'performance' = any(drifted) as performance_drifted
from {{ ref('stg_model_drift') }}
