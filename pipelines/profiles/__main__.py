"""`baas features profiles [--from DAY] [--to DAY]`: make the profiles of days that have ended, and put the newest online."""

import argparse
import sys
from datetime import date, timedelta

from feature_store.profiles import day_of
from kit.clock import SystemClock
from kit.errors import DomainError
from kit.settings import settings
from pipelines.profiles.days import write_days
from pipelines.profiles.online import put_online, registered
from pipelines.terminal import records_progress


def main(arguments: list[str]) -> int:
    """Run it; exit code 2 when what was asked for cannot be."""
    clock = SystemClock()
    yesterday = day_of(clock.now_ms()) - timedelta(1)
    options = _parser(yesterday).parse_args(arguments)
    first, last = options.from_day or options.to_day, options.to_day
    if not first <= last <= yesterday:
        sys.stderr.write(f"days go from the first to the last, and have ended: the last that has is {yesterday}\n")
        return 2
    ours = settings()
    try:
        written = write_days(ours, first=first, last=last, progress=records_progress())
        for view, rows in written.rows.items():
            sys.stdout.write(f"{view}: {rows:,} rows\n")
        if not options.offline:
            put_online(registered(ours), ours.profiles, since=first)
    except DomainError as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    return 0


def _parser(yesterday: date) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="baas features profiles",
        description="Make the profiles of past days from the lake's log, in one pass, and put the newest online.",
        epilog="Example: baas features profiles --from 2026-09-01 --to 2026-11-28",
    )
    parser.add_argument(
        "--from", dest="from_day", type=date.fromisoformat, help="first day, in Brasília; the last one without it"
    )
    parser.add_argument("--to", dest="to_day", type=date.fromisoformat, default=yesterday, help="last day, included; yesterday")
    parser.add_argument("--offline", action="store_true", help="write the files only: no server is needed")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
