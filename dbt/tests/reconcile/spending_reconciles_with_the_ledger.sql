-- To the cent: each side of a posted event that is a customer's is a movement of its account with the same amount, of the events
-- since the last build that held, and of all that the warehouse keeps where the build is whole; and those movements, categories
-- aside, come to what the mart says left and came.
with read_to as (
  select max(history_offset) as history_offset from {{ ref('spending_monthly') }}
),

histories as (
  select tenant_id, account_id, transfer_id, currency, amount_minor, log_offset
  from {{ source('read_model', 'movement') }}
  where generation = (select generation from {{ source('read_model', 'serving') }})
),

ledger as (
  select
    events.tenant_id,
    events.transfer_id,
    sides.account_id,
    sides.sign * events.amount_minor as amount_minor,
    events.log_offset
  from {{ source('raw', 'ledger_events') }} as events
  cross join lateral (
    values (events.debit_account_id, -1), (events.credit_account_id, 1)
  ) as sides (account_id, sign)
  inner join {{ ref('dim_accounts') }} as accounts
    on accounts.tenant_id = events.tenant_id and accounts.account_id = sides.account_id
  where events.status = 'posted'
    and accounts.customer_id is not null
    and events.log_offset > {{ held_until('ledger_events') }}
    and events.log_offset < (select history_offset from read_to)
),

moved as (
  select
    movements.tenant_id,
    movements.currency,
    -sum(movements.amount_minor) filter (where movements.amount_minor < 0) as spent_minor,
    sum(movements.amount_minor) filter (where movements.amount_minor > 0) as received_minor,
    count(*) as movements
  from histories as movements
  inner join {{ ref('dim_accounts') }} as accounts
    on accounts.tenant_id = movements.tenant_id and accounts.account_id = movements.account_id
  where accounts.customer_id is not null
    and movements.log_offset < (select history_offset from read_to)
  group by movements.tenant_id, movements.currency
),

told as (
  select
    tenant_id,
    currency,
    nullif(sum(spent_minor), 0) as spent_minor,
    nullif(sum(received_minor), 0) as received_minor,
    sum(spent_count + received_count) as movements,
    count(*) filter (
      where share_holder + share_merchant + share_code + share_text + share_rule not between 0.99999 and 1.00001
    ) as shares_off
  from {{ ref('spending_monthly') }}
  group by tenant_id, currency
)

select 'a movement of ' || ledger.transfer_id as what, ledger.tenant_id
from ledger
left join histories as movements
  on movements.tenant_id = ledger.tenant_id
  and movements.transfer_id = ledger.transfer_id
  and movements.account_id = ledger.account_id
where movements.amount_minor is distinct from ledger.amount_minor
  or movements.log_offset is distinct from ledger.log_offset
union all
select 'what the mart comes to in ' || coalesce(moved.currency, told.currency), coalesce(moved.tenant_id, told.tenant_id)
from moved
full join told on told.tenant_id = moved.tenant_id and told.currency = moved.currency
where moved.spent_minor is distinct from told.spent_minor
  or moved.received_minor is distinct from told.received_minor
  or moved.movements is distinct from told.movements
  or told.shares_off > 0
