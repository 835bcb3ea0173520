select
  tenant_id,
  control_id,
  kind as control_kind,
  known_at,
  body,
  log_offset
from {{ source('raw', 'controls') }}
where {{ not_held('controls', 'known_at') }}
