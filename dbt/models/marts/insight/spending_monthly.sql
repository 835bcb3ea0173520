{{ config(indexes=[
  {'columns': ['tenant_id', 'customer_id', 'month', 'category', 'currency'], 'unique': true},
  {'columns': ['tenant_id', 'month', 'category']},
]) }}

-- Made whole: a word of a holder or another model changes months that are long past. Everything is read by one statement, so that
-- the movements are those of the events before `history_offset`. Reais need no day; other currencies are told at the day's rate.
with read_to as (
  select
    least(position.next_offset, cut.ledger_events_log_offset + 1) as history_offset,
    position.as_of
  from {{ ref('stg_history_position') }} as position
  cross join {{ ref('int_build_cut') }} as cut
),

days as (
  select
    movements.tenant_id,
    accounts.customer_id,
    date_trunc('month', movements.booked_at at time zone '{{ var("bank_timezone") }}')::date as month,
    movements.category,
    movements.currency,
    case when movements.currency <> 'BRL' then {{ bank_day('movements.booked_at') }} end as day,
    -{{ summed('movements.amount_minor', 'movements.amount_minor < 0') }} as spent_minor,
    {{ counted('movements.amount_minor < 0') }} as spent_count,
    {{ summed('movements.amount_minor', 'movements.amount_minor > 0') }} as received_minor,
    {{ counted('movements.amount_minor > 0') }} as received_count,
    {{ counted("movements.category_by = 'holder'") }} as by_holder,
    {{ counted("movements.category_by = 'merchant'") }} as by_merchant,
    {{ counted("movements.category_by = 'code'") }} as by_code,
    {{ counted("movements.category_by = 'text'") }} as by_text,
    {{ counted("movements.category_by = 'rule'") }} as by_rule
  from {{ ref('stg_movements') }} as movements
  inner join {{ ref('dim_accounts') }} as accounts
    on accounts.tenant_id = movements.tenant_id and accounts.account_id = movements.account_id
  where accounts.customer_id is not null
    and movements.log_offset < (select history_offset from read_to)
  group by 1, 2, 3, 4, 5, 6
),

priced as (
  select
    days.*,
    {{ in_brl('days.spent_minor', 'days.currency', 'days.day', 'days.tenant_id') }} as spent_brl_minor,
    {{ in_brl('days.received_minor', 'days.currency', 'days.day', 'days.tenant_id') }} as received_brl_minor
  from days
)

select
  priced.tenant_id,
  priced.customer_id,
  priced.month,
  priced.category,
  priced.currency,
  sum(priced.spent_minor)::bigint as spent_minor,
  sum(priced.spent_count)::bigint as spent_count,
  sum(priced.received_minor)::bigint as received_minor,
  sum(priced.received_count)::bigint as received_count,
  case when bool_and(priced.spent_brl_minor is not null) then sum(priced.spent_brl_minor)::bigint end as spent_brl_minor,
  case
    when bool_and(priced.received_brl_minor is not null) then sum(priced.received_brl_minor)::bigint
  end as received_brl_minor,
  {{ share('sum(priced.by_holder)', 'sum(priced.spent_count + priced.received_count)') }} as share_holder,
  {{ share('sum(priced.by_merchant)', 'sum(priced.spent_count + priced.received_count)') }} as share_merchant,
  {{ share('sum(priced.by_code)', 'sum(priced.spent_count + priced.received_count)') }} as share_code,
  {{ share('sum(priced.by_text)', 'sum(priced.spent_count + priced.received_count)') }} as share_text,
  {{ share('sum(priced.by_rule)', 'sum(priced.spent_count + priced.received_count)') }} as share_rule,
  read_to.history_offset,
  read_to.as_of
from priced
cross join read_to
group by priced.tenant_id, priced.customer_id, priced.month, priced.category, priced.currency, read_to.history_offset,
  read_to.as_of
