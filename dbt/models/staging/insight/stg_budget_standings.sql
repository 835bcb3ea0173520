select
  budget_standing.tenant_id,
  budget_standing.budget_id,
  budget_standing.customer_id,
  budget_standing.category,
  budget_standing.currency,
  budget_standing.version,
  budget_standing.month,
  budget_standing.days_left,
  budget_standing.limit_minor,
  budget_standing.spent_minor,
  budget_standing.left_minor,
  budget_standing.standing,
  budget_standing.expected_minor,
  budget_standing.low_80_minor,
  budget_standing.high_80_minor,
  budget_standing.chance_over_pct,
  made.as_of,
  made.histories_until,
  made.made_at
from {{ source('insight', 'budget_standing') }} as budget_standing
inner join {{ source('insight', 'money_made') }} as made on made.tenant_id = budget_standing.tenant_id
