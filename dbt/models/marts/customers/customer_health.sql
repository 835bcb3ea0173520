{{ config(indexes=[{'columns': ['tenant_id', 'customer_id'], 'unique': true}]) }}

with recent as (
  select
    days.tenant_id,
    days.customer_id,
    max(clock.as_of) as as_of,
    coalesce(sum(days.attempts) filter (where days.day > clock.today - 90), 0) as attempts,
    coalesce(sum(days.refused) filter (where days.day > clock.today - 90), 0) as refused,
    coalesce(sum(days.frauds) filter (where days.day > clock.today - 90), 0) as frauds,
    coalesce(
      sum({{ in_brl('days.paid_minor', 'days.currency', 'days.day', 'days.tenant_id') }})
        filter (where days.day > clock.today - 90),
      0
    ) as paid_brl_minor,
    {%- for channel in channels() %}
    coalesce(max(days.{{ channel }}_sent) filter (where days.day > clock.today - 90), 0) as {{ channel }}_sent
    {{- ',' if not loop.last }}
    {%- endfor %}
  from {{ ref('int_customer_days') }} as days
  inner join {{ ref('int_customer_clock') }} as clock on clock.tenant_id = days.tenant_id
  group by days.tenant_id, days.customer_id
),

balances as (
  select
    accounts.tenant_id,
    accounts.customer_id,
    sum({{ in_brl('accounts.balance_minor', 'accounts.currency', 'clock.today', 'accounts.tenant_id') }}) as balance_brl_minor
  from {{ ref('dim_accounts') }} as accounts
  inner join {{ ref('int_customer_clock') }} as clock on clock.tenant_id = accounts.tenant_id
  where accounts.customer_id is not null
  group by accounts.tenant_id, accounts.customer_id
),

parts as (
  select
    recent.tenant_id,
    recent.customer_id,
    recent.as_of,
    round(30 * (1 - coalesce(churn.churn_score, 1)))::integer as activity_points,
    case
      when coalesce(balances.balance_brl_minor, 0) <= 0 then 0
      when recent.paid_brl_minor = 0 then 25
      else round(25 * least(1, balances.balance_brl_minor * 3 / recent.paid_brl_minor))::integer
    end as cushion_points,
    round(20 * coalesce(1 - {{ share('recent.refused', 'recent.attempts') }}, 0))::integer as success_points,
    round(15 * least(1, (
      {%- for channel in channels() %}
      (recent.{{ channel }}_sent > 0)::integer{{ ' +' if not loop.last }}
      {%- endfor %}
    ) / 4.0))::integer as breadth_points,
    case when recent.frauds = 0 then 10 else 0 end as safety_points
  from recent
  left join balances on balances.tenant_id = recent.tenant_id and balances.customer_id = recent.customer_id
  left join {{ ref('customer_churn') }} as churn
    on churn.tenant_id = recent.tenant_id and churn.customer_id = recent.customer_id
),

scored as (
  select
    *,
    activity_points + cushion_points + success_points + breadth_points + safety_points as health_score
  from parts
),

final as (
  select
    tenant_id,
    customer_id,
    health_score,
    case when health_score >= 70 then 'healthy' when health_score >= 40 then 'watch' else 'at_risk' end as band,
    activity_points,
    cushion_points,
    success_points,
    breadth_points,
    safety_points,
    as_of
  from scored
)

select * from final
