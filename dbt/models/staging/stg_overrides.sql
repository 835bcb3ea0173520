select
  tenant_id,
  transaction_id,
  n,
  verdict,
  source as decision_source,
  probability,
  scored_at,
  log_offset
from {{ source('raw', 'overrides') }}
where {{ not_held('overrides', 'scored_at') }}
