-- Written by python -m feature_store.flink.compiler
INSERT INTO settled
SELECT 1, tenant_id, transaction_id, event_time, amount_minor, feature_set, CAST('ip_1h' AS STRING), CAST(MAP[
  'count', CAST(COUNT(*) OVER w AS STRING),
  'sum', CAST(SUM(amount_minor) OVER w AS STRING),
  'distinct_customer', CAST(COUNT(DISTINCT customer_id) OVER w AS STRING)
] AS MAP<STRING, STRING>)
FROM on_time
WHERE ip IS NOT NULL
WINDOW w AS (PARTITION BY tenant_id, ip ORDER BY row_time RANGE BETWEEN INTERVAL '0 00:59:59.999' DAY TO SECOND(3) PRECEDING AND CURRENT ROW)
