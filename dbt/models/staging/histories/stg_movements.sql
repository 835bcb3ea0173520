select
  tenant_id,
  account_id,
  sequence,
  transfer_id,
  amount_minor,
  currency,
  purpose,
  category,
  category_by,
  booked_at,
  log_offset
from {{ source('read_model', 'movement') }}
where generation = (select generation from {{ source('read_model', 'serving') }})
