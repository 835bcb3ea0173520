-- Every customer's account is in the funnel once, and who was active in a week is in it as the days say.
with accounts as (
  select tenant_id, count(*) as accounts from {{ ref('stg_accounts') }} where account_kind = 'customer' group by tenant_id
),

funnel as (
  select tenant_id, sum(opened) as accounts from {{ ref('activation_funnel_weekly') }} group by tenant_id
),

steps as (
  select tenant_id, count(*) as wrong
  from {{ ref('activation_funnel_weekly') }}
  where not (activated_7d <= activated_30d and activated_30d <= activated and activated <= paid_in and paid_in <= opened)
  group by tenant_id
)

select accounts.tenant_id, accounts.accounts, funnel.accounts as opened, steps.wrong
from accounts
left join funnel on funnel.tenant_id = accounts.tenant_id
left join steps on steps.tenant_id = accounts.tenant_id
where accounts.accounts is distinct from funnel.accounts or steps.wrong > 0
