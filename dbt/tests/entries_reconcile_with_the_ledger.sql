-- To the cent: where the warehouse has as many entries of an account as the core had booked at the extract, they come to the core's
-- balance. Where it has more or fewer, events were under way between the two, and the next build tells. Of accounts with new
-- entries, or a new balance; of all of them where the build is whole.
with asked as (
  select tenant_id, account_id from {{ ref('fct_ledger_entries') }} where built_at > {{ held_until() }}
  union
  select tenant_id, account_id from {{ ref('dim_accounts') }} where extracted_at > {{ held_until() }}
),

entries as (
  select fct.tenant_id, fct.account_id, count(*) as entries, sum(fct.delta_minor) as balance_minor
  from {{ ref('fct_ledger_entries') }} as fct
  inner join asked on asked.tenant_id = fct.tenant_id and asked.account_id = fct.account_id
  group by fct.tenant_id, fct.account_id
)

select
  accounts.tenant_id,
  accounts.account_id,
  accounts.balance_minor as ledger_minor,
  entries.balance_minor as entries_minor
from {{ ref('dim_accounts') }} as accounts
inner join entries on entries.tenant_id = accounts.tenant_id and entries.account_id = accounts.account_id
where accounts.entries = entries.entries and accounts.balance_minor <> entries.balance_minor
