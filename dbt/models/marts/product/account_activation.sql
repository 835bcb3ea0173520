{{ config(indexes=[{'columns': ['tenant_id', 'account_id'], 'unique': true}]) }}

with moved as (
  select
    tenant_id,
    account_id,
    min(first_paid_in_at) as first_paid_in_at,
    min(first_paid_out_at) as first_paid_out_at
  from {{ ref('int_account_days') }}
  group by tenant_id, account_id
),

final as (
  select
    accounts.tenant_id,
    accounts.account_id,
    accounts.customer_id,
    accounts.product,
    -- What came with its history has moved before the account was opened here.
    least(accounts.opened_at, openings.opened_at, moved.first_paid_in_at, moved.first_paid_out_at) as opened_at,
    moved.first_paid_in_at,
    moved.first_paid_out_at,
    case
      when moved.first_paid_in_at is not null and moved.first_paid_out_at is not null
        then greatest(moved.first_paid_in_at, moved.first_paid_out_at)
    end as activated_at,
    cut.cut_at as as_of
  from {{ ref('dim_accounts') }} as accounts
  left join moved on moved.tenant_id = accounts.tenant_id and moved.account_id = accounts.account_id
  left join {{ ref('int_account_openings') }} as openings
    on openings.tenant_id = accounts.tenant_id and openings.account_id = accounts.account_id::text
  cross join {{ ref('int_build_cut') }} as cut
  where accounts.account_kind = 'customer'
)

select * from final
