-- Written by python -m risk.scenarios.compiler
CREATE VIEW passing AS
  SELECT tenant_id, account_id, MAX(customer_id) OVER w AS customer_id, currency, at_ms, is_out, amount_minor,
    ARRAY_AGG(CAST(ROW(transaction_id, at_ms, is_out, is_first, amount_minor, channel, other, entry_mode, place) AS ROW<transaction_id STRING, `at` BIGINT, is_out BOOLEAN, is_first BOOLEAN, amount_minor BIGINT, channel STRING, other STRING, entry_mode STRING, place STRING>)) OVER w AS payments,
    SUM(CASE WHEN is_out THEN 0 ELSE amount_minor END) OVER w AS into_minor,
    SUM(CASE WHEN is_out THEN amount_minor ELSE 0 END) OVER w AS out_minor, row_time
  FROM moved
  WINDOW w AS (PARTITION BY tenant_id, account_id ORDER BY row_time
    RANGE BETWEEN INTERVAL '1 23:59:59.999' DAY(2) TO SECOND(3) PRECEDING AND CURRENT ROW)
