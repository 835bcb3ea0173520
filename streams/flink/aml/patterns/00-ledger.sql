-- Written by python -m risk.scenarios.compiler
CREATE TABLE ledger (
  tenant_id STRING,
  transfer_id STRING,
  status STRING,
  purpose STRING,
  occurred_at BIGINT,
  amount_minor BIGINT,
  currency STRING,
  debit_account_id STRING,
  credit_account_id STRING,
  `transaction` ROW<channel STRING, direction STRING, customer_id STRING, account_id STRING, payee_id STRING,
    merchant_id STRING, entry_mode STRING, latitude_e5 INT, longitude_e5 INT>,
  is_taken AS COALESCE(
    status = 'posted' AND purpose = 'transfer' AND `transaction`.channel IS NOT NULL AND occurred_at >= 0
    AND occurred_at <= UNIX_TIMESTAMP() * 1000 + 300000, FALSE),
  row_time AS TO_TIMESTAMP_LTZ(CASE WHEN COALESCE(
    occurred_at >= 0 AND occurred_at <= UNIX_TIMESTAMP() * 1000 + 300000, FALSE) THEN occurred_at ELSE 0 END, 3),
  WATERMARK FOR row_time AS row_time - INTERVAL '$out_of_order' DAY TO SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = '$source_topic',
  'properties.bootstrap.servers' = '$bootstrap',
  'properties.group.id' = '$group',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'scan.bounded.mode' = '$bounded_mode',
  'format' = 'json',
  'json.ignore-parse-errors' = 'true'$kafka_properties
)
