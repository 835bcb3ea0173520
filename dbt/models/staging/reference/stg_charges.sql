select
  tenant_id,
  charge_id,
  account_id,
  kind as charge_kind,
  period,
  amount_minor,
  currency,
  value_day,
  status,
  due_at,
  settled_at,
  transfer_id
from {{ source('raw', 'charges') }}
