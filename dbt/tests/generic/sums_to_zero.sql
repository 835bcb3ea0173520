{# Each of `columns` comes to nothing within every group of `by`. #}
{% test sums_to_zero(model, columns, by) %}
select {{ by | join(', ') }}{% for column in columns %}, sum({{ column }}) as {{ column }}{% endfor %}
from {{ model }}
group by {{ by | join(', ') }}
having {% for column in columns %}sum({{ column }}) <> 0{{ ' or ' if not loop.last }}{% endfor %}
{% endtest %}
