{# The label that holds for each transaction: the one learned last, by `known_at`. #}
{% macro newest_labels() -%}
  select distinct on (labels.tenant_id, labels.transaction_id)
    labels.tenant_id,
    labels.transaction_id,
    {{ label_columns() }}
  from {{ ref('stg_labels') }} as labels
  where labels.{{ until_cut('labels') }}
  order by labels.tenant_id, labels.transaction_id, {{ newest_label_first() }}
{%- endmacro %}

{# The same of one row of `relation`, in a lateral query. #}
{% macro newest_label(relation) -%}
  select {{ label_columns() }}
  from {{ ref('stg_labels') }} as labels
  where labels.tenant_id = {{ relation }}.tenant_id
    and labels.transaction_id = {{ relation }}.transaction_id
    and labels.{{ until_cut('labels') }}
  order by {{ newest_label_first() }}
  limit 1
{%- endmacro %}

{% macro label_columns() -%}
  labels.fraud, labels.fraud_kind, labels.known_at, labels.label_source
{%- endmacro %}

{% macro newest_label_first() -%}
  labels.known_at desc, labels.log_offset desc
{%- endmacro %}
