{# How likely a customer will not pay anything within `churn_days`, from 0 to 1: the share of worlds in which they have left, and
   of the others that in which they stay silent so long. BG/NBD (P. Fader, B. Hardie, K. L. Lee, "Counting your customers" the
   easy way, Marketing Science 24, 2005): days with a payment come at a steady rate, which differs between customers, and after
   each of them a customer may leave for good. `repeats`: such days after the first; `last_age`: days from the first to the last
   of them; `age`: days from the first until now. The four parameters are given, not fitted (`vars` of the project): the mart
   churn_score_bins says how right they were. #}
{% macro churn_score(repeats, last_age, age) -%}
  (1 - (1 - {{ _silent_though_there(repeats, age) }}) / (1 + {{ _odds_of_having_left(repeats, last_age, age) }}))
{%- endmacro %}

{# The exponent is bounded so that a busy customer's long silence does not leave the range of a double. #}
{% macro _odds_of_having_left(repeats, last_age, age) -%}
  (case when {{ repeats }} = 0 then 0::double precision else
    {{ var('churn_a') }}::double precision / ({{ var('churn_b') }} + {{ repeats }} - 1)
    * exp(least(600, ({{ var('churn_r') }} + {{ repeats }})
      * ln(({{ var('churn_alpha') }} + {{ age }})::double precision / ({{ var('churn_alpha') }} + {{ last_age }})))) end)
{%- endmacro %}

{% macro _silent_though_there(repeats, age) -%}
  power(
    ({{ var('churn_alpha') }} + {{ age }})::double precision / ({{ var('churn_alpha') }} + {{ age }} + {{ var('churn_days') }}),
    {{ var('churn_r') }} + {{ repeats }}
  )
{%- endmacro %}

{# How a customer has paid in the `churn_history_days` up to the end of `seen_on`: on how many days, and on which first and last.
   Columns of a query over the customer's days. #}
{% macro rhythm(prefix, seen_on) -%}
  {%- set within = 'days.day <= ' ~ seen_on ~ ' and days.day > ' ~ seen_on ~ ' - ' ~ var('churn_history_days') -%}
  coalesce(sum(days.active_day) filter (where {{ within }}), 0)::integer as {{ prefix }}active_days,
  min(days.day) filter (where days.payments > 0 and {{ within }}) as {{ prefix }}first_paid_day,
  max(days.day) filter (where days.payments > 0 and {{ within }}) as {{ prefix }}last_paid_day
{%- endmacro %}

{# The score of a customer whose columns those are, as it is told on `seen_on`. #}
{% macro rhythm_score(prefix, seen_on) -%}
  {{ churn_score(
    '(' ~ prefix ~ 'active_days - 1)',
    '(' ~ prefix ~ 'last_paid_day - ' ~ prefix ~ 'first_paid_day)',
    '(' ~ seen_on ~ ' - ' ~ prefix ~ 'first_paid_day)'
  ) }}
{%- endmacro %}
