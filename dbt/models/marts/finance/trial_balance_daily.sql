{{ config(indexes=[{'columns': ['tenant_id', 'day', 'line', 'currency'], 'unique': true}]) }}

with moved as (
  select
    ledger.tenant_id,
    -- An account that was opened after the reference data was copied has its line at the next build.
    coalesce(accounts.line, 'unknown') as line,
    coalesce(accounts.element, 'unknown') as element,
    ledger.currency,
    ledger.day,
    count(*) as accounts_moved,
    sum(ledger.entries)::bigint as entries,
    sum(ledger.debits_minor) as debits_minor,
    sum(ledger.credits_minor) as credits_minor
  from {{ ref('general_ledger_daily') }} as ledger
  left join {{ ref('dim_accounts') }} as accounts
    on accounts.tenant_id = ledger.tenant_id and accounts.account_id = ledger.account_id
  group by
    ledger.tenant_id,
    coalesce(accounts.line, 'unknown'),
    coalesce(accounts.element, 'unknown'),
    ledger.currency,
    ledger.day
),

span as (
  select tenant_id, min(day) as first_day, max(day) as last_day from moved group by tenant_id
),

lines as (
  select distinct tenant_id, line, element, currency from moved
),

-- Every line has a row on every day, so that a day's rows add up to zero.
days as (
  select lines.tenant_id, lines.line, lines.element, lines.currency, calendar.day::date as day
  from lines
  inner join span on span.tenant_id = lines.tenant_id
  cross join lateral generate_series(
    span.first_day::timestamp, span.last_day::timestamp, interval '1 day'
  ) as calendar (day)
),

balances as (
  select
    days.*,
    coalesce(moved.accounts_moved, 0) as accounts_moved,
    coalesce(moved.entries, 0) as entries,
    coalesce(moved.debits_minor, 0) as debits_minor,
    coalesce(moved.credits_minor, 0) as credits_minor,
    sum(coalesce(moved.credits_minor, 0) - coalesce(moved.debits_minor, 0))
      over (partition by days.tenant_id, days.line, days.currency order by days.day) as closing_minor
  from days
  left join moved
    on moved.tenant_id = days.tenant_id
    and moved.line = days.line
    and moved.currency = days.currency
    and moved.day = days.day
)

select
  tenant_id,
  day,
  line,
  element,
  currency,
  accounts_moved,
  entries,
  (closing_minor - credits_minor + debits_minor)::bigint as opening_minor,
  debits_minor::bigint as debits_minor,
  credits_minor::bigint as credits_minor,
  closing_minor::bigint as closing_minor,
  (select cut_at from {{ ref('int_build_cut') }}) as as_of
from balances
