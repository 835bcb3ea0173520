{# Each customer's days with a transaction that is new, or other than it was. Not all customers of such a day: a label changes one. #}
{% macro customer_days_touched() -%}
  select distinct tenant_id, customer_id, day
  from {{ ref('fct_transactions') }}
  where built_at > {{ since_built() }} and customer_id is not null
{%- endmacro %}

{# Before those days are appended, in their transaction: the rows that they take the place of go. #}
{% macro forget_customer_days_touched() -%}
  {%- if is_incremental() -%}
    delete from {{ this }} as days
    using ({{ customer_days_touched() }}) as touched
    where days.tenant_id = touched.tenant_id and days.customer_id = touched.customer_id and days.day = touched.day
  {%- else -%}
    select 1
  {%- endif -%}
{%- endmacro %}

{# The same of each customer's months, by the rows of a fact, or of a model by day, that are later than this model: `days` names it
   alone, or with the column that tells, as in `days_written`. #}
{% macro customer_months_touched(days) -%}
  {%- set name, _, column = days.partition('.') -%}
  select distinct tenant_id, customer_id, date_trunc('month', day)::date as month
  from {{ ref(name) }}
  where {{ column or 'built_at' }} > {{ since_built() }} and customer_id is not null
{%- endmacro %}

{% macro forget_customer_months_touched(days) -%}
  {%- if is_incremental() -%}
    delete from {{ this }} as months
    using ({{ customer_months_touched(days) }}) as touched
    where months.tenant_id = touched.tenant_id and months.customer_id = touched.customer_id and months.month = touched.month
  {%- else -%}
    select 1
  {%- endif -%}
{%- endmacro %}
