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
      {'columns': ['outcome_built_at'], 'type': 'brin'},
    ]
  )
}}

with {% if is_incremental() -%}
-- What is new, and what an outcome, an override or a label has changed since, however late it came.
touched_by as (
  select tenant_id, transaction_id, true as more_than_label from {{ ref('stg_decisions') }}
  where log_offset > {{ since('decisions') }} and {{ until_cut('decisions') }}
  union all
  select tenant_id, transaction_id, true from {{ ref('stg_outcomes') }}
  where log_offset > {{ since('decisions') }} and {{ until_cut('decisions') }}
  union all
  select tenant_id, transaction_id, true from {{ ref('stg_overrides') }} where log_offset > {{ since('decisions') }}
  union all
  select tenant_id, transaction_id, false from {{ ref('stg_labels') }}
  where log_offset > {{ since('labels') }} and {{ until_cut('labels') }}
),

touched as (
  select tenant_id, transaction_id, bool_or(more_than_label) as more_than_label
  from touched_by
  group by tenant_id, transaction_id
),
{%- endif %}

decisions as (
  select
    decisions.*,
    {% if is_incremental() -%}
    -- A label that came before its decision finds no row here.
    case when not touched.more_than_label then known.outcome_built_at end as outcome_built_at
    {%- else -%}
    null::timestamptz as outcome_built_at
    {%- endif %}
  from {{ ref('stg_decisions') }} as decisions
  {%- if is_incremental() %}
  inner join touched
    on touched.tenant_id = decisions.tenant_id and touched.transaction_id = decisions.transaction_id
  left join {{ this }} as known
    on known.tenant_id = decisions.tenant_id and known.transaction_id = decisions.transaction_id
  {%- endif %}
  where decisions.{{ until_cut('decisions') }}
),

outcomes as (
  select * from {{ ref('stg_outcomes') }} where {{ until_cut('decisions') }}
),
{%- if not is_incremental() %}

labels as (
  {{ newest_labels() }}
),
{%- endif %}

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
    coalesce(decisions.outcome_built_at, (select cut_at from {{ ref('int_build_cut') }})) as outcome_built_at,
    (select cut_at from {{ ref('int_build_cut') }}) as built_at
  from decisions
  left join outcomes
    on outcomes.tenant_id = decisions.tenant_id and outcomes.transaction_id = decisions.transaction_id
  {%- if is_incremental() %}
  -- Looked up one by one: few are asked for, and whatever the planner thinks of their number it cannot do worse.
  left join lateral (
    {{ newest_label('decisions') }}
  ) as labels on true
  {%- else %}
  left join labels
    on labels.tenant_id = decisions.tenant_id and labels.transaction_id = decisions.transaction_id
  {%- endif %}
)

select * from final
