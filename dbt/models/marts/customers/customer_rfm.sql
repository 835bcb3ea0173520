{{ config(indexes=[{'columns': ['tenant_id', 'customer_id'], 'unique': true}]) }}

with measured as (
  select
    days.tenant_id,
    days.customer_id,
    min(clock.today - days.day)::integer as recency_days,
    coalesce(sum(days.payments) filter (where days.day > clock.today - 90), 0)::bigint as payments_90d,
    coalesce(
      sum({{ in_brl('days.paid_minor', 'days.currency', 'days.day', 'days.tenant_id') }})
        filter (where days.day > clock.today - 90),
      0
    )::bigint as paid_90d_brl_minor,
    max(clock.as_of) as as_of
  from {{ ref('int_customer_days') }} as days
  inner join {{ ref('int_customer_clock') }} as clock on clock.tenant_id = days.tenant_id
  where days.payments > 0
  group by days.tenant_id, days.customer_id
),

-- Equal values share the higher fifth.
ranked as (
  select
    *,
    ceil(5 * cume_dist() over (partition by tenant_id order by recency_days desc))::integer as recency_fifth,
    ceil(5 * cume_dist() over (partition by tenant_id order by payments_90d))::integer as frequency_fifth,
    ceil(5 * cume_dist() over (partition by tenant_id order by paid_90d_brl_minor))::integer as money_fifth
  from measured
),

final as (
  select
    tenant_id,
    customer_id,
    recency_days,
    payments_90d,
    paid_90d_brl_minor,
    recency_fifth,
    frequency_fifth,
    money_fifth,
    case
      when recency_fifth >= 4 and frequency_fifth + money_fifth >= 7 then 'champions'
      when recency_fifth = 3 and frequency_fifth + money_fifth >= 7 then 'loyal'
      when frequency_fifth + money_fifth >= 7 then 'at_risk'
      when recency_fifth >= 4 and frequency_fifth + money_fifth >= 5 then 'potential'
      when recency_fifth >= 4 then 'promising'
      when recency_fifth = 3 then 'needs_attention'
      else 'hibernating'
    end as segment,
    as_of
  from ranked
)

select * from final
