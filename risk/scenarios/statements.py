"""The SQL by which Flink finds candidates, with each scenario's least bounds from the catalogue. Pure.

Two jobs: `windows` keys every payment by account and by the two sides of it; `patterns` looks at cash and single payments. A
candidate is written wherever some value of the parameters could make it a finding; `risk.scenarios.judging` says whether it is.
"""

import math
from collections.abc import Mapping

from contracts.aml import MOST_LOOKED_AT
from risk.scenarios import sizes
from risk.scenarios.catalogue import DAY_MS, SCENARIOS
from risk.scenarios.declared import PPM, Parameter
from risk.scenarios.tables import (
    CANDIDATES,
    DEPOSITS,
    FOLLOWING,
    LEDGER,
    LEGS,
    LONGEST_STRUCTURING_MS,
    MOVED,
    TRANSFER,
    payment,
)

VERSION = 2
# São Paulo has had no summer time since 2019; before that, an hour near midnight may count to the other day.
_BEHIND_UTC_MS = 3 * 3_600_000


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
        "windows": _named([LEDGER, LEGS, MOVED, CANDIDATES, _passing(), _gathering()], windows, job="windows"),
        "patterns": _named([LEDGER, LEGS, CANDIDATES, DEPOSITS, FOLLOWING], patterns, job="patterns"),
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
        f"  ARRAY_SLICE(payments, -{MOST_LOOKED_AT}) AS payments, CAST('{{job}}' AS STRING) AS job\n"
        f"FROM (\n{rows}\n)\n"
        f"WHERE {met}\n"
    )


def _common(*, first: str = "is_first") -> str:
    return (
        "  SELECT tenant_id, account_id, customer_id, currency, at_ms, is_out, amount_minor,\n"
        f"    ARRAY_AGG({payment(first=first)}) OVER w AS payments,\n"
    )


def _passing() -> str:
    """Return the window that pass-through, fan-out and repeated amounts share: each payment is in its state once."""
    window_ms = parameter("pass-through", "window_ms").most
    if any(parameter(code, "window_ms").most > window_ms for code in ("fan-out", "repeated-amounts")):
        raise ValueError("fan-out and repeated-amounts look back for as long as pass-through, and no longer")
    return (
        "CREATE VIEW passing AS\n"
        "  SELECT tenant_id, account_id, customer_id, currency, at_ms, is_out, is_transfer, payee, size,\n"
        f"    ARRAY_AGG({payment(first='is_first')}) OVER w AS payments,\n"
        "    SUM(CASE WHEN is_out THEN 0 ELSE amount_minor END) OVER w AS into_minor,\n"
        "    SUM(CASE WHEN is_out THEN amount_minor ELSE 0 END) OVER w AS out_minor,\n"
        "    COUNT(DISTINCT payee) OVER w AS others,\n"
        "    SUM(CASE WHEN is_transfer AND is_first THEN 1 ELSE 0 END) OVER w AS strangers,\n"
        f"{sizes.counted()}, row_time\n"
        f"  FROM (SELECT *, CASE WHEN is_transfer THEN other END AS payee, {sizes.SIZE} AS size\n"
        f"    FROM (SELECT *, {TRANSFER} AS is_transfer FROM moved))\n"
        f"  {_window(window_ms)}\n"
    )


def _gathering() -> str:
    return (
        f"CREATE VIEW gathering AS\n{_common()}    COUNT(DISTINCT other) OVER w AS others,\n"
        "    SUM(CASE WHEN is_first THEN 1 ELSE 0 END) OVER w AS strangers, row_time\n"
        "  FROM moved\n  WHERE other IS NOT NULL AND NOT is_out\n"
        f"  {_window(parameter('fan-in', 'window_ms').most)}\n"
    )


def _fan_in() -> str:
    return _fan("fan-in", "gathering")


def _fan_out() -> str:
    return _fan("fan-out", "(SELECT * FROM passing WHERE payee IS NOT NULL)")


def _fan(code: str, windows: str) -> str:
    """Return the candidates of a fan. In no window that a version may have are there more strangers than in the longest.

    Of accounts that deal with whom they know it tells as often as there are more of them than ever: that is what is usual.
    """
    least, share_ppm = parameter(code, "counterparties").least, parameter(code, "strangers_ppm").least
    strangers = math.ceil(least * share_ppm / PPM)
    rows = (
        f"  SELECT *, CAST(1 AS BIGINT) AS times FROM {windows}\n  WHERE others >= {least} AND strangers >= {strangers}\n"
        "  UNION ALL\n"
        "  SELECT *, COUNT(*) OVER (PARTITION BY tenant_id, account_id, others ORDER BY row_time\n"
        f"    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS times FROM {windows}\n"
        f"  WHERE others >= {least} AND strangers < {strangers}"
    )
    return _candidates(code, {"counterparties": "others", "strangers": "strangers"}, rows, met="times = 1")


def _pass_through() -> str:
    code = "pass-through"
    share_ppm, least_minor = parameter(code, "share_ppm").least, parameter(code, "amount_minor").least
    # What came in is told where it is more than ever before, so that what was usual is known: and where enough of it left.
    rows = (
        "  SELECT *, MAX(into_minor) OVER (PARTITION BY tenant_id, account_id ORDER BY row_time\n"
        "    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS most_minor\n"
        f"  FROM passing WHERE NOT is_out AND into_minor >= {least_minor}\n"
        "  UNION ALL\n"
        f"  SELECT *, into_minor AS most_minor FROM passing\n  WHERE is_out AND into_minor >= {least_minor}"
        f" AND out_minor * 1000000 >= into_minor * {share_ppm}"
    )
    measures = {"into_minor": "into_minor", "out_minor": "out_minor"}
    return _candidates(code, measures, rows, met="into_minor = most_minor")


def _repeated() -> str:
    code = "repeated-amounts"
    sizes.require_near(parameter(code, "unlike_ppm").most)
    rows = f"  SELECT *, {sizes.near()} AS near FROM passing WHERE is_transfer"
    met = f"near >= {parameter(code, 'payments').least} AND others >= {parameter(code, 'counterparties').least}"
    return _candidates(code, {"payments": "near", "counterparties": "others"}, rows, met=met)


def _just_under() -> str:
    code = "just-under-a-limit"
    least_minor = parameter(code, "limit_minor").least * parameter(code, "share_ppm").least // PPM
    rows = (
        f"{_common()}    COUNT(*) OVER w AS several\n  FROM moved\n  WHERE amount_minor >= {least_minor}\n"
        f"  {_window(parameter(code, 'window_ms').most)}"
    )
    return _candidates(code, {"payments": "several"}, rows, met=f"several >= {parameter(code, 'payments').least}")


def _structuring() -> str:
    code = "cash-structuring"
    rows = (
        "  SELECT tenant_id, account_id, customer_id, currency, at_ms,\n"
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
        f"    ARRAY[{payment()}] AS payments\n  FROM legs"
    )
    return _candidates(code, {"amount_minor": "amount_minor"}, rows, met=met)
