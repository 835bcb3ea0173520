{{ config(indexes=[{'columns': ['account_id', 'tenant_id'], 'unique': true}]) }}

with accounts as (
  select
    *,
    split_part(code, ':', 1) as prefix,
    case when strpos(code, ':') > 0 then substr(code, strpos(code, ':') + 1) else '' end as rest
  from {{ ref('stg_accounts') }}
)

select
  accounts.tenant_id,
  accounts.account_id,
  accounts.account_kind,
  accounts.code,
  accounts.customer_id,
  accounts.parent_account_id,
  accounts.product,
  accounts.currency,
  accounts.status,
  accounts.opened_at,
  {{ bank_day('accounts.opened_at') }} as opened_on,
  case when accounts.code is null then 'liabilities' else coalesce(headings.element, 'equity') end as element,
  case
    when accounts.code is null then 'liabilities:deposits:' || coalesce(accounts.product, 'unassigned')
    when headings.prefix is null then 'equity:other:' || accounts.code
    else concat_ws(':', headings.element, nullif(headings.name, ''), nullif(accounts.rest, ''))
  end as line,
  accounts.balance_minor,
  accounts.entries,
  accounts.extracted_at
from accounts
left join {{ ref('chart_headings') }} as headings on headings.prefix = accounts.prefix
