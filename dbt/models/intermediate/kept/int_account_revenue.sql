-- What the bank's accounts of income and expense took from each customer's account, or gave it; a reversal takes it back.
with banks as (
  select
    tenant_id,
    account_id,
    case
      when account_kind = 'liquidity' then 'exchange-margin'
      when line = 'income:fees' then 'fees'
      when line = 'income:interest' then 'interest-received'
      when line = 'expenses:interest' then 'interest-paid'
      else 'other'
    end as kind
  from {{ ref('dim_accounts') }}
  where element in ('income', 'expenses') or account_kind = 'liquidity'
),

-- The margin of an exchange is what both its legs leave on the accounts of liquidity, at the day's middle rate.
moved as (
  select
    entries.tenant_id,
    entries.counterparty_account_id as account_id,
    entries.day,
    banks.kind,
    case when banks.kind = 'exchange-margin' then 'BRL' else entries.currency end as currency,
    entries.purpose,
    entries.delta_minor,
    {{ in_brl('entries.delta_minor', 'entries.currency', 'entries.day', 'entries.tenant_id') }} as delta_brl_minor
  from {{ ref('fct_ledger_entries') }} as entries
  inner join banks on banks.tenant_id = entries.tenant_id and banks.account_id = entries.account_id
)

select
  tenant_id,
  account_id,
  day,
  kind,
  currency,
  count(*) as postings,
  sum(case when kind = 'exchange-margin' then delta_brl_minor else delta_minor end)::bigint as amount_minor,
  sum(delta_brl_minor)::bigint as amount_brl_minor,
  {{ summed('-delta_minor', "purpose = 'reversal' and kind <> 'exchange-margin'") }} as reversed_minor
from moved
group by tenant_id, account_id, day, kind, currency
