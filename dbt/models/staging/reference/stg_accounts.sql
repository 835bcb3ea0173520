select
  tenant_id,
  account_id,
  kind as account_kind,
  code,
  customer_id,
  parent_account_id,
  product,
  currency,
  status,
  opened_at,
  balance_minor,
  entries,
  extracted_at
from {{ source('raw', 'accounts') }}
