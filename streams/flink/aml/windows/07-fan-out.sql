-- Written by python -m risk.scenarios.compiler
CREATE VIEW fan_out AS
SELECT 1 AS `schema`, tenant_id, CAST('fan-out' AS STRING) AS scenario, account_id, customer_id, currency,
  at_ms AS last_at, CAST(MAP[CAST('counterparties' AS STRING), CAST(others AS BIGINT), CAST('strangers' AS STRING), CAST(strangers AS BIGINT)] AS MAP<STRING, BIGINT>) AS `measures`,
  ARRAY_SLICE(payments, -400) AS payments, CAST('aml-windows-2' AS STRING) AS job
FROM (
  SELECT *, CAST(1 AS BIGINT) AS times FROM (SELECT * FROM passing WHERE payee IS NOT NULL)
  WHERE others >= 3 AND strangers >= 2
  UNION ALL
  SELECT *, COUNT(*) OVER (PARTITION BY tenant_id, account_id, others ORDER BY row_time
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS times FROM (SELECT * FROM passing WHERE payee IS NOT NULL)
  WHERE others >= 3 AND strangers < 2
)
WHERE times = 1
