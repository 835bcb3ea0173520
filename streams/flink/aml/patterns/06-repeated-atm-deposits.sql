-- Written by python -m risk.scenarios.compiler
CREATE VIEW repeated_atm_deposits AS
SELECT 1 AS `schema`, tenant_id, CAST('repeated-atm-deposits' AS STRING) AS scenario, account_id, customer_id, currency,
  at_ms AS last_at, CAST(MAP[CAST('deposits' AS STRING), CAST(several AS BIGINT)] AS MAP<STRING, BIGINT>) AS `measures`,
  ARRAY_SLICE(payments, -400) AS payments, CAST('aml-patterns-2' AS STRING) AS job
FROM (
  SELECT tenant_id, account_id, customer_id, currency, at_ms, is_out, amount_minor,
    ARRAY_AGG(CAST(ROW(transaction_id, at_ms, is_out, FALSE, amount_minor, channel, other, entry_mode, place) AS ROW<transaction_id STRING, `at` BIGINT, is_out BOOLEAN, is_first BOOLEAN, amount_minor BIGINT, channel STRING, other STRING, entry_mode STRING, place STRING>)) OVER w AS payments,
    COUNT(*) OVER w AS several
  FROM (SELECT *, (at_ms - 10800000) / 86400000 AS day_number FROM deposits WHERE entry_mode = 'atm')
  WINDOW w AS (PARTITION BY tenant_id, account_id, day_number ORDER BY row_time
    RANGE BETWEEN INTERVAL '0 23:59:59.999' DAY(2) TO SECOND(3) PRECEDING AND CURRENT ROW)
)
WHERE several >= 2
