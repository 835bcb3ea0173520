"""The SQL by which Flink finds candidates, with each scenario's least bounds from the catalogue. Pure.

Two jobs: `windows` keys every payment by account and by the two sides of it; `patterns` looks at cash and single payments. A
candidate is written wherever some value of the parameters could make it a finding; `risk.scenarios.judging` says whether it is.
"""

from collections.abc import Mapping

from contracts.aml import MOST_PAYMENTS
from risk.scenarios.catalogue import DAY_MS, SCENARIOS
from risk.scenarios.declared import Parameter

VERSION = 1
# So many business days lie within as many weeks and a half, Carnival and the year's end included.
LONGEST_STRUCTURING_MS = 40 * DAY_MS
_SKEW_MS = 300_000
# São Paulo has had no summer time since 2019; before that, an hour near midnight may count to the other day.
_BEHIND_UTC_MS = 3 * 3_600_000
_PAYMENT_TYPE = (
    "ROW<transaction_id STRING, `at` BIGINT, is_out BOOLEAN, is_first BOOLEAN, amount_minor BIGINT, channel STRING, "
    "other STRING, entry_mode STRING, place STRING>"
)


def parameter(scenario: str, name: str) -> Parameter:
    """Return a scenario's parameter by its name. Raises KeyError."""
    return {each.name: each for each in SCENARIOS[scenario].parameters}[name]


def jobs() -> dict[str, dict[str, str]]:
    """Return each job's statements by the name of their file, in order."""
    windows = {"fan-in": _fan_in(), "fan-out": _fan_out(), "pass-through": _pass_through()}
    windows |= {"repeated-amounts": _repeated(), "just-under-a-limit": _just_under()}
    patterns = {"cash-structuring": _structuring(), "repeated-atm-deposits": _machines(), "cash-report": _cash_report()}
    patterns |= {"cash-without-notice": _without_notice(), "pix-at-night": _at_night()}
    return {
        "windows": _named([_LEDGER, _LEGS, _MOVED, _CANDIDATES], windows, job="windows"),
        "patterns": _named([_LEDGER, _LEGS, _CANDIDATES, _DEPOSITS, _FOLLOWING], patterns, job="patterns"),
    }


def streamed() -> tuple[str, ...]:
    """Return the codes of the scenarios that the jobs find candidates of."""
    named = [name for files in jobs().values() for name in files]
    return tuple(code for code in SCENARIOS if any(name[3:].removesuffix(".sql") == code for name in named))


def _named(first: list[str], scenarios: Mapping[str, str], *, job: str) -> dict[str, str]:
    texts = [*first, *scenarios.values(), _together(list(scenarios))]
    names = [_object_name(text) for text in first] + [*scenarios, "insert"]
    return {
        f"{number:02d}-{name}.sql": text.replace("{job}", f"aml-{job}-{VERSION}")
        for number, (name, text) in enumerate(zip(names, texts, strict=True))
    }


def _object_name(text: str) -> str:
    return text.split()[2]


def _payment(row: str = "", *, first: str = "FALSE") -> str:
    before = f"{row}." if row else ""
    columns = ("amount_minor", "channel", "other", "entry_mode", "place")
    named = ", ".join(f"{before}{each}" for each in columns)
    return f"CAST(ROW({before}transaction_id, {before}at_ms, {before}is_out, {first}, {named}) AS {_PAYMENT_TYPE})"


def _interval(duration_ms: int) -> str:
    """Return the literal of a window that is closed at both ends and so long, without its first millisecond."""
    days, rest = divmod(duration_ms - 1, DAY_MS)
    seconds, ms = divmod(rest, 1_000)
    clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{ms:03d}"
    return f"INTERVAL '{days} {clock}' DAY({max(2, len(str(days)))}) TO SECOND(3)"


def _window(duration_ms: int, *, by: str = "tenant_id, account_id") -> str:
    return (
        f"WINDOW w AS (PARTITION BY {by} ORDER BY row_time\n"
        f"    RANGE BETWEEN {_interval(duration_ms)} PRECEDING AND CURRENT ROW)"
    )


def _together(codes: list[str]) -> str:
    """Return the one INSERT of a job: two sinks of one prefix would fence each other off."""
    return "INSERT INTO candidates\n" + "\nUNION ALL\n".join(f"SELECT * FROM {_view(code)}" for code in codes) + "\n"


def _view(code: str) -> str:
    return code.replace("-", "_")


def _candidates(code: str, measures: Mapping[str, str], rows: str, *, met: str) -> str:
    """Return the view of rows that meet a condition. `rows` has the columns of `_common` beside the measures' own."""
    named = ", ".join(f"CAST('{name}' AS STRING), CAST({text} AS BIGINT)" for name, text in measures.items())
    return (
        f"CREATE VIEW {_view(code)} AS\n"
        f"SELECT 1 AS `schema`, tenant_id, CAST('{code}' AS STRING) AS scenario, account_id, customer_id, currency,\n"
        f"  at_ms AS last_at, CAST(MAP[{named}] AS MAP<STRING, BIGINT>) AS `measures`,\n"
        f"  ARRAY_SLICE(payments, -{MOST_PAYMENTS}) AS payments, CAST('{{job}}' AS STRING) AS job\n"
        f"FROM (\n{rows}\n)\n"
        f"WHERE {met}\n"
    )


def _common(*, first: str = "is_first") -> str:
    return (
        "  SELECT tenant_id, account_id, MAX(customer_id) OVER w AS customer_id, currency, at_ms, is_out, amount_minor,\n"
        f"    ARRAY_AGG({_payment(first=first)}) OVER w AS payments,\n"
    )


_LEDGER = f"""CREATE TABLE ledger (
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
_LEGS = f"""CREATE VIEW legs AS
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
_MOVED = """CREATE VIEW moved AS
SELECT *, other IS NOT NULL AND COUNT(*) OVER (PARTITION BY tenant_id, account_id, other, is_out ORDER BY row_time
  ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) = 1 AS is_first
FROM legs
WHERE channel <> 'cash'
"""
_CANDIDATES = f"""CREATE TABLE candidates (
  `schema` INT,
  tenant_id STRING,
  scenario STRING,
  account_id STRING,
  customer_id STRING,
  currency STRING,
  last_at BIGINT,
  `measures` MAP<STRING, BIGINT>,
  payments ARRAY<{_PAYMENT_TYPE}>,
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
_DEPOSITS = """CREATE VIEW deposits AS
SELECT * FROM legs WHERE channel = 'cash' AND NOT is_out
"""
_BOTH = ("transaction_id", "at_ms", "is_out", "amount_minor", "channel", "other", "entry_mode", "place")
_FOLLOWING = f"""CREATE VIEW following AS
SELECT tenant_id, account_id, customer_id, currency, at_ms, amount_minor, earlier, later, earlier_minor, row_time
FROM (
  SELECT *, {_payment("first_row")} AS earlier, {_payment("last_row")} AS later
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


def _fan_in() -> str:
    return _fan("fan-in", "NOT is_out")


def _fan_out() -> str:
    return _fan("fan-out", "is_out AND channel IN ('pix', 'ted', 'internal')")


def _fan(code: str, among: str) -> str:
    rows = (
        f"{_common()}    COUNT(DISTINCT other) OVER w AS others,\n"
        "    SUM(CASE WHEN is_first THEN 1 ELSE 0 END) OVER w AS strangers\n"
        f"  FROM moved\n  WHERE other IS NOT NULL AND {among}\n"
        f"  {_window(parameter(code, 'window_ms').most)}"
    )
    met = f"others >= {parameter(code, 'counterparties').least}"
    return _candidates(code, {"counterparties": "others", "strangers": "strangers"}, rows, met=met)


def _pass_through() -> str:
    code = "pass-through"
    share_ppm, least_minor = parameter(code, "share_ppm").least, parameter(code, "amount_minor").least
    rows = (
        "  SELECT *, MAX(into_minor) OVER (PARTITION BY tenant_id, account_id ORDER BY row_time\n"
        "    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS most_minor\n"
        f"  FROM (\n{_common()}"
        "    SUM(CASE WHEN is_out THEN 0 ELSE amount_minor END) OVER w AS into_minor,\n"
        "    SUM(CASE WHEN is_out THEN amount_minor ELSE 0 END) OVER w AS out_minor, row_time\n"
        f"  FROM moved\n  {_window(parameter(code, 'window_ms').most)})"
    )
    # What came in is told where it is more than ever before, so that what was usual is known: and where enough of it left.
    met = (
        f"into_minor >= {least_minor} AND ((NOT is_out AND into_minor = most_minor)\n"
        f"  OR (is_out AND out_minor * 1000000 >= into_minor * {share_ppm}))"
    )
    return _candidates(code, {"into_minor": "into_minor", "out_minor": "out_minor"}, rows, met=met)


def _repeated() -> str:
    code = "repeated-amounts"
    rows = (
        f"{_common()}    COUNT(*) OVER w AS several, COUNT(DISTINCT other) OVER w AS others\n"
        "  FROM moved\n  WHERE is_out AND channel IN ('pix', 'ted', 'internal')\n"
        f"  {_window(parameter(code, 'window_ms').most)}"
    )
    met = f"several >= {parameter(code, 'payments').least} AND others >= {parameter(code, 'counterparties').least}"
    return _candidates(code, {"payments": "several", "counterparties": "others"}, rows, met=met)


def _just_under() -> str:
    code = "just-under-a-limit"
    least_minor = parameter(code, "limit_minor").least * parameter(code, "share_ppm").least // 1_000_000
    rows = (
        f"{_common()}    COUNT(*) OVER w AS several\n  FROM moved\n  WHERE amount_minor >= {least_minor}\n"
        f"  {_window(parameter(code, 'window_ms').most)}"
    )
    return _candidates(code, {"payments": "several"}, rows, met=f"several >= {parameter(code, 'payments').least}")


def _structuring() -> str:
    code = "cash-structuring"
    rows = (
        "  SELECT tenant_id, account_id, MAX(customer_id) OVER w AS customer_id, currency, at_ms,\n"
        "    ARRAY_APPEND(ARRAY_AGG(earlier) OVER w, later) AS payments,\n"
        "    COUNT(*) OVER w + 1 AS pieces, SUM(earlier_minor) OVER w + amount_minor AS whole_minor\n"
        f"  FROM following\n  {_window(LONGEST_STRUCTURING_MS)}"
    )
    least = (parameter(code, "pieces").least, parameter(code, "ceiling_minor").least)
    met = f"pieces >= {least[0]} AND whole_minor >= {least[1]}"
    return _candidates(code, {"pieces": "pieces", "amount_minor": "whole_minor"}, rows, met=met)


def _machines() -> str:
    code = "repeated-atm-deposits"
    rows = (
        f"{_common(first='FALSE')}    COUNT(*) OVER w AS several\n"
        f"  FROM (SELECT *, (at_ms - {_BEHIND_UTC_MS}) / {DAY_MS} AS day_number FROM deposits WHERE entry_mode = 'atm')\n"
        f"  {_window(DAY_MS, by='tenant_id, account_id, day_number')}"
    )
    return _candidates(code, {"deposits": "several"}, rows, met=f"several >= {parameter(code, 'deposits').least}")


def _cash_report() -> str:
    return _single("cash-report", f"channel = 'cash' AND amount_minor >= {parameter('cash-report', 'amount_minor').least}")


def _without_notice() -> str:
    least_minor = parameter("cash-without-notice", "amount_minor").least
    return _single("cash-without-notice", f"channel = 'cash' AND is_out AND amount_minor >= {least_minor}")


def _at_night() -> str:
    code = "pix-at-night"
    hour = f"MOD(at_ms + {DAY_MS - _BEHIND_UTC_MS}, {DAY_MS}) / 3600000"
    met = (
        f"channel = 'pix' AND is_out AND amount_minor > {parameter(code, 'amount_minor').least}\n"
        f"  AND ({hour} >= {parameter(code, 'from_hour').least} OR {hour} < {parameter(code, 'until_hour').most})"
    )
    return _single(code, met)


def _single(code: str, met: str) -> str:
    rows = (
        "  SELECT tenant_id, account_id, customer_id, currency, at_ms, is_out, amount_minor, channel,\n"
        f"    ARRAY[{_payment()}] AS payments\n  FROM legs"
    )
    return _candidates(code, {"amount_minor": "amount_minor"}, rows, met=met)
