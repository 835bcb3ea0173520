{{ config(indexes=[
  {'columns': ['tenant_id', 'customer_id', 'day']},
]) }}

select
  tenant_id,
  customer_id,
  currency,
  unusual_kind as kind,
  day,
  category,
  transfer_id,
  amount_minor,
  usual_minor,
  high_minor,
  score,
  as_of,
  histories_until,
  made_at
from {{ ref('stg_unusual') }}
