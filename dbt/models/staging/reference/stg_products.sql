select
  tenant_id,
  code as product,
  currency,
  name,
  kind as product_kind,
  overdraft_limit_minor,
  credit_rate_ppm,
  debit_rate_ppm,
  day_count,
  monthly_fee_minor,
  offered,
  version,
  created_at,
  extracted_at
from {{ source('raw', 'products') }}
