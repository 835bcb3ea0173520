select
  tenant_id,
  credit_account_id::text as account_id,
  min(occurred_at) as opened_at
from {{ ref('stg_ledger_events') }}
where purpose = 'opening' and credit_account_id is not null and {{ until_cut('ledger_events') }}
group by tenant_id, credit_account_id
