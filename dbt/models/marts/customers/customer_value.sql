{{ config(indexes=[{'columns': ['tenant_id', 'customer_id'], 'unique': true}]) }}

with costs as (
  select
    {%- for channel in channels() %}
    coalesce(max(per_payment_minor_e6) filter (where rail = '{{ channel }}'), 0) as {{ channel }}_e6{{ ',' if not loop.last }}
    {%- endfor %}
  from {{ ref('int_rail_costs') }}
  where currency = 'BRL' and valid_until = '9999-12-31'
),

customers as (
  select
    days.tenant_id,
    days.customer_id,
    min(days.day) as first_day,
    {%- for channel in channels() %}
    sum(days.{{ channel }}_sent) as {{ channel }}_sent,
    coalesce(sum(days.{{ channel }}_sent) filter (where days.day > clock.today - 90), 0) as {{ channel }}_sent_90d,
    {%- endfor %}
    max(clock.today) as today,
    max(clock.as_of) as as_of
  from {{ ref('int_customer_days') }} as days
  inner join {{ ref('int_customer_clock') }} as clock on clock.tenant_id = days.tenant_id
  group by days.tenant_id, days.customer_id
),

earned as (
  select
    accounts.tenant_id,
    accounts.customer_id,
    sum(revenue.amount_brl_minor) as revenue,
    coalesce(sum(revenue.amount_brl_minor) filter (where revenue.day > clock.today - 90), 0) as revenue_90d
  from {{ ref('int_account_revenue') }} as revenue
  inner join {{ ref('dim_accounts') }} as accounts
    on accounts.tenant_id = revenue.tenant_id and accounts.account_id = revenue.account_id
  inner join {{ ref('int_customer_clock') }} as clock on clock.tenant_id = revenue.tenant_id
  where accounts.customer_id is not null
  group by accounts.tenant_id, accounts.customer_id
),

margins as (
  select
    customers.tenant_id,
    customers.customer_id,
    customers.first_day,
    customers.as_of,
    coalesce(earned.revenue, 0)::bigint as revenue_brl_minor,
    round((
      {%- for channel in channels() %}
      customers.{{ channel }}_sent * costs.{{ channel }}_e6{{ ' +' if not loop.last }}
      {%- endfor %}
    ) / 1e6)::bigint as cost_brl_minor,
    coalesce(earned.revenue_90d, 0)::bigint - round((
      {%- for channel in channels() %}
      customers.{{ channel }}_sent_90d * costs.{{ channel }}_e6{{ ' +' if not loop.last }}
      {%- endfor %}
    ) / 1e6)::bigint as margin_90d_brl_minor,
    -- A customer of less than ninety days has earned it in fewer months; of less than one, nothing is extrapolated.
    least(3, greatest(1, (customers.today - customers.first_day + 1) / 30.0)) as months_90d,
    -- Who has not paid anything for so long that there is no rhythm left is taken to have gone.
    power(1 - coalesce(churn.churn_score, 1), 30.0 / {{ var('churn_days') }}) as month_retention
  from customers
  cross join costs
  left join earned on earned.tenant_id = customers.tenant_id and earned.customer_id = customers.customer_id
  left join {{ ref('customer_churn') }} as churn
    on churn.tenant_id = customers.tenant_id and churn.customer_id = customers.customer_id
),

projected as (
  select
    *,
    (margin_90d_brl_minor / months_90d) as month_margin,
    month_retention * {{ 1 - var('value_month_discount') }} as kept
  from margins
),

final as (
  select
    tenant_id,
    customer_id,
    first_day,
    revenue_brl_minor,
    cost_brl_minor,
    revenue_brl_minor - cost_brl_minor as margin_brl_minor,
    margin_90d_brl_minor,
    month_retention,
    round(month_margin * (kept * (1 - power(kept, {{ var('value_months') }})) / (1 - kept))::numeric)::bigint
      as projected_margin_brl_minor,
    revenue_brl_minor - cost_brl_minor
    + round(month_margin * (kept * (1 - power(kept, {{ var('value_months') }})) / (1 - kept))::numeric)::bigint
      as lifetime_value_brl_minor,
    as_of
  from projected
)

select * from final
