select
  tenant_id,
  alert_id,
  kind,
  case when kind = 'scenario' then scenarios else array['flagged-decisions'] end as scenarios,
  first_event_at,
  case_id,
  linked_at
from {{ source('raw', 'alert_cases') }}
