{# Metrics of fraud, defined once. They read columns of `fct_transactions`; `docs/marts.md` says what each means. #}

{# The newest label says fraud, and what decided did not let it through. Only our own scorer can catch: a simulated, bootstrap or
   stand-in answer is nobody's merit. #}
{% macro fraud_caught(fraud, verdict, decision_source) -%}
  ({{ fraud }} is true and {{ verdict }} <> 'allow' and {{ decision_source }} = 'scorer')
{%- endmacro %}

{# Our scorer did not let it through, and no label calls it fraud: the newest says lawful, or there is none yet. #}
{% macro false_alarm(fraud, verdict, decision_source) -%}
  ({{ fraud }} is not true and {{ verdict }} <> 'allow' and {{ decision_source }} = 'scorer')
{%- endmacro %}

{% macro frauds() -%}
  count(*) filter (where fraud)
{%- endmacro %}

{% macro fraud_minor() -%}
  coalesce(sum(amount_minor) filter (where fraud), 0)::bigint
{%- endmacro %}

{% macro frauds_caught() -%}
  count(*) filter (where fraud_caught)
{%- endmacro %}

{# Money of frauds that were caught. #}
{% macro caught_minor() -%}
  {{ summed('amount_minor', 'fraud_caught') }}
{%- endmacro %}

{# Of this, what did not move in the end: a hold that was caught may still be released. #}
{% macro saved_minor() -%}
  {{ summed('amount_minor', "fraud_caught and outcome in ('denied', 'abandoned')") }}
{%- endmacro %}

{% macro false_alarms() -%}
  count(*) filter (where false_alarm)
{%- endmacro %}

{# Of the frauds that our scorer decided, the part that it caught, from 0 to 1; null without any. #}
{% macro fraud_caught_rate() -%}
  {{ rate("fraud_caught", "fraud and decision_source = 'scorer'") }}
{%- endmacro %}

{# Of the lawful payments that our scorer decided, the part that it stopped, from 0 to 1; null without any. #}
{% macro false_alarm_rate() -%}
  {{ rate("false_alarm", "fraud is not true and decision_source = 'scorer'") }}
{%- endmacro %}
