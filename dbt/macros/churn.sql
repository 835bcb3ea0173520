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

{# One row a customer who paid in the `churn_history_days` up to the end of `seen_on`: on how many days, when first and last. #}
{% macro paying_rhythm(seen_on) -%}
  select
    days.tenant_id,
    days.customer_id,
    max(days.day) as last_active_day,
    ({{ seen_on }} - max(days.day))::integer as silent_days,
    count(*)::integer as active_days,
    (max(days.day) - min(days.day))::integer as last_age_days,
    ({{ seen_on }} - min(days.day))::integer as age_days,
    clock.as_of
  from (
    select tenant_id, customer_id, day from {{ ref('int_customer_days') }} where payments > 0
    group by tenant_id, customer_id, day
  ) as days
  inner join {{ ref('int_customer_clock') }} as clock on clock.tenant_id = days.tenant_id
  where days.day <= {{ seen_on }} and days.day > {{ seen_on }} - {{ var('churn_history_days') }}
  group by days.tenant_id, days.customer_id, clock.today, clock.as_of
{%- endmacro %}
