-- Built after every other mart, so that it never says more than they hold: where one of them failed, it stays as it was.
-- depends_on: {{ ref('daily_volume_and_fraud') }}
-- depends_on: {{ ref('challenger_daily') }}
-- depends_on: {{ ref('fct_decisions') }}
-- depends_on: {{ ref('fct_alerts') }}
-- depends_on: {{ ref('fct_ledger_entries') }}
-- depends_on: {{ ref('customer_profiles') }}
-- depends_on: {{ ref('dim_customers') }}
-- depends_on: {{ ref('dim_accounts') }}
{{
  config(
    materialized='incremental',
    incremental_strategy='merge',
    unique_key=['tenant_id'],
    on_schema_change='fail',
    indexes=[{'columns': ['tenant_id'], 'unique': true}]
  )
}}

with seen as (
  select tenant_id, max(event_time) as last_event_time
  from {{ ref('fct_transactions') }}
  where built_at > {{ since_built() }}
  group by tenant_id
  {%- if is_incremental() %}
  union all
  select tenant_id, last_event_time from {{ this }}
  {%- endif %}
)

select
  seen.tenant_id,
  cut.cut_at as as_of,
  max(seen.last_event_time) as last_event_time,
  (select extracted_at from {{ ref('stg_reference_extract') }}) as reference_as_of
from seen
cross join {{ ref('int_build_cut') }} as cut
group by seen.tenant_id, cut.cut_at
