select
  tenant_id,
  customer_id,
  kind as customer_kind,
  status,
  created_at,
  birth_decade,
  state,
  extracted_at
from {{ source('raw', 'customers') }}
