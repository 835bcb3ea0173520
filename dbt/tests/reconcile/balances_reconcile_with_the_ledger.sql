-- The general ledger ends with the balance that the ledger itself says an account has, where both know of as many entries. Of the
-- accounts that have new entries, or a new balance, and of all of them where the build is whole.
with touched as (
  select tenant_id, account_id from {{ ref('int_account_days') }} where built_at > {{ held_until() }}
  union
  select tenant_id, account_id from {{ ref('dim_accounts') }} where extracted_at > {{ held_until() }}
),

ours as (
  select touched.tenant_id, touched.account_id, newest.entries_to_date, newest.closing_minor
  from touched
  cross join lateral (
    select ledger.entries_to_date, ledger.closing_minor
    from {{ ref('general_ledger_daily') }} as ledger
    where ledger.tenant_id = touched.tenant_id and ledger.account_id = touched.account_id
    order by ledger.day desc
    limit 1
  ) as newest
)

select accounts.tenant_id, accounts.account_id, accounts.balance_minor, ours.closing_minor
from {{ ref('dim_accounts') }} as accounts
inner join ours on ours.tenant_id = accounts.tenant_id and ours.account_id = accounts.account_id
where ours.entries_to_date = accounts.entries and ours.closing_minor <> accounts.balance_minor
