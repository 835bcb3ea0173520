-- Written by python -m feature_store.flink.compiler
INSERT INTO settled
SELECT 1, tenant_id, transaction_id, event_time, amount_minor, feature_set, CAST('merchant_1d' AS STRING), CAST(MAP[
  'count', CAST(COUNT(*) OVER w AS STRING),
  'sum', CAST(SUM(amount_minor) OVER w AS STRING),
  'distinct_customer', CAST(COUNT(DISTINCT customer_id) OVER w AS STRING),
  'count_abroad', CAST(SUM(CASE WHEN country <> 'BR' THEN 1 ELSE 0 END) OVER w AS STRING)
] AS MAP<STRING, STRING>)
FROM on_time
WHERE merchant_id IS NOT NULL
WINDOW w AS (PARTITION BY tenant_id, merchant_id ORDER BY row_time RANGE BETWEEN INTERVAL '0 23:59:59.999' DAY TO SECOND(3) PRECEDING AND CURRENT ROW)
