"""`python -m simulator write DIR --customers 10000 --days 90 --seed 7 [--until 2026-03-01T12:00]`."""

import argparse
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

from kit.clock import SystemClock
from simulator.bank import Plan
from simulator.calendar import LOCAL_OFFSET_MS
from simulator.codes import HOUR_MS
from simulator.files import write

LOCAL_ZONE = timezone(timedelta(milliseconds=LOCAL_OFFSET_MS))


def main(arguments: list[str]) -> int:
    """Write a simulated bank."""
    options = _parser().parse_args(arguments)
    plan = Plan(
        customers=options.customers,
        days=options.days,
        seed=options.seed,
        until_ms=until_ms(options.until, now_ms=SystemClock().now_ms()),
        tenant_id=options.tenant,
    )
    manifest = write(options.folder, plan, progress=lambda line: print(line, file=sys.stderr))
    print(f"{manifest['events']:,} transactions, {manifest['frauds']:,} frauds, {manifest['labels']:,} labels")
    return 0


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
    return parser


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
