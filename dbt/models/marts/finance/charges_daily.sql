{{ config(indexes=[{'columns': ['tenant_id', 'day', 'product', 'kind', 'currency'], 'unique': true}]) }}

with charges as (
  select
    charges.tenant_id,
    charges.value_day as day,
    coalesce(accounts.product, 'unassigned') as product,
    charges.charge_kind as kind,
    charges.currency,
    charges.status,
    charges.amount_minor
  from {{ ref('stg_charges') }} as charges
  left join {{ ref('dim_accounts') }} as accounts
    on accounts.tenant_id = charges.tenant_id and accounts.account_id = charges.account_id
)

select
  tenant_id,
  day,
  product,
  kind,
  currency,
  count(*) as charges,
  sum(amount_minor)::bigint as charged_minor,
  {{ summed('amount_minor', "status = 'posted'") }} as posted_minor,
  {{ summed('amount_minor', "status = 'due'") }} as due_minor,
  {{ summed('amount_minor', "status = 'waived'") }} as waived_minor,
  (select cut_at from {{ ref('int_build_cut') }}) as as_of
from charges
group by tenant_id, day, product, kind, currency
