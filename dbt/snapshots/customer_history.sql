{% snapshot customer_history %}
{{
  config(
    unique_key=['tenant_id', 'customer_id'],
    strategy='check',
    check_cols=['status', 'customer_kind'],
    updated_at='extracted_at',
    hard_deletes='invalidate'
  )
}}

-- Nothing of the person: what is kept here outlives them.
select tenant_id, customer_id, customer_kind, status, extracted_at
from {{ ref('stg_customers') }}
{% endsnapshot %}
