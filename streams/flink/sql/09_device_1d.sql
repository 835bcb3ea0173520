-- Written by python -m feature_store.flink.compiler
INSERT INTO settled
SELECT 1, tenant_id, transaction_id, event_time, amount_minor, feature_set, CAST('device_1d' AS STRING), CAST(MAP[
  'count', CAST(COUNT(*) OVER w AS STRING),
  'sum', CAST(SUM(amount_minor) OVER w AS STRING),
  'distinct_customer', CAST(COUNT(DISTINCT customer_id) OVER w AS STRING),
  'count_night', CAST(SUM(CASE WHEN MOD(event_time + 75600000, 86400000) / 3600000 >= 20 OR MOD(event_time + 75600000, 86400000) / 3600000 < 6 THEN 1 ELSE 0 END) OVER w AS STRING)
] AS MAP<STRING, STRING>)
FROM on_time
WHERE device_id IS NOT NULL
WINDOW w AS (PARTITION BY tenant_id, device_id ORDER BY row_time RANGE BETWEEN INTERVAL '0 23:59:59.999' DAY TO SECOND(3) PRECEDING AND CURRENT ROW)
