-- Written by python -m feature_store.flink.compiler
CREATE TABLE transactions (
  `schema` INT,
  transaction_id STRING,
  tenant_id STRING,
  event_time BIGINT,
  known_at BIGINT,
  channel STRING,
  direction STRING,
  amount_minor BIGINT,
  customer_id STRING,
  account_id STRING,
  card_id STRING,
  device_id STRING,
  ip STRING,
  payee_id STRING,
  merchant_id STRING,
  mcc INT,
  country STRING,
  entry_mode STRING,
  balance_minor BIGINT,
  is_taken AS COALESCE(
    `schema` = 1 AND tenant_id IS NOT NULL AND transaction_id IS NOT NULL AND channel IS NOT NULL AND direction IS NOT NULL
    AND amount_minor BETWEEN 1 AND 1000000000000000 AND event_time >= 0 AND event_time <= known_at + 300000
    AND event_time <= UNIX_TIMESTAMP() * 1000 + 300000, FALSE),
  row_time AS TO_TIMESTAMP_LTZ(CASE WHEN COALESCE(event_time >= 0 AND event_time <= known_at + 300000
    AND event_time <= UNIX_TIMESTAMP() * 1000 + 300000, FALSE) THEN event_time ELSE 0 END, 3),
  arrival AS PROCTIME(),
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
