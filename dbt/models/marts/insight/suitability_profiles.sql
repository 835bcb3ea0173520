{{ config(indexes=[{'columns': ['tenant_id', 'customer_id'], 'unique': true}]) }}

select
  suitability.tenant_id,
  suitability.customer_id,
  suitability.profile,
  suitability.version,
  suitability.answered_at,
  suitability.holds_until,
  coalesce(suitability.holds_until > extract.extracted_at, false) as holds,
  extract.extracted_at as as_of
from {{ ref('stg_suitability') }} as suitability
cross join {{ ref('stg_reference_extract') }} as extract
