select
  tenant_id,
  customer_id,
  version,
  profile,
  answered_at,
  holds_until,
  extracted_at
from {{ source('raw', 'suitability') }}
