{{ config(materialized='table') }}

-- Of the logs themselves, by their indexes: a row of a day that is held back lies behind the cut, and the build after the day is
-- released is a whole one.

select
  now() as cut_at,
  greatest(
    (select max(log_offset) from {{ source('raw', 'decisions') }}),
    (select max(log_offset) from {{ source('raw', 'outcomes') }}),
    -1
  ) as decisions_log_offset,
  coalesce((select max(log_offset) from {{ source('raw', 'labels') }}), -1) as labels_log_offset,
  coalesce((select max(log_offset) from {{ source('raw', 'alerts') }}), -1) as alerts_log_offset,
  coalesce((select max(log_offset) from {{ source('raw', 'ledger_events') }}), -1) as ledger_events_log_offset
