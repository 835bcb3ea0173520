-- Written by python -m risk.scenarios.compiler
CREATE VIEW moved AS
SELECT *, other IS NOT NULL AND COUNT(*) OVER (PARTITION BY tenant_id, account_id, other, is_out ORDER BY row_time
  ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) = 1 AS is_first
FROM legs
WHERE channel <> 'cash' AND (NOT is_out OR (is_out AND channel IN ('pix', 'ted', 'internal')))
UNION ALL
SELECT *, FALSE AS is_first
FROM legs
WHERE is_out AND channel <> 'cash' AND NOT (is_out AND channel IN ('pix', 'ted', 'internal'))
