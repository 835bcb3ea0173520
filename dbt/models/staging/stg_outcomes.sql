select
  tenant_id,
  transaction_id,
  event_id,
  outcome,
  occurred_at,
  log_offset
from {{ source('raw', 'outcomes') }}
where {{ not_held('outcomes', 'occurred_at') }}
