select
  tenant_id,
  event_id,
  alert_id,
  status,
  change,
  subject_kind,
  subject_id,
  transaction_id,
  verdict,
  amount_minor,
  currency,
  first_event_time,
  last_event_time,
  occurred_at,
  decisions,
  total_amount_minor,
  probability,
  reasons,
  log_offset
from {{ source('raw', 'alerts') }}
where {{ not_held('alerts', 'occurred_at') }}
