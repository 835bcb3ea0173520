select
  unusual.tenant_id,
  unusual.customer_id,
  unusual.currency,
  unusual.kind as unusual_kind,
  unusual.day,
  unusual.category,
  unusual.transfer_id,
  unusual.amount_minor,
  unusual.usual_minor,
  unusual.high_minor,
  unusual.score,
  made.as_of,
  made.histories_until,
  made.made_at
from {{ source('insight', 'unusual') }} as unusual
inner join {{ source('insight', 'money_made') }} as made on made.tenant_id = unusual.tenant_id
