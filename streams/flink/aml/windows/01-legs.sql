-- Written by python -m risk.scenarios.compiler
CREATE VIEW legs AS
SELECT tenant_id, transfer_id AS transaction_id, t.account_id AS account_id, t.customer_id AS customer_id,
  COALESCE(t.payee_id, t.merchant_id) AS other, t.direction = 'debit' AS is_out, amount_minor, currency, occurred_at AS at_ms,
  t.channel AS channel, t.entry_mode AS entry_mode, CAST(CAST(FLOOR(t.latitude_e5 / CAST(100 AS DOUBLE)) AS INT) AS STRING) || ':' || CAST(CAST(FLOOR(t.longitude_e5 / CAST(100 AS DOUBLE)) AS INT) AS STRING) AS place, row_time
FROM (SELECT *, `transaction` AS t FROM ledger WHERE is_taken)
WHERE (t.direction = 'debit' AND t.account_id = debit_account_id)
  OR (t.direction = 'credit' AND t.account_id = credit_account_id)
UNION ALL
SELECT tenant_id, transfer_id, credit_account_id, CAST(NULL AS STRING), t.account_id, FALSE, amount_minor, currency,
  occurred_at, t.channel, t.entry_mode, CAST(NULL AS STRING), row_time
FROM (SELECT *, `transaction` AS t FROM ledger WHERE is_taken)
WHERE t.direction = 'debit' AND COALESCE(t.payee_id, t.merchant_id) = credit_account_id
