-- Written by python -m feature_store.flink.compiler
INSERT INTO settled
SELECT 1, tenant_id, transaction_id, event_time, amount_minor, feature_set, CAST('payee_30d' AS STRING), CAST(MAP[
  'count', CAST(COUNT(*) OVER w AS STRING),
  'earlier_count', CAST(COUNT(*) OVER w - 1 AS STRING),
  'earlier_sum', CAST(SUM(amount_minor) OVER w - amount_minor AS STRING),
  'earlier_squares', CAST(SUM(CAST(amount_minor AS DECIMAL(19, 0)) * CAST(amount_minor AS DECIMAL(19, 0))) OVER w - (CAST(amount_minor AS DECIMAL(19, 0)) * CAST(amount_minor AS DECIMAL(19, 0))) AS STRING)
] AS MAP<STRING, STRING>)
FROM on_time
WHERE payee_id IS NOT NULL
WINDOW w AS (PARTITION BY tenant_id, payee_id ORDER BY row_time RANGE BETWEEN INTERVAL '29 23:59:59.999' DAY TO SECOND(3) PRECEDING AND CURRENT ROW)
