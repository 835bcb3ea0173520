select
  tenant_id,
  alert_id,
  status,
  opened_at,
  changed_at,
  case when status in ('confirmed', 'dismissed') then changed_at end as decided_at,
  moves,
  moved_by_roles
from {{ source('raw', 'alert_states') }}
