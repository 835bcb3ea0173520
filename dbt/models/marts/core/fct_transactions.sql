-- depends_on: {{ ref('stg_overrides') }}
{{
  config(
    materialized='incremental',
    incremental_strategy='merge',
    unique_key=['tenant_id', 'transaction_id'],
    on_schema_change='fail',
    indexes=[
      {'columns': ['transaction_id', 'tenant_id'], 'unique': true},
      {'columns': ['tenant_id', 'day']},
      {'columns': ['tenant_id', 'customer_id', 'day']},
      {'columns': ['tenant_id', 'account_id']},
      {'columns': ['log_offset'], 'type': 'brin'},
      {'columns': ['built_at'], 'type': 'brin'},
    ]
  )
}}

with {% if is_incremental() -%}
-- What is new, and what an outcome, an override or a label has changed since, however late it came.
touched as (
  select tenant_id, transaction_id from {{ ref('stg_decisions') }}
  where log_offset > {{ since('decisions') }} and {{ until_cut('decisions') }}
  union
  select tenant_id, transaction_id from {{ ref('stg_outcomes') }}
  where log_offset > {{ since('decisions') }} and {{ until_cut('decisions') }}
  union
  select tenant_id, transaction_id from {{ ref('stg_overrides') }} where log_offset > {{ since('decisions') }}
  union
  select tenant_id, transaction_id from {{ ref('stg_labels') }}
  where log_offset > {{ since('labels') }} and {{ until_cut('labels') }}
),
{%- endif %}

decisions as (
  select decisions.*
  from {{ ref('stg_decisions') }} as decisions
  {%- if is_incremental() %}
  inner join touched
    on touched.tenant_id = decisions.tenant_id and touched.transaction_id = decisions.transaction_id
  {%- endif %}
  where decisions.{{ until_cut('decisions') }}
),

outcomes as (
  select outcomes.*
  from {{ ref('stg_outcomes') }} as outcomes
  {%- if is_incremental() %}
  inner join touched
    on touched.tenant_id = outcomes.tenant_id and touched.transaction_id = outcomes.transaction_id
  {%- endif %}
  where outcomes.{{ until_cut('decisions') }}
),

labels as (
  {{ newest_labels('touched' if is_incremental() else none) }}
),

final as (
  select
    decisions.tenant_id,
    decisions.transaction_id,
    decisions.event_time,
    decisions.day,
    decisions.channel,
    decisions.direction,
    decisions.amount_minor,
    decisions.currency,
    decisions.customer_id,
    decisions.account_id,
    decisions.card_id,
    decisions.device_id,
    decisions.ip,
    decisions.payee_id,
    decisions.merchant_id,
    decisions.mcc,
    decisions.country,
    decisions.entry_mode,
    decisions.door,
    decisions.verdict,
    decisions.decision_source,
    outcomes.outcome,
    outcomes.occurred_at as outcome_at,
    labels.fraud,
    labels.fraud_kind,
    labels.known_at as label_known_at,
    {{ fraud_caught('labels.fraud', 'decisions.verdict', 'decisions.decision_source') }} as fraud_caught,
    {{ false_alarm('labels.fraud', 'decisions.verdict', 'decisions.decision_source') }} as false_alarm,
    decisions.log_offset,
    (select cut_at from {{ ref('int_build_cut') }}) as built_at
  from decisions
  left join outcomes
    on outcomes.tenant_id = decisions.tenant_id and outcomes.transaction_id = decisions.transaction_id
  left join labels
    on labels.tenant_id = decisions.tenant_id and labels.transaction_id = decisions.transaction_id
)

select * from final
