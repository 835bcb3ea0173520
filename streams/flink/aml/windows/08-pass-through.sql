-- Written by python -m risk.scenarios.compiler
CREATE VIEW pass_through AS
SELECT 1 AS `schema`, tenant_id, CAST('pass-through' AS STRING) AS scenario, account_id, customer_id, currency,
  at_ms AS last_at, CAST(MAP[CAST('into_minor' AS STRING), CAST(into_minor AS BIGINT), CAST('out_minor' AS STRING), CAST(out_minor AS BIGINT)] AS MAP<STRING, BIGINT>) AS `measures`,
  ARRAY_SLICE(payments, -400) AS payments, CAST('aml-windows-2' AS STRING) AS job
FROM (
  SELECT *, MAX(into_minor) OVER (PARTITION BY tenant_id, account_id ORDER BY row_time
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS most_minor
  FROM passing WHERE NOT is_out AND into_minor >= 100000
  UNION ALL
  SELECT *, into_minor AS most_minor FROM passing
  WHERE is_out AND into_minor >= 100000 AND out_minor * 1000000 >= into_minor * 500000
)
WHERE into_minor = most_minor
