-- Written by python -m feature_store.flink.compiler
INSERT INTO settled
SELECT 1, tenant_id, transaction_id, event_time, amount_minor, feature_set, CAST('customer_1h' AS STRING), CAST(MAP[
  'count', CAST(COUNT(*) OVER w AS STRING),
  'count_small', CAST(SUM(CASE WHEN amount_minor < 2000 THEN 1 ELSE 0 END) OVER w AS STRING),
  'sum_debit', CAST(SUM(CASE WHEN direction = 'debit' THEN amount_minor ELSE 0 END) OVER w AS STRING),
  'sum_credit', CAST(SUM(CASE WHEN direction = 'credit' THEN amount_minor ELSE 0 END) OVER w AS STRING),
  'distinct_payee', CAST(COUNT(DISTINCT payee_id) OVER w AS STRING)
] AS MAP<STRING, STRING>)
FROM on_time
WHERE customer_id IS NOT NULL
WINDOW w AS (PARTITION BY tenant_id, customer_id ORDER BY row_time RANGE BETWEEN INTERVAL '0 00:59:59.999' DAY TO SECOND(3) PRECEDING AND CURRENT ROW)
