select
  recurring.tenant_id,
  recurring.series_id,
  recurring.customer_id,
  recurring.account_id,
  recurring.direction,
  recurring.category,
  recurring.counterparty,
  recurring.currency,
  recurring.period,
  recurring.first_day,
  recurring.last_day,
  recurring.payments,
  recurring.amount_minor,
  recurring.next_day,
  recurring.earliest_day,
  recurring.latest_day,
  recurring.low_minor,
  recurring.high_minor,
  recurring.subscription,
  made.as_of,
  made.made_at
from {{ source('insight', 'recurring') }} as recurring
inner join {{ source('insight', 'made') }} as made on made.tenant_id = recurring.tenant_id
