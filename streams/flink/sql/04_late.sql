-- Written by python -m feature_store.flink.compiler
INSERT INTO settled
SELECT 1, tenant_id, transaction_id, event_time, amount_minor, feature_set, CAST('late' AS STRING), CAST(MAP[
  'watermark_lead_s', CAST(TIMESTAMPDIFF(SECOND, row_time, CURRENT_WATERMARK(row_time)) AS STRING)
] AS MAP<STRING, STRING>)
FROM once
WHERE row_time <= CURRENT_WATERMARK(row_time)
