select distinct on (tenant_id, transaction_id)
  tenant_id,
  transaction_id,
  fraud,
  fraud_kind,
  known_at,
  label_source
from {{ ref('stg_labels') }}
where {{ until_cut('labels') }}
order by tenant_id, transaction_id, known_at desc, log_offset desc
