{# An amount in centavos, at the rate of a day: the newest that the tenant had by then, in the middle between bid and ask. Whole
   numbers and exact decimals all the way, rounded half-even once. Null where no rate is known for that day or one before.

   Columns are named with their table (`transactions.currency`), because they are read within a query of its own. #}
{% macro in_brl(amount_minor, currency, day, tenant_id) -%}
  (case
    when {{ currency }} = 'BRL' then {{ amount_minor }}::bigint
    else (
      select {{ half_even('exact.amount_minor') }}::bigint
      from (
        select {{ amount_minor }} * rates.brl_minor_for_one_minor as amount_minor
        from {{ ref('int_brl_rates') }} as rates
        where rates.tenant_id = {{ tenant_id }}
          and rates.currency = {{ currency }}
          and rates.from_day <= {{ day }}
          and rates.until_day > {{ day }}
      ) as exact
    )
  end)
{%- endmacro %}

{# The whole number nearest to a numeric, the even one of two that are equally near. #}
{% macro half_even(exact) -%}
  (case
    when abs({{ exact }} - trunc({{ exact }})) = 0.5 then 2 * round({{ exact }} / 2)
    else round({{ exact }})
  end)
{%- endmacro %}
