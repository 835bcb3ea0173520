{# No transaction has two outcomes; looked at among those that got one since the last build that held. #}
{% test one_outcome_each(model) %}
with new as (
  select distinct tenant_id, transaction_id from {{ model }} where log_offset > {{ held_until('decisions') }}
)

select outcomes.tenant_id, outcomes.transaction_id, count(*) as outcomes
from {{ model }} as outcomes
inner join new on new.tenant_id = outcomes.tenant_id and new.transaction_id = outcomes.transaction_id
group by outcomes.tenant_id, outcomes.transaction_id
having count(*) > 1
{% endtest %}
