-- Written by python -m risk.scenarios.compiler
CREATE VIEW following AS
SELECT tenant_id, account_id, customer_id, currency, at_ms, amount_minor, earlier, later, earlier_minor, row_time
FROM (
  SELECT *, CAST(ROW(first_row.transaction_id, first_row.at_ms, first_row.is_out, FALSE, first_row.amount_minor, first_row.channel, first_row.other, first_row.entry_mode, first_row.place) AS ROW<transaction_id STRING, `at` BIGINT, is_out BOOLEAN, is_first BOOLEAN, amount_minor BIGINT, channel STRING, other STRING, entry_mode STRING, place STRING>) AS earlier, CAST(ROW(last_row.transaction_id, last_row.at_ms, last_row.is_out, FALSE, last_row.amount_minor, last_row.channel, last_row.other, last_row.entry_mode, last_row.place) AS ROW<transaction_id STRING, `at` BIGINT, is_out BOOLEAN, is_first BOOLEAN, amount_minor BIGINT, channel STRING, other STRING, entry_mode STRING, place STRING>) AS later
  FROM (
    SELECT tenant_id, account_id, customer_id, currency, b_at_ms AS at_ms, b_amount_minor AS amount_minor,
      a_amount_minor AS earlier_minor, row_time,
      CAST(ROW(a_transaction_id, a_at_ms, a_is_out, a_amount_minor, a_channel, a_other, a_entry_mode, a_place) AS ROW<transaction_id STRING, at_ms BIGINT, is_out BOOLEAN,
        amount_minor BIGINT, channel STRING, other STRING, entry_mode STRING, place STRING>) AS first_row,
      CAST(ROW(b_transaction_id, b_at_ms, b_is_out, b_amount_minor, b_channel, b_other, b_entry_mode, b_place) AS ROW<transaction_id STRING, at_ms BIGINT, is_out BOOLEAN,
        amount_minor BIGINT, channel STRING, other STRING, entry_mode STRING, place STRING>) AS last_row
    FROM deposits
    MATCH_RECOGNIZE (
      PARTITION BY tenant_id, account_id
      ORDER BY row_time
      MEASURES
        A.transaction_id AS a_transaction_id, A.at_ms AS a_at_ms, A.is_out AS a_is_out, A.amount_minor AS a_amount_minor, A.channel AS a_channel, A.other AS a_other, A.entry_mode AS a_entry_mode, A.place AS a_place,
        B.transaction_id AS b_transaction_id, B.at_ms AS b_at_ms, B.is_out AS b_is_out, B.amount_minor AS b_amount_minor, B.channel AS b_channel, B.other AS b_other, B.entry_mode AS b_entry_mode, B.place AS b_place,
        B.customer_id AS customer_id, B.currency AS currency, MATCH_ROWTIME() AS row_time
      ONE ROW PER MATCH
      AFTER MATCH SKIP TO NEXT ROW
      PATTERN (A B) WITHIN INTERVAL '40' DAY
      DEFINE B AS B.amount_minor > 0
    )
  )
)
