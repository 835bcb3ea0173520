-- Written by python -m feature_store.flink.compiler
CREATE VIEW once AS
SELECT *, 'fs-bd14acf10d02' AS feature_set FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY tenant_id, transaction_id ORDER BY arrival) AS copy_number
  FROM transactions
  WHERE is_taken
)
WHERE copy_number = 1
