-- What the ledger posted on a day is in the general ledger and in the trial balance, on both sides, to the cent; and every day's
-- balances come to nothing. Of the days that have new entries, and of all of them where the build is whole.
with posted as (
  select tenant_id, day, currency, count(*) as entries, sum(amount_minor) / 2 as moved_minor
  from {{ ref('fct_ledger_entries') }}
  where {{ on_days_untested(['fct_ledger_entries']) }}
  group by tenant_id, day, currency
),

accounts as (
  select
    tenant_id,
    day,
    currency,
    sum(entries) as entries,
    sum(debits_minor) as debits_minor,
    sum(credits_minor) as credits_minor,
    bool_and(closing_minor = opening_minor + credits_minor - debits_minor) as adds_up
  from {{ ref('general_ledger_daily') }}
  where {{ on_days_untested(['fct_ledger_entries']) }}
  group by tenant_id, day, currency
),

lines as (
  select
    tenant_id,
    day,
    currency,
    sum(entries) as entries,
    sum(debits_minor) as debits_minor,
    sum(credits_minor) as credits_minor,
    sum(opening_minor) as opening_minor,
    sum(closing_minor) as closing_minor
  from {{ ref('trial_balance_daily') }}
  where {{ on_days_untested(['fct_ledger_entries']) }}
  group by tenant_id, day, currency
)

select
  coalesce(posted.tenant_id, accounts.tenant_id, lines.tenant_id) as tenant_id,
  coalesce(posted.day, accounts.day, lines.day) as day,
  coalesce(posted.currency, accounts.currency, lines.currency) as currency,
  posted.moved_minor,
  accounts.debits_minor as account_debits_minor,
  lines.debits_minor as line_debits_minor
from posted
full join accounts
  on accounts.tenant_id = posted.tenant_id and accounts.day = posted.day and accounts.currency = posted.currency
full join lines
  on lines.tenant_id = coalesce(posted.tenant_id, accounts.tenant_id)
  and lines.day = coalesce(posted.day, accounts.day)
  and lines.currency = coalesce(posted.currency, accounts.currency)
where coalesce(posted.entries, 0) <> coalesce(accounts.entries, 0)
  or coalesce(posted.entries, 0) <> coalesce(lines.entries, 0)
  or coalesce(posted.moved_minor, 0) <> coalesce(accounts.debits_minor, 0)
  or coalesce(posted.moved_minor, 0) <> coalesce(accounts.credits_minor, 0)
  or coalesce(posted.moved_minor, 0) <> coalesce(lines.debits_minor, 0)
  or coalesce(posted.moved_minor, 0) <> coalesce(lines.credits_minor, 0)
  or not coalesce(accounts.adds_up, true)
  or coalesce(lines.opening_minor, 0) <> 0
  or coalesce(lines.closing_minor, 0) <> 0
