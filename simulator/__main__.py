"""`python -m simulator write DIR --customers 10000 --days 90 --seed 7 [--until 2026-03-01T12:00]`.

`python -m simulator statements DIR --households 300 --days 1100 --seed 7 [--last-day 2026-02-28]`.
"""

import argparse
import sys
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

from kit.clock import SystemClock
from simulator.bank import Plan
from simulator.calendar import LOCAL_OFFSET_MS, local_date
from simulator.codes import HOUR_MS
from simulator.files import write
from simulator.statements.files import write_statements
from simulator.statements.plan import StatementPlan

LOCAL_ZONE = timezone(timedelta(milliseconds=LOCAL_OFFSET_MS))


def main(arguments: list[str]) -> int:
    """Write a simulated bank, or statements of its households."""
    options = _parser().parse_args(arguments)
    sys.stdout.write(options.action(options))
    return 0


def _write(options: argparse.Namespace) -> str:
    plan = Plan(
        customers=options.customers,
        days=options.days,
        seed=options.seed,
        until_ms=until_ms(options.until, now_ms=SystemClock().now_ms()),
        tenant_id=options.tenant,
    )
    manifest = write(options.folder, plan, progress=lambda line: print(line, file=sys.stderr))
    return f"{manifest['events']:,} transactions, {manifest['frauds']:,} frauds, {manifest['labels']:,} labels\n"


def _write_statements(options: argparse.Namespace) -> str:
    plan = StatementPlan(
        households=options.households,
        days=options.days,
        seed=options.seed,
        last_day=options.last_day or local_date(SystemClock().now_ms()) - timedelta(days=1),
        customers=options.customers,
        tenant_id=options.tenant,
    )
    manifest = write_statements(options.folder, plan, progress=lambda line: print(line, file=sys.stderr))
    rows = manifest["rows"]
    return f"{rows['statements']:,} lines, {rows['recurring_truth']:,} that come again, {rows['marks']:,} marks\n"


def until_ms(text: str | None, *, now_ms: int) -> int:
    """Return the end of the period: a local date or time, or else the last full hour."""
    if text is None:
        return now_ms // HOUR_MS * HOUR_MS
    moment = datetime.fromisoformat(text)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=LOCAL_ZONE)
    return int(aware.timestamp() * 1000)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m simulator", description="A simulated Brazilian bank")
    actions = parser.add_subparsers(required=True)
    action = actions.add_parser("write", help="write the bank to a folder of Parquet files")
    action.add_argument("folder", type=Path)
    action.add_argument("--customers", type=int, default=10_000)
    action.add_argument("--days", type=int, default=90)
    action.add_argument("--seed", type=int, default=7)
    action.add_argument("--until", help="end of the period, local time, exclusive (default: the last full hour)")
    action.add_argument("--tenant", default="demo")
    action.set_defaults(action=_write)
    lines = actions.add_parser("statements", help="write statements of households, and beside them what they were for")
    lines.add_argument("folder", type=Path)
    lines.add_argument("--households", type=int, default=300)
    lines.add_argument("--customers", type=int, default=2_000, help="of the bank whose people and shops they are")
    lines.add_argument("--days", type=int, default=1_100)
    lines.add_argument("--seed", type=int, default=7)
    lines.add_argument("--last-day", type=date.fromisoformat, help="the last day of the statements (default: yesterday)")
    lines.add_argument("--tenant", default="demo")
    lines.set_defaults(action=_write_statements)
    return parser


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
