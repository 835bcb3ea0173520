-- One row a customer: all that their marts take from their days, which are read once for it.
select
  days.tenant_id,
  days.customer_id,
  max(clock.as_of) as as_of,
  max(clock.today) as today,
  min(days.day) as first_day,
  max(days.day) filter (where days.payments > 0) as last_active_day,
  {%- for channel in channels() %}
  sum(days.{{ channel }}_sent)::bigint as {{ channel }}_sent,
  coalesce(sum(days.{{ channel }}_sent) filter (where days.day > clock.today - 90), 0)::bigint as {{ channel }}_sent_90d,
  {%- endfor %}
  {%- for counted in ['attempts', 'refused', 'frauds', 'payments'] %}
  coalesce(sum(days.{{ counted }}) filter (where days.day > clock.today - 90), 0)::bigint as {{ counted }}_90d,
  {%- endfor %}
  coalesce(
    sum({{ in_brl('days.paid_minor', 'days.currency', 'days.day', 'days.tenant_id') }})
      filter (where days.day > clock.today - 90),
    0
  )::bigint as paid_90d_brl_minor,
  {{ rhythm('', 'clock.today') }},
  {{ rhythm('then_', '(clock.today - ' ~ var('churn_days') ~ ')') }}
from {{ ref('int_customer_days') }} as days
inner join {{ ref('int_customer_clock') }} as clock on clock.tenant_id = days.tenant_id
group by days.tenant_id, days.customer_id
