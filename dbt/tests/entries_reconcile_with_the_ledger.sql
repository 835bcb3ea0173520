-- depends_on: {{ ref('dim_accounts') }}, {{ ref('int_account_days') }}
{% if whole() -%}
-- To the cent: where the warehouse has as many entries of an account as the core had booked at the extract, they come to the core's
-- balance. Where it has more or fewer, events were under way between the two, and the next build tells.
with entries as (
  select tenant_id, account_id, count(*) as entries, sum(delta_minor) as balance_minor
  from {{ ref('fct_ledger_entries') }}
  group by tenant_id, account_id
)

select
  accounts.tenant_id,
  accounts.account_id,
  accounts.balance_minor as ledger_minor,
  entries.balance_minor as entries_minor
from {{ ref('dim_accounts') }} as accounts
inner join entries on entries.tenant_id = accounts.tenant_id and entries.account_id = accounts.account_id
where accounts.entries = entries.entries and accounts.balance_minor <> entries.balance_minor
{%- else -%}
-- Of the days that have new entries, each account's come to what its days hold: `balances_reconcile_with_the_ledger` holds those
-- against the core's balance, without reading all entries again.
with entries as (
  select tenant_id, account_id, day, count(*) as entries, sum(delta_minor) as delta_minor
  from {{ ref('fct_ledger_entries') }}
  where {{ on_days_untested(['fct_ledger_entries']) }}
  group by tenant_id, account_id, day
),

days as (
  select tenant_id, account_id, day, entries, credits_minor - debits_minor as delta_minor
  from {{ ref('int_account_days') }}
  where {{ on_days_untested(['fct_ledger_entries']) }}
)

select
  coalesce(entries.tenant_id, days.tenant_id) as tenant_id,
  coalesce(entries.account_id, days.account_id) as account_id,
  days.delta_minor as ledger_minor,
  entries.delta_minor as entries_minor
from entries
full join days
  on days.tenant_id = entries.tenant_id and days.account_id = entries.account_id and days.day = entries.day
where entries.entries is distinct from days.entries or entries.delta_minor is distinct from days.delta_minor
{%- endif %}
