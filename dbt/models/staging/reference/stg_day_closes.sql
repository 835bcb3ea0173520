select
  tenant_id,
  day,
  ends_at,
  entries,
  closed_at
from {{ source('raw', 'day_closes') }}
