select
  tenant_id,
  day,
  line,
  currency,
  accounts,
  opening_minor,
  debits_minor,
  credits_minor,
  opening_minor + credits_minor - debits_minor as closing_minor
from {{ source('raw', 'trial_balances') }}
