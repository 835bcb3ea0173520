-- The general ledger ends with the balance that the ledger itself says an account has, where both know of as many entries. Of the
-- accounts that have new entries, and of all of them where the build is whole.
with touched as (
  select distinct tenant_id, account_id from {{ ref('int_account_days') }} where built_at > {{ held_until() }}
),

ours as (
  select
    ledger.tenant_id,
    ledger.account_id,
    sum(ledger.entries) as entries,
    (array_agg(ledger.closing_minor order by ledger.day desc))[1] as closing_minor
  from {{ ref('general_ledger_daily') }} as ledger
  inner join touched on touched.tenant_id = ledger.tenant_id and touched.account_id = ledger.account_id
  group by ledger.tenant_id, ledger.account_id
)

select accounts.tenant_id, accounts.account_id, accounts.balance_minor, ours.closing_minor
from {{ ref('dim_accounts') }} as accounts
inner join ours on ours.tenant_id = accounts.tenant_id and ours.account_id = accounts.account_id
where ours.entries = accounts.entries and ours.closing_minor <> accounts.balance_minor
