{% snapshot product_history %}
{{
  config(
    unique_key=['tenant_id', 'product', 'currency'],
    strategy='check',
    check_cols=[
      'name', 'overdraft_limit_minor', 'credit_rate_ppm', 'debit_rate_ppm', 'day_count', 'monthly_fee_minor', 'offered'
    ],
    updated_at='extracted_at',
    hard_deletes='invalidate'
  )
}}

select
  tenant_id,
  product,
  currency,
  name,
  product_kind,
  overdraft_limit_minor,
  credit_rate_ppm,
  debit_rate_ppm,
  day_count,
  monthly_fee_minor,
  offered,
  extracted_at
from {{ ref('stg_products') }}
{% endsnapshot %}
