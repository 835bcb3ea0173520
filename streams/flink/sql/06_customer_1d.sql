-- Written by python -m feature_store.flink.compiler
INSERT INTO settled
SELECT 1, tenant_id, transaction_id, event_time, amount_minor, feature_set, CAST('customer_1d' AS STRING), CAST(MAP[
  'count', CAST(COUNT(*) OVER w AS STRING),
  'earlier_max', CAST(CASE WHEN amount_minor < MAX(amount_minor) OVER w THEN MAX(amount_minor) OVER w ELSE ARRAY_SORT(ARRAY_AGG(amount_minor) OVER w, FALSE)[2] END AS STRING),
  'sum_cash', CAST(SUM(CASE WHEN channel = 'cash' THEN amount_minor ELSE 0 END) OVER w AS STRING),
  'distinct_mcc', CAST(COUNT(DISTINCT mcc) OVER w AS STRING),
  'count_debit', CAST(SUM(CASE WHEN direction = 'debit' THEN 1 ELSE 0 END) OVER w AS STRING),
  'count_credit', CAST(SUM(CASE WHEN direction = 'credit' THEN 1 ELSE 0 END) OVER w AS STRING),
  'count_pix', CAST(SUM(CASE WHEN channel = 'pix' THEN 1 ELSE 0 END) OVER w AS STRING),
  'count_card', CAST(SUM(CASE WHEN channel = 'card' THEN 1 ELSE 0 END) OVER w AS STRING),
  'count_cash', CAST(SUM(CASE WHEN channel = 'cash' THEN 1 ELSE 0 END) OVER w AS STRING),
  'count_night', CAST(SUM(CASE WHEN MOD(event_time + 75600000, 86400000) / 3600000 >= 20 OR MOD(event_time + 75600000, 86400000) / 3600000 < 6 THEN 1 ELSE 0 END) OVER w AS STRING),
  'count_large', CAST(SUM(CASE WHEN amount_minor >= 100000 THEN 1 ELSE 0 END) OVER w AS STRING),
  'count_round', CAST(SUM(CASE WHEN MOD(amount_minor, 10000) = 0 THEN 1 ELSE 0 END) OVER w AS STRING),
  'count_just_under', CAST(SUM(CASE WHEN (amount_minor < 20000 AND 100 * amount_minor >= 1800000) OR (amount_minor < 100000 AND 100 * amount_minor >= 9000000) OR (amount_minor < 200000 AND 100 * amount_minor >= 18000000) OR (amount_minor < 5000000 AND 100 * amount_minor >= 450000000) THEN 1 ELSE 0 END) OVER w AS STRING),
  'count_not_present', CAST(SUM(CASE WHEN entry_mode = 'ecommerce' THEN 1 ELSE 0 END) OVER w AS STRING),
  'count_abroad', CAST(SUM(CASE WHEN country <> 'BR' THEN 1 ELSE 0 END) OVER w AS STRING),
  'count_risky_mcc', CAST(SUM(CASE WHEN mcc IN (4829, 5816, 5962, 5966, 5967, 6051, 6211, 6540, 7273, 7801, 7802, 7995) THEN 1 ELSE 0 END) OVER w AS STRING),
  'count_draining', CAST(SUM(CASE WHEN direction = 'debit' AND balance_minor > 0 AND 100 * (balance_minor - amount_minor) < 20 * balance_minor THEN 1 ELSE 0 END) OVER w AS STRING)
] AS MAP<STRING, STRING>)
FROM on_time
WHERE customer_id IS NOT NULL
WINDOW w AS (PARTITION BY tenant_id, customer_id ORDER BY row_time RANGE BETWEEN INTERVAL '0 23:59:59.999' DAY TO SECOND(3) PRECEDING AND CURRENT ROW)
