-- Reversals by the rail over which they went: that of the settlement account they touch, else they stayed within the bank.
select
  entries.tenant_id,
  coalesce(max(split_part(accounts.code, ':', 2)) filter (where accounts.account_kind = 'settlement'), 'internal') as rail,
  entries.currency,
  entries.day,
  entries.transfer_id,
  max(entries.delta_minor) as reversed_minor
from {{ ref('fct_ledger_entries') }} as entries
left join {{ ref('dim_accounts') }} as accounts
  on accounts.tenant_id = entries.tenant_id and accounts.account_id = entries.account_id
where entries.purpose = 'reversal'
group by entries.tenant_id, entries.currency, entries.day, entries.transfer_id
