{# The label that holds for each transaction: the one learned last, by `known_at`. `among` is a relation with the transactions that
   are asked for; none asks for all of them. #}
{% macro newest_labels(among=none) -%}
  select distinct on (labels.tenant_id, labels.transaction_id)
    labels.tenant_id,
    labels.transaction_id,
    labels.fraud,
    labels.fraud_kind,
    labels.known_at,
    labels.label_source
  from {{ ref('stg_labels') }} as labels
  {%- if among %}
  inner join {{ among }} as asked
    on asked.tenant_id = labels.tenant_id and asked.transaction_id = labels.transaction_id
  {%- endif %}
  where labels.{{ until_cut('labels') }}
  order by labels.tenant_id, labels.transaction_id, labels.known_at desc, labels.log_offset desc
{%- endmacro %}
