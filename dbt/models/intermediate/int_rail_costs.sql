-- The cost of each rail from its first day until the next one of its rows begins.
select
  rail,
  currency,
  valid_from,
  coalesce(lead(valid_from) over (partition by rail, currency order by valid_from), '9999-12-31'::date) as valid_until,
  per_payment_minor_e6
from {{ ref('rail_costs') }}
