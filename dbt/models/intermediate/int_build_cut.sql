{{ config(materialized='table') }}

select
  now() as cut_at,
  greatest(
    (select max(log_offset) from {{ ref('stg_decisions') }}),
    (select max(log_offset) from {{ ref('stg_outcomes') }}),
    -1
  ) as decisions_log_offset,
  coalesce((select max(log_offset) from {{ ref('stg_labels') }}), -1) as labels_log_offset,
  coalesce((select max(log_offset) from {{ ref('stg_alerts') }}), -1) as alerts_log_offset,
  coalesce((select max(log_offset) from {{ ref('stg_ledger_events') }}), -1) as ledger_events_log_offset
