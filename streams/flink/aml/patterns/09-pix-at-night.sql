-- Written by python -m risk.scenarios.compiler
CREATE VIEW pix_at_night AS
SELECT 1 AS `schema`, tenant_id, CAST('pix-at-night' AS STRING) AS scenario, account_id, customer_id, currency,
  at_ms AS last_at, CAST(MAP[CAST('amount_minor' AS STRING), CAST(amount_minor AS BIGINT)] AS MAP<STRING, BIGINT>) AS `measures`,
  ARRAY_SLICE(payments, -400) AS payments, CAST('aml-patterns-2' AS STRING) AS job
FROM (
  SELECT tenant_id, account_id, customer_id, currency, at_ms, is_out, amount_minor, channel,
    ARRAY[CAST(ROW(transaction_id, at_ms, is_out, FALSE, amount_minor, channel, other, entry_mode, place) AS ROW<transaction_id STRING, `at` BIGINT, is_out BOOLEAN, is_first BOOLEAN, amount_minor BIGINT, channel STRING, other STRING, entry_mode STRING, place STRING>)] AS payments
  FROM legs
)
WHERE channel = 'pix' AND is_out AND amount_minor > 100000
  AND (MOD(at_ms + 75600000, 86400000) / 3600000 >= 18 OR MOD(at_ms + 75600000, 86400000) / 3600000 < 8)
