select
  tenant_id,
  transaction_id,
  label_id,
  fraud,
  kind as fraud_kind,
  known_at,
  source as label_source,
  log_offset
from {{ source('raw', 'labels') }}
where {{ not_held('labels', 'known_at') }}
