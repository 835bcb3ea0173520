-- Written by python -m feature_store.flink.compiler
CREATE TABLE settled (
  `schema` INT,
  tenant_id STRING,
  transaction_id STRING,
  event_time BIGINT,
  amount_minor BIGINT,
  feature_set STRING,
  `group` STRING,
  moments MAP<STRING, STRING>
) WITH (
  'connector' = 'kafka',
  'topic' = '$sink_topic',
  'properties.bootstrap.servers' = '$bootstrap',
  'properties.transaction.timeout.ms' = '$transaction_timeout_ms',
  'properties.compression.type' = 'lz4',
  'sink.delivery-guarantee' = 'exactly-once',
  'sink.transactional-id-prefix' = '$transactional_id_prefix',
  'key.format' = 'raw',
  'key.fields' = 'transaction_id',
  'value.format' = 'json'$kafka_properties
)
