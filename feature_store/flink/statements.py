"""The job's statements: the source, who is taken from it, the sink, and one INSERT a group.

`$name` stands for what the job's flags say; everything else comes from the definitions and the contracts. Keywords are upper
case, as Flink's own documentation writes them.
"""

from contracts.settled_features import LATE_GROUP, SCHEMA_VERSION
from contracts.transactions import MAX_CLOCK_SKEW_MS
from feature_store.definitions import FEATURE_SET
from feature_store.flink.expressions import key_columns, moment_expression
from feature_store.flink.groups import GROUPS, Group
from feature_store.vocabulary import DAY_MS, HOUR_MS, MINUTE_MS
from kit.money import MAX_AMOUNT_MINOR

# A time that the scorer refuses too: one of the year 9999 would move the watermark past everything that follows.
_TIME_IS_PLAUSIBLE = f"""event_time >= 0 AND event_time <= known_at + {MAX_CLOCK_SKEW_MS}
    AND event_time <= UNIX_TIMESTAMP() * 1000 + {MAX_CLOCK_SKEW_MS}"""

# How every table of ours reads its topic from the beginning, and how one writes it, keyed by the transaction.
SOURCE_OPTIONS = """\
  'connector' = 'kafka',
  'topic' = '$source_topic',
  'properties.bootstrap.servers' = '$bootstrap',
  'properties.group.id' = '$group',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'scan.bounded.mode' = '$bounded_mode',
"""
SINK_OPTIONS = """\
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
"""

TRANSACTIONS = f"""\
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
    AND amount_minor BETWEEN 1 AND {MAX_AMOUNT_MINOR} AND {_TIME_IS_PLAUSIBLE}, FALSE),
  row_time AS TO_TIMESTAMP_LTZ(CASE WHEN COALESCE({_TIME_IS_PLAUSIBLE}, FALSE) THEN event_time ELSE 0 END, 3),
  arrival AS PROCTIME(),
  WATERMARK FOR row_time AS row_time - INTERVAL '$out_of_order' DAY TO SECOND
) WITH (
{SOURCE_OPTIONS}  'format' = 'json',
  'json.ignore-parse-errors' = 'true'$kafka_properties
)
"""

# Each transaction once: the source holds each at least once.
ONCE = f"""\
CREATE VIEW once AS
SELECT *, '{FEATURE_SET}' AS feature_set FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY tenant_id, transaction_id ORDER BY arrival) AS copy_number
  FROM transactions
  WHERE is_taken
)
WHERE copy_number = 1
"""

# Whether an event is late is decided here, once for all groups; left to each window, some would count it and some would not.
ON_TIME = """\
CREATE VIEW on_time AS
SELECT * FROM once
WHERE CURRENT_WATERMARK(row_time) IS NULL OR row_time > CURRENT_WATERMARK(row_time)
"""

SETTLED = f"""\
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
{SINK_OPTIONS})
"""

# All rows have one type (hence the casts of texts and maps), or the planner makes a sink, and a producer, for each INSERT.
_COMMON = f"{SCHEMA_VERSION}, tenant_id, transaction_id, event_time, amount_minor, feature_set"

LATE = f"""\
INSERT INTO settled
SELECT {_COMMON}, CAST('{LATE_GROUP}' AS STRING), CAST(MAP[
  'watermark_lead_s', CAST(TIMESTAMPDIFF(SECOND, row_time, CURRENT_WATERMARK(row_time)) AS STRING)
] AS MAP<STRING, STRING>)
FROM once
WHERE row_time <= CURRENT_WATERMARK(row_time)
"""


def interval(duration_ms: int) -> str:
    """Return a Flink interval literal. Raises ValueError for a hundred days and more: it has two digits for them."""
    days, rest_ms = divmod(duration_ms, DAY_MS)
    if days > 99:
        raise ValueError(f"{days} days do not fit an interval of two digits")
    hours, rest_ms = divmod(rest_ms, HOUR_MS)
    minutes, rest_ms = divmod(rest_ms, MINUTE_MS)
    seconds, milliseconds = divmod(rest_ms, 1000)
    return f"INTERVAL '{days} {hours:02d}:{minutes:02d}:{seconds:02d}.{milliseconds:03d}' DAY TO SECOND(3)"


def insert(group: Group) -> str:
    """Return a group's INSERT. A missing key touches nothing. RANGE is closed at both ends, so it is a millisecond shorter."""
    keys = key_columns(group.entity)
    moments = ",\n".join(f"  '{m.name}', CAST({moment_expression(m)} AS STRING)" for m in group.moments)
    known = " AND ".join(f"{key} IS NOT NULL" for key in keys)
    partition = ", ".join(("tenant_id", *keys))
    length = interval(group.window_ms - 1)
    return f"""\
INSERT INTO settled
SELECT {_COMMON}, CAST('{group.name}' AS STRING), CAST(MAP[
{moments}
] AS MAP<STRING, STRING>)
FROM on_time
WHERE {known}
WINDOW w AS (PARTITION BY {partition} ORDER BY row_time RANGE BETWEEN {length} PRECEDING AND CURRENT ROW)
"""


def statements() -> dict[str, str]:
    """Return the statements by file name, in the order in which they run."""
    found = {"transactions": TRANSACTIONS, "once": ONCE, "on_time": ON_TIME, "settled": SETTLED, LATE_GROUP: LATE}
    found |= {group.name: insert(group) for group in GROUPS}
    return {f"{place:02d}_{name}.sql": text for place, (name, text) in enumerate(found.items())}
