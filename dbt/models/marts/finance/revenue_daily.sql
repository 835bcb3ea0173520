{{ config(indexes=[{'columns': ['tenant_id', 'day', 'product', 'kind', 'currency'], 'unique': true}]) }}

with revenue as (
  select
    revenue.*,
    coalesce(accounts.product, 'unassigned') as product
  from {{ ref('int_account_revenue') }} as revenue
  left join {{ ref('dim_accounts') }} as accounts
    on accounts.tenant_id = revenue.tenant_id and accounts.account_id = revenue.account_id
)

select
  tenant_id,
  day,
  product,
  kind,
  currency,
  sum(postings)::bigint as postings,
  sum(amount_minor)::bigint as amount_minor,
  sum(amount_brl_minor)::bigint as amount_brl_minor,
  sum(reversed_minor)::bigint as reversed_minor,
  (select cut_at from {{ ref('int_build_cut') }}) as as_of
from revenue
group by tenant_id, day, product, kind, currency
