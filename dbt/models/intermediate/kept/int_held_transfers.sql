{{
  config(
    materialized='incremental',
    incremental_strategy='merge',
    unique_key=['tenant_id', 'transfer_id'],
    on_schema_change='fail',
    pre_hook="set local enable_nestloop = off",
    indexes=[{'columns': ['transfer_id', 'tenant_id'], 'unique': true}]
  )
}}

with {% if is_incremental() -%}
-- New holds, and events of holds that are known here.
touched as (
  select distinct events.tenant_id, events.transfer_id
  from {{ ref('stg_ledger_events') }} as events
  left join {{ this }} as known on known.tenant_id = events.tenant_id and known.transfer_id = events.transfer_id
  where events.log_offset > {{ since('ledger_events') }}
    and events.{{ until_cut('ledger_events') }}
    and (events.status = 'held' or known.transfer_id is not null)
),
{%- endif %}

events as (
  select events.*
  from {{ ref('stg_ledger_events') }} as events
  {%- if is_incremental() %}
  inner join touched on touched.tenant_id = events.tenant_id and touched.transfer_id = events.transfer_id
  {%- endif %}
  where events.purpose = 'transfer' and events.{{ until_cut('ledger_events') }}
),

held as (
  select tenant_id, transfer_id, min(occurred_at) as held_at, max(amount_minor) as amount_minor
  from events
  where status = 'held'
  group by tenant_id, transfer_id
),

ended as (
  select
    events.tenant_id,
    events.transfer_id,
    max(events.occurred_at) as ended_at,
    max(events.amount_minor) filter (where events.status = 'posted') as posted_minor
  from events
  inner join held on held.tenant_id = events.tenant_id and held.transfer_id = events.transfer_id
  where events.status <> 'held'
  group by events.tenant_id, events.transfer_id
)

-- `day` is that of the payment, so that a day whose holds have changed is worked out anew.
select
  held.tenant_id,
  held.transfer_id,
  coalesce(transactions.day, {{ bank_day('held.held_at') }}) as day,
  held.held_at,
  held.amount_minor,
  ended.ended_at,
  ended.posted_minor,
  (select cut_at from {{ ref('int_build_cut') }}) as built_at
from held
left join ended on ended.tenant_id = held.tenant_id and ended.transfer_id = held.transfer_id
left join {{ ref('fct_transactions') }} as transactions
  on transactions.tenant_id = held.tenant_id and transactions.transaction_id = held.transfer_id
