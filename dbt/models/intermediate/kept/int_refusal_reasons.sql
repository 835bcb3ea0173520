{{
  config(
    materialized='incremental',
    incremental_strategy='merge',
    unique_key=['tenant_id', 'transfer_id'],
    on_schema_change='fail',
    indexes=[{'columns': ['transfer_id', 'tenant_id'], 'unique': true}, {'columns': ['built_at'], 'type': 'brin'}]
  )
}}

-- What the ledger said of payments that did not take place; of several reasons the last by the alphabet.
select
  events.tenant_id,
  events.transfer_id,
  {% if is_incremental() -%}
  greatest(max(events.reason), max(known.reason)) as reason,
  {%- else -%}
  max(events.reason) as reason,
  {%- endif %}
  (select cut_at from {{ ref('int_build_cut') }}) as built_at
from {{ ref('stg_ledger_events') }} as events
{%- if is_incremental() %}
left join {{ this }} as known on known.tenant_id = events.tenant_id and known.transfer_id = events.transfer_id
{%- endif %}
where events.status in ('denied', 'failed', 'abandoned')
  and events.reason is not null
  and events.log_offset > {{ since('ledger_events') }}
  and events.{{ until_cut('ledger_events') }}
group by events.tenant_id, events.transfer_id
