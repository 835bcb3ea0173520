-- Written by python -m risk.scenarios.compiler
CREATE VIEW just_under_a_limit AS
SELECT 1 AS `schema`, tenant_id, CAST('just-under-a-limit' AS STRING) AS scenario, account_id, customer_id, currency,
  at_ms AS last_at, CAST(MAP[CAST('payments' AS STRING), CAST(several AS BIGINT)] AS MAP<STRING, BIGINT>) AS `measures`,
  ARRAY_SLICE(payments, -400) AS payments, CAST('aml-windows-2' AS STRING) AS job
FROM (
  SELECT tenant_id, account_id, customer_id, currency, at_ms, is_out, amount_minor,
    ARRAY_AGG(CAST(ROW(transaction_id, at_ms, is_out, is_first, amount_minor, channel, other, entry_mode, place) AS ROW<transaction_id STRING, `at` BIGINT, is_out BOOLEAN, is_first BOOLEAN, amount_minor BIGINT, channel STRING, other STRING, entry_mode STRING, place STRING>)) OVER w AS payments,
    COUNT(*) OVER w AS several
  FROM moved
  WHERE amount_minor >= 400000
  WINDOW w AS (PARTITION BY tenant_id, account_id ORDER BY row_time
    RANGE BETWEEN INTERVAL '29 23:59:59.999' DAY(2) TO SECOND(3) PRECEDING AND CURRENT ROW)
)
WHERE several >= 2
