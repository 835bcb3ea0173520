-- Written by python -m risk.scenarios.compiler
CREATE VIEW gathering AS
  SELECT tenant_id, account_id, customer_id, currency, at_ms, is_out, amount_minor,
    ARRAY_AGG(CAST(ROW(transaction_id, at_ms, is_out, is_first, amount_minor, channel, other, entry_mode, place) AS ROW<transaction_id STRING, `at` BIGINT, is_out BOOLEAN, is_first BOOLEAN, amount_minor BIGINT, channel STRING, other STRING, entry_mode STRING, place STRING>)) OVER w AS payments,
    COUNT(DISTINCT other) OVER w AS others,
    SUM(CASE WHEN is_first THEN 1 ELSE 0 END) OVER w AS strangers, row_time
  FROM moved
  WHERE other IS NOT NULL AND NOT is_out
  WINDOW w AS (PARTITION BY tenant_id, account_id ORDER BY row_time
    RANGE BETWEEN INTERVAL '2 23:59:59.999' DAY(2) TO SECOND(3) PRECEDING AND CURRENT ROW)
