{# Each version of a thing begins where the one before it ends, and at most one has no end. #}
{% test versions_meet(model, key) %}
with versions as (
  select
    {{ key | join(', ') }},
    dbt_valid_from,
    dbt_valid_to,
    lead(dbt_valid_from) over (partition by {{ key | join(', ') }} order by dbt_valid_from) as next_from
  from {{ model }}
)

select *
from versions
where dbt_valid_to <= dbt_valid_from or dbt_valid_to > next_from or (dbt_valid_to is null and next_from is not null)
{% endtest %}
