select
  tenant_id,
  product,
  currency,
  channel,
  fee_minor
from {{ source('raw', 'transfer_fees') }}
