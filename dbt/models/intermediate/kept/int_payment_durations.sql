{{
  config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_days_touched(['fct_transactions.outcome_built_at', 'fct_decisions']) }}",
    indexes=[{'columns': ['tenant_id', 'day', 'rail', 'currency'], 'unique': true}]
  )
}}

-- How many payments took how long, by bucket: all are read once, and nothing is sorted but the buckets.
with payments as (
  select
    transactions.tenant_id,
    transactions.day,
    transactions.channel as rail,
    transactions.currency,
    transactions.outcome,
    extract(epoch from transactions.outcome_at - transactions.event_time)::double precision * 1000 as settle_ms,
    decisions.duration_us as decide_us
  from {{ ref('fct_transactions') }} as transactions
  inner join {{ ref('fct_decisions') }} as decisions
    on decisions.tenant_id = transactions.tenant_id and decisions.transaction_id = transactions.transaction_id
  {%- if is_incremental() %}
  where {{ on_days_touched(['fct_transactions.outcome_built_at', 'fct_decisions'], 'transactions') }}
    and {{ on_days_touched(['fct_transactions.outcome_built_at', 'fct_decisions'], 'decisions') }}
  {%- endif %}
),

buckets as (
  select tenant_id, day, rail, currency, 'decide' as what, {{ duration_bucket('decide_us') }} as bucket, count(*) as payments
  from payments
  where decide_us is not null
  group by tenant_id, day, rail, currency, bucket
  union all
  select tenant_id, day, rail, currency, 'settle', {{ duration_bucket('settle_ms') }} as bucket, count(*)
  from payments
  where outcome = 'posted'
  group by tenant_id, day, rail, currency, bucket
),

reached as (
  select
    *,
    sum(payments) over (partition by tenant_id, day, rail, currency, what order by bucket) as reached,
    sum(payments) over (partition by tenant_id, day, rail, currency, what) as counted
  from buckets
)

select
  tenant_id,
  day,
  rail,
  currency,
  {%- for what, unit in [('decide', 'us'), ('settle', 'ms')] %}
  {%- for percent in [50, 95, 99] %}
  {{ duration_of_bucket(
    "min(bucket) filter (where what = '" ~ what ~ "' and 100 * reached >= " ~ percent ~ " * counted)"
  ) }} as {{ what }}_p{{ percent }}_{{ unit }}{{ ',' if not (what == 'settle' and percent == 99) }}
  {%- endfor %}
  {%- endfor %}
from reached
group by tenant_id, day, rail, currency
