"""`baas drift [--tenant T] [--until DAY]`: whether the champion's world is still the one that it learned from."""

import argparse
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec

from kit.clock import SystemClock
from kit.errors import DomainError
from kit.settings import Settings, settings
from pipelines.backtest.run import period_of
from pipelines.drift.asked import of_registry, question
from pipelines.drift.keep import keep
from pipelines.drift.page import page
from pipelines.drift.periods import CURRENT_DAYS, REFERENCE_WEEKS
from pipelines.drift.report import DriftReport
from pipelines.drift.run import drift
from pipelines.drift.table import lines
from pipelines.terminal import records_progress
from pipelines.versions import RegisteredModel

SHOWN = 10


def main(arguments: list[str]) -> int:
    """Print what was found; with `--check`, 1 where something wants a look. 2 when what was asked for cannot be."""
    options = _parser().parse_args(arguments)
    ours = settings()
    try:
        model = of_registry(ours, options.model)
        report = _found(ours, model, options)
        if options.html:
            options.html.write_text(page(report))
        if options.keep:
            keep(ours, report, model, day=_last_day(report))
    except DomainError as problem:
        sys.stderr.write(f"{problem}. {problem.remedy}\n")
        return 2
    except OSError as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    if options.json:
        sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
    else:
        sys.stdout.write("\n".join(lines(report, shown=options.top)) + "\n")
    return 1 if options.check and report.drifted else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="baas drift",
        description=(
            "Compare the champion's last days with the weeks that it learned from last: how its inputs and scores are "
            "distributed, how much of them is unknown, and, once labels are known, whether its probabilities and its ranking "
            "still hold. docs/drift.md says how each limit is set."
        ),
        epilog="Example: baas drift --until 2026-11-28 --top 20 --html drift.html",
    )
    parser.add_argument("--tenant", help="whose decisions; the bank's own tenant without it")
    parser.add_argument("--until", type=date.fromisoformat, help="last day (UTC), included; everything up to now without it")
    parser.add_argument("--model", type=int, metavar="VERSION", help="another version of the registry than the champion")
    parser.add_argument(
        "--days", type=_positive, default=CURRENT_DAYS, help=f"how many last days are looked at ({CURRENT_DAYS})"
    )
    parser.add_argument(
        "--reference-weeks",
        type=_positive,
        default=REFERENCE_WEEKS,
        help=f"beside how many weeks, the last that the model learned from ({REFERENCE_WEEKS})",
    )
    parser.add_argument(
        "--top", type=_positive, default=SHOWN, help=f"how many of the features that moved most to show ({SHOWN})"
    )
    parser.add_argument("--html", type=Path, help="write the report to this file as a page, too")
    parser.add_argument("--keep", action="store_true", help="keep it in the warehouse and with the model, as each night's is")
    parser.add_argument("--check", action="store_true", help="end with 1 where something wants a look")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return number


def _found(ours: Settings, model: RegisteredModel, options: argparse.Namespace) -> DriftReport:
    clock = SystemClock()
    asked = question(
        model,
        tenant_id=options.tenant or ours.demo.tenant,
        until_ms=period_of(options.until, options.until)[1] if options.until else clock.now_ms(),
        clock=clock,
        reference_weeks=options.reference_weeks,
        current_days=options.days,
    )
    return drift(ours.lake, ours.models, asked, progress=records_progress())


def _last_day(report: DriftReport) -> date:
    """The day that the report ends with: at a midnight, the one before it."""
    return (datetime.fromtimestamp(report.current_until_ms / 1000, UTC) - timedelta(milliseconds=1)).date()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
