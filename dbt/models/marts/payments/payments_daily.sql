{{ config(indexes=[{'columns': ['tenant_id', 'day', 'rail', 'currency'], 'unique': true}]) }}

with attempted as (
  select
    tenant_id,
    day,
    rail,
    currency,
    sum(attempts)::bigint as attempts,
    sum(asked_minor)::bigint as asked_minor,
    sum(posted)::bigint as posted,
    sum(posted_minor)::bigint as posted_minor,
    sum(sent)::bigint as sent,
    sum(sent_minor)::bigint as sent_minor,
    sum(observed)::bigint as observed,
    sum(denied)::bigint as denied,
    sum(failed)::bigint as failed,
    sum(abandoned)::bigint as abandoned,
    sum(waiting)::bigint as waiting
  from {{ ref('payments_hourly') }}
  group by tenant_id, day, rail, currency
),

fees as (
  select tenant_id, day, rail, currency, count(*) as fees, sum(fee_minor)::bigint as fee_minor
  from {{ ref('int_transfer_fees') }}
  group by tenant_id, day, rail, currency
),

reversed as (
  select tenant_id, day, rail, currency, count(*) as reversals, sum(reversed_minor)::bigint as reversed_minor
  from {{ ref('int_reversed_days') }}
  group by tenant_id, day, rail, currency
),

held as (
  select * from {{ ref('int_held_days') }}
),

-- A day on which a hold only ended, or a fee only was reversed, is a row too.
known as (
  select tenant_id, day, rail, currency from attempted
  union
  select tenant_id, day, rail, currency from fees
  union
  select tenant_id, day, rail, currency from reversed
  union
  select tenant_id, day, rail, currency from held
),

final as (
  select
    known.tenant_id,
    known.day,
    known.rail,
    known.currency,
    {%- for counted in [
      'attempts', 'asked_minor', 'posted', 'posted_minor', 'sent', 'sent_minor', 'observed', 'denied', 'failed', 'abandoned',
      'waiting',
    ] %}
    coalesce(attempted.{{ counted }}, 0) as {{ counted }},
    {%- endfor %}
    {{ share(
      'attempted.posted', 'attempted.posted + attempted.denied + attempted.failed + attempted.abandoned'
    ) }} as success_share,
    coalesce(fees.fees, 0) as fees,
    coalesce(fees.fee_minor, 0) as fee_minor,
    round(coalesce(attempted.sent, 0) * coalesce(costs.per_payment_minor_e6, 0) / 1e6)::bigint as cost_minor,
    coalesce(reversed.reversals, 0) as reversals,
    coalesce(reversed.reversed_minor, 0) as reversed_minor,
    coalesce(held.holds_placed, 0) as holds_placed,
    coalesce(held.holds_ended, 0) as holds_ended,
    (sum(coalesce(held.holds_change, 0)) over by_rail)::bigint as holds_open,
    (sum(coalesce(held.holds_change_minor, 0)) over by_rail)::bigint as holds_open_minor,
    durations.decide_p50_us,
    durations.decide_p95_us,
    durations.decide_p99_us,
    durations.settle_p50_ms,
    durations.settle_p95_ms,
    durations.settle_p99_ms,
    (select cut_at from {{ ref('int_build_cut') }}) as as_of
  from known
  {%- for part in ['attempted', 'fees', 'reversed', 'held'] %}
  left join {{ part }}
    on {{ part }}.tenant_id = known.tenant_id
    and {{ part }}.day = known.day
    and {{ part }}.rail = known.rail
    and {{ part }}.currency = known.currency
  {%- endfor %}
  left join {{ ref('int_payment_durations') }} as durations
    on durations.tenant_id = known.tenant_id
    and durations.day = known.day
    and durations.rail = known.rail
    and durations.currency = known.currency
  left join {{ ref('int_rail_costs') }} as costs
    on costs.rail = known.rail
    and costs.currency = known.currency
    and known.day >= costs.valid_from
    and known.day < costs.valid_until
  window by_rail as (partition by known.tenant_id, known.rail, known.currency order by known.day)
)

select * from final
