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
      {'columns': ['log_offset'], 'type': 'brin'},
      {'columns': ['built_at'], 'type': 'brin'},
    ]
  )
}}

{% if is_incremental() %}
-- What is new, and what was overridden: an override is in its decision's row before the cut reaches it.
with touched as (
  select tenant_id, transaction_id from {{ ref('stg_decisions') }}
  where log_offset > {{ since('decisions') }} and {{ until_cut('decisions') }}
  union
  select tenant_id, transaction_id from {{ ref('stg_overrides') }} where log_offset > {{ since('decisions') }}
)
{% endif %}

select
  decisions.tenant_id,
  decisions.transaction_id,
  decisions.day,
  decisions.scored_at,
  decisions.epoch,
  decisions.n,
  decisions.door,
  decisions.adopted,
  decisions.verdict,
  decisions.decision_source,
  decisions.probability,
  decisions.anomaly,
  decisions.challenger,
  decisions.challenger_probability,
  decisions.challenger_verdict,
  decisions.rules,
  decisions.shadow_rules,
  decisions.reasons,
  decisions.model,
  decisions.policy,
  decisions.feature_set,
  decisions.truncated,
  decisions.late,
  decisions.control_group,
  decisions.duration_us,
  decisions.log_offset,
  (select cut_at from {{ ref('int_build_cut') }}) as built_at
from {{ ref('stg_decisions') }} as decisions
{%- if is_incremental() %}
inner join touched
  on touched.tenant_id = decisions.tenant_id and touched.transaction_id = decisions.transaction_id
{%- endif %}
where decisions.{{ until_cut('decisions') }}
