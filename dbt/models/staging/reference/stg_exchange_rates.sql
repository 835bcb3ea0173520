select
  tenant_id,
  day,
  base,
  quote,
  source as rate_source,
  bid_e8,
  ask_e8
from {{ source('raw', 'exchange_rates') }}
