{# A budget's standing follows from what was spent and how likely the month is to end above the limit; the month from the day. #}
{% test standing_is_what_its_figures_say(model) %}
select *
from {{ model }}
where standing <> case
  when spent_minor > limit_minor then 'over'
  when chance_over_pct > 50 then 'at-risk'
  else 'on-track'
end
  or month <> date_trunc('month', as_of)::date
  or as_of + days_left <> (month + interval '1 month' - interval '1 day')::date
  or not coalesce(spent_minor <= low_80_minor and low_80_minor <= expected_minor and expected_minor <= high_80_minor, true)
{% endtest %}
