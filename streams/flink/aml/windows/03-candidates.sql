-- Written by python -m risk.scenarios.compiler
CREATE TABLE candidates (
  `schema` INT,
  tenant_id STRING,
  scenario STRING,
  account_id STRING,
  customer_id STRING,
  currency STRING,
  last_at BIGINT,
  `measures` MAP<STRING, BIGINT>,
  payments ARRAY<ROW<transaction_id STRING, `at` BIGINT, is_out BOOLEAN, is_first BOOLEAN, amount_minor BIGINT, channel STRING, other STRING, entry_mode STRING, place STRING>>,
  job STRING
) WITH (
  'connector' = 'kafka',
  'topic' = '$sink_topic',
  'properties.bootstrap.servers' = '$bootstrap',
  'properties.transaction.timeout.ms' = '$transaction_timeout_ms',
  'properties.compression.type' = 'lz4',
  'sink.delivery-guarantee' = 'exactly-once',
  'sink.transactional-id-prefix' = '$transactional_id_prefix',
  'key.format' = 'raw',
  'key.fields' = 'account_id',
  'value.format' = 'json'$kafka_properties
)
