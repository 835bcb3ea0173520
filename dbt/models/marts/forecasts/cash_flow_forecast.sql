{{ config(indexes=[{'columns': ['tenant_id', 'customer_id', 'currency', 'day', 'flow'], 'unique': true}]) }}

with newest as (
  select tenant_id, first_day from {{ ref('forecasts') }} where kind = 'cash_flow'
)

select
  flows.tenant_id,
  flows.subject as customer_id,
  flows.currency,
  flows.day,
  flows.flow,
  flows.expected_minor,
  flows.low_80_minor,
  flows.high_80_minor,
  flows.low_95_minor,
  flows.high_95_minor,
  flows.first_day
from {{ ref('stg_forecast_flows') }} as flows
inner join newest on newest.tenant_id = flows.tenant_id and newest.first_day = flows.first_day
where flows.forecast_kind = 'cash_flow'
