{{ config(indexes=[{'columns': ['tenant_id', 'day', 'channel', 'currency'], 'unique': true}]) }}

select
  tenant_id,
  day,
  channel,
  currency,
  count(*) as transactions,
  sum(amount_minor)::bigint as amount_minor,
  count(*) filter (where verdict = 'allow') as allowed,
  count(*) filter (where verdict in ('review', 'step_up')) as reviewed,
  count(*) filter (where verdict = 'deny') as denied,
  count(*) filter (where fraud) as frauds,
  coalesce(sum(amount_minor) filter (where fraud), 0)::bigint as fraud_amount_minor,
  count(*) filter (where fraud_caught) as frauds_caught,
  count(*) filter (where false_alarm) as false_alarms
from {{ ref('fct_transactions') }}
group by tenant_id, day, channel, currency
