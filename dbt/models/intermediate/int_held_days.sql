-- Holds by the day and rail on which they were placed and ended.
with holds as (
  select
    held.tenant_id,
    held.transfer_id,
    transactions.channel as rail,
    transactions.currency,
    held.amount_minor,
    {{ bank_day('held.held_at') }} as held_day,
    {{ bank_day('held.ended_at') }} as ended_day
  from {{ ref('int_held_transfers') }} as held
  inner join {{ ref('fct_transactions') }} as transactions
    on transactions.tenant_id = held.tenant_id and transactions.transaction_id = held.transfer_id
),

changes as (
  select tenant_id, rail, currency, held_day as day, 1 as placed, 0 as ended, amount_minor as placed_minor, 0 as ended_minor
  from holds
  union all
  select tenant_id, rail, currency, ended_day, 0, 1, 0, amount_minor
  from holds
  where ended_day is not null
)

select
  tenant_id,
  rail,
  currency,
  day,
  sum(placed)::bigint as holds_placed,
  sum(ended)::bigint as holds_ended,
  sum(placed - ended)::bigint as holds_change,
  sum(placed_minor - ended_minor)::bigint as holds_change_minor
from changes
group by tenant_id, rail, currency, day
