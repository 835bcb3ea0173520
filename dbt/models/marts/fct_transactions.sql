{{
  config(
    indexes=[
      {'columns': ['transaction_id', 'tenant_id'], 'unique': true},
      {'columns': ['tenant_id', 'customer_id', 'day']},
    ]
  )
}}

with decisions as (
  select * from {{ ref('stg_decisions') }} where {{ until_cut('decisions') }}
),

outcomes as (
  select * from {{ ref('stg_outcomes') }} where {{ until_cut('decisions') }}
),

labels as (
  select * from {{ ref('int_newest_labels') }}
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
    labels.fraud is true and decisions.verdict <> 'allow' and decisions.decision_source = 'scorer' as fraud_caught,
    labels.fraud is not true and decisions.verdict <> 'allow' and decisions.decision_source = 'scorer' as false_alarm
  from decisions
  left join outcomes
    on outcomes.tenant_id = decisions.tenant_id and outcomes.transaction_id = decisions.transaction_id
  left join labels
    on labels.tenant_id = decisions.tenant_id and labels.transaction_id = decisions.transaction_id
)

select * from final
