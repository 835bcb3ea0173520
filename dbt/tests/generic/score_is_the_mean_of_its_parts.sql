{# A score is the mean of the parts that can be told, each rounded by itself. #}
{% test score_is_the_mean_of_its_parts(model) %}
select *
from {{ model }}
where abs(score - (
  select avg(part.points)
  from (values (liquidity_points), (spending_points), (debt_points), (income_points), (savings_points)) as part (points)
)) > 1
{% endtest %}
