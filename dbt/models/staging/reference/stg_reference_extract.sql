select
  extracted_at,
  changes
from {{ source('raw', 'reference_extract') }}
