{# What is unusual is above what would have been usual, and of the last 31 days or of their months. #}
{% test unusual_is_above_the_usual(model) %}
select *
from {{ model }}
where amount_minor < high_minor - 1
  or high_minor < usual_minor
  or score <= 0
  or day > as_of
  or day < case when kind = 'month' then date_trunc('month', as_of - 30)::date else as_of - 30 end
{% endtest %}
