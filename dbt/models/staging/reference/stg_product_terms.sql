select
  tenant_id,
  product,
  currency,
  day,
  credit_rate_ppm,
  debit_rate_ppm,
  day_count
from {{ source('raw', 'product_terms') }}
