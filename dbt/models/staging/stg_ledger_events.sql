select
  tenant_id,
  event_id,
  transfer_id,
  status,
  purpose,
  occurred_at,
  amount_minor,
  currency,
  debit_account_id,
  credit_account_id,
  door,
  reason,
  log_offset
from {{ source('raw', 'ledger_events') }}
where {{ not_held('ledger_events', 'occurred_at') }}
