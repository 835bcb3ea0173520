select
  tenant_id,
  kind as forecast_kind,
  first_day,
  subject,
  currency,
  day,
  flow,
  expected_minor,
  low_80_minor,
  high_80_minor,
  low_95_minor,
  high_95_minor
from {{ source('forecast', 'flow') }}
