"""The tables and views that the statements of the jobs rest on: what the ledger tells, by account and side. Pure."""

from risk.scenarios.catalogue import DAY_MS
from risk.scenarios.declared import TRANSFERS

# The most business days that the catalogue allows lie within so long, Carnival and the year's end included.
LONGEST_STRUCTURING_MS = 40 * DAY_MS
_SKEW_MS = 300_000
PAYMENT_TYPE = (
    "ROW<transaction_id STRING, `at` BIGINT, is_out BOOLEAN, is_first BOOLEAN, amount_minor BIGINT, channel STRING, "
    "other STRING, entry_mode STRING, place STRING>"
)


def payment(row: str = "", *, first: str = "FALSE") -> str:
    """Return a payment as candidates have it, of a row's columns or those of `row`; `first` says whether the two are new."""
    before = f"{row}." if row else ""
    columns = ("amount_minor", "channel", "other", "entry_mode", "place")
    named = ", ".join(f"{before}{each}" for each in columns)
    return f"CAST(ROW({before}transaction_id, {before}at_ms, {before}is_out, {first}, {named}) AS {PAYMENT_TYPE})"


LEDGER = f"""CREATE TABLE ledger (
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
    AND occurred_at <= UNIX_TIMESTAMP() * 1000 + {_SKEW_MS}, FALSE),
  row_time AS TO_TIMESTAMP_LTZ(CASE WHEN COALESCE(
    occurred_at >= 0 AND occurred_at <= UNIX_TIMESTAMP() * 1000 + {_SKEW_MS}, FALSE) THEN occurred_at ELSE 0 END, 3),
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
"""
_PLACE = (
    "CAST(CAST(FLOOR(t.latitude_e5 / CAST(100 AS DOUBLE)) AS INT) AS STRING) || ':' || "
    "CAST(CAST(FLOOR(t.longitude_e5 / CAST(100 AS DOUBLE)) AS INT) AS STRING)"
)
LEGS = f"""CREATE VIEW legs AS
SELECT tenant_id, transfer_id AS transaction_id, t.account_id AS account_id, t.customer_id AS customer_id,
  COALESCE(t.payee_id, t.merchant_id) AS other, t.direction = 'debit' AS is_out, amount_minor, currency, occurred_at AS at_ms,
  t.channel AS channel, t.entry_mode AS entry_mode, {_PLACE} AS place, row_time
FROM (SELECT *, `transaction` AS t FROM ledger WHERE is_taken)
WHERE (t.direction = 'debit' AND t.account_id = debit_account_id)
  OR (t.direction = 'credit' AND t.account_id = credit_account_id)
UNION ALL
SELECT tenant_id, transfer_id, credit_account_id, CAST(NULL AS STRING), t.account_id, FALSE, amount_minor, currency,
  occurred_at, t.channel, t.entry_mode, CAST(NULL AS STRING), row_time
FROM (SELECT *, `transaction` AS t FROM ledger WHERE is_taken)
WHERE t.direction = 'debit' AND COALESCE(t.payee_id, t.merchant_id) = credit_account_id
"""
# Nobody asks whether a shop is new: without them there is far less to remember.
_TRANSFERS = ", ".join(f"'{each}'" for each in TRANSFERS)
TRANSFER = f"is_out AND channel IN ({_TRANSFERS})"
MOVED = f"""CREATE VIEW moved AS
SELECT *, other IS NOT NULL AND COUNT(*) OVER (PARTITION BY tenant_id, account_id, other, is_out ORDER BY row_time
  ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) = 1 AS is_first
FROM legs
WHERE channel <> 'cash' AND (NOT is_out OR ({TRANSFER}))
UNION ALL
SELECT *, FALSE AS is_first
FROM legs
WHERE is_out AND channel <> 'cash' AND NOT ({TRANSFER})
"""
CANDIDATES = f"""CREATE TABLE candidates (
  `schema` INT,
  tenant_id STRING,
  scenario STRING,
  account_id STRING,
  customer_id STRING,
  currency STRING,
  last_at BIGINT,
  `measures` MAP<STRING, BIGINT>,
  payments ARRAY<{PAYMENT_TYPE}>,
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
"""
DEPOSITS = """CREATE VIEW deposits AS
SELECT * FROM legs WHERE channel = 'cash' AND NOT is_out
"""
_BOTH = ("transaction_id", "at_ms", "is_out", "amount_minor", "channel", "other", "entry_mode", "place")
FOLLOWING = f"""CREATE VIEW following AS
SELECT tenant_id, account_id, customer_id, currency, at_ms, amount_minor, earlier, later, earlier_minor, row_time
FROM (
  SELECT *, {payment("first_row")} AS earlier, {payment("last_row")} AS later
  FROM (
    SELECT tenant_id, account_id, customer_id, currency, b_at_ms AS at_ms, b_amount_minor AS amount_minor,
      a_amount_minor AS earlier_minor, row_time,
      CAST(ROW({", ".join(f"a_{name}" for name in _BOTH)}) AS ROW<transaction_id STRING, at_ms BIGINT, is_out BOOLEAN,
        amount_minor BIGINT, channel STRING, other STRING, entry_mode STRING, place STRING>) AS first_row,
      CAST(ROW({", ".join(f"b_{name}" for name in _BOTH)}) AS ROW<transaction_id STRING, at_ms BIGINT, is_out BOOLEAN,
        amount_minor BIGINT, channel STRING, other STRING, entry_mode STRING, place STRING>) AS last_row
    FROM deposits
    MATCH_RECOGNIZE (
      PARTITION BY tenant_id, account_id
      ORDER BY row_time
      MEASURES
        {", ".join(f"A.{name} AS a_{name}" for name in _BOTH)},
        {", ".join(f"B.{name} AS b_{name}" for name in _BOTH)},
        B.customer_id AS customer_id, B.currency AS currency, MATCH_ROWTIME() AS row_time
      ONE ROW PER MATCH
      AFTER MATCH SKIP TO NEXT ROW
      PATTERN (A B) WITHIN INTERVAL '{LONGEST_STRUCTURING_MS // DAY_MS}' DAY
      DEFINE B AS B.amount_minor > 0
    )
  )
)
"""
