{% snapshot account_history %}
{{
  config(
    unique_key=['tenant_id', 'account_id'],
    strategy='check',
    check_cols=['status', 'product'],
    updated_at='extracted_at',
    hard_deletes='invalidate'
  )
}}

select tenant_id, account_id, account_kind, customer_id, product, currency, status, extracted_at
from {{ ref('stg_accounts') }}
where account_kind in ('customer', 'goal')
{% endsnapshot %}
