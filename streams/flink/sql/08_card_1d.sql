-- Written by python -m feature_store.flink.compiler
INSERT INTO settled
SELECT 1, tenant_id, transaction_id, event_time, amount_minor, feature_set, CAST('card_1d' AS STRING), CAST(MAP[
  'count', CAST(COUNT(*) OVER w AS STRING),
  'sum', CAST(SUM(amount_minor) OVER w AS STRING),
  'earlier_max', CAST(CASE WHEN amount_minor < MAX(amount_minor) OVER w THEN MAX(amount_minor) OVER w ELSE ARRAY_SORT(ARRAY_AGG(amount_minor) OVER w, FALSE)[2] END AS STRING)
] AS MAP<STRING, STRING>)
FROM on_time
WHERE card_id IS NOT NULL
WINDOW w AS (PARTITION BY tenant_id, card_id ORDER BY row_time RANGE BETWEEN INTERVAL '0 23:59:59.999' DAY TO SECOND(3) PRECEDING AND CURRENT ROW)
