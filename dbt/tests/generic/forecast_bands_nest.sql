{# What is expected lies in the 80% interval, and that in the 95% one. #}
{% test forecast_bands_nest(model) %}
select *
from {{ model }}
where not (
  low_95_minor <= low_80_minor
  and low_80_minor <= expected_minor
  and expected_minor <= high_80_minor
  and high_80_minor <= high_95_minor
)
{% endtest %}
