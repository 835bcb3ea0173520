-- Written by python -m risk.scenarios.compiler
CREATE VIEW cash_structuring AS
SELECT 1 AS `schema`, tenant_id, CAST('cash-structuring' AS STRING) AS scenario, account_id, customer_id, currency,
  at_ms AS last_at, CAST(MAP[CAST('pieces' AS STRING), CAST(pieces AS BIGINT), CAST('amount_minor' AS STRING), CAST(whole_minor AS BIGINT)] AS MAP<STRING, BIGINT>) AS `measures`,
  ARRAY_SLICE(payments, -400) AS payments, CAST('aml-patterns-2' AS STRING) AS job
FROM (
  SELECT tenant_id, account_id, customer_id, currency, at_ms,
    ARRAY_APPEND(ARRAY_AGG(earlier) OVER w, later) AS payments,
    COUNT(*) OVER w + 1 AS pieces, SUM(earlier_minor) OVER w + amount_minor AS whole_minor
  FROM following
  WINDOW w AS (PARTITION BY tenant_id, account_id ORDER BY row_time
    RANGE BETWEEN INTERVAL '39 23:59:59.999' DAY(2) TO SECOND(3) PRECEDING AND CURRENT ROW)
)
WHERE pieces >= 2 AND whole_minor >= 1000000
