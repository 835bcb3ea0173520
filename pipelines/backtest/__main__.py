"""`baas backtest [--model M] [--policy P] [--from DAY] [--to DAY]`: decide history again, and say what it would have cost."""

import argparse
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec

from kit.clock import SystemClock
from kit.errors import DomainError
from kit.ids import uuid7
from kit.settings import Settings, settings
from pipelines.backtest.keep import keep
from pipelines.backtest.proposal import CURRENT, chosen_model, chosen_policy, in_force
from pipelines.backtest.run import Question, backtest, period_of
from pipelines.backtest.table import lines
from pipelines.lake import log_controls
from pipelines.terminal import records_progress
from risk.costs import CostModel

DAYS = 28


def main(arguments: list[str]) -> int:
    """Run a backtest and print it; exit code 2 when what was asked for cannot be."""
    options = _parser().parse_args(arguments)
    ours = settings()
    try:
        question = _question(ours, options)
        report = backtest(ours.lake, ours.models, question, progress=records_progress())
        if not options.no_keep and not keep(ours, report):
            sys.stderr.write("the warehouse is away: the marts will not show this backtest\n")
    except (DomainError, msgspec.DecodeError, OSError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    if options.json:
        sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
    else:
        sys.stdout.write("\n".join(lines(report)) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="baas backtest",
        description="Decide history again with another model or policy, beside what was decided then.",
        epilog="Example: baas backtest --policy stricter.json --from 2026-11-01 --to 2026-11-28",
    )
    parser.add_argument(
        "--model", default=CURRENT, help="`current` (default), `challenger`, an id such as `fraud-3`, or a hash"
    )
    parser.add_argument("--policy", default=CURRENT, help="`current` (default), a version in the log, or a JSON file")
    parser.add_argument("--from", dest="from_day", type=date.fromisoformat, help=f"first day (UTC), {DAYS} before the last one")
    parser.add_argument("--to", dest="to_day", type=date.fromisoformat, help="last day (UTC), included; today")
    parser.add_argument("--tenant", help="one tenant only; all of them without it")
    parser.add_argument("--costs", type=Path, help="JSON file with what decisions cost; see docs/backtest.md")
    parser.add_argument("--no-keep", action="store_true", help="print only; `marts.backtests` does not get it")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    return parser


def _question(ours: Settings, options: argparse.Namespace) -> Question:
    clock = SystemClock()
    said = log_controls(ours.lake)
    controls = in_force(said)
    model = chosen_model(options.model, controls=said, models=ours.models, clock=clock)
    policy = chosen_policy(options.policy, controls=said, clock=clock)
    to_day = options.to_day or datetime.fromtimestamp(clock.now_ms() / 1000, UTC).date()
    from_day = options.from_day or to_day - timedelta(days=DAYS - 1)
    costs = msgspec.json.decode(options.costs.read_bytes(), type=CostModel) if options.costs else CostModel()
    from_ms, until_ms = period_of(from_day, to_day)
    return Question(
        backtest_id=str(uuid7(clock)),
        controls=[*controls, *(chosen for chosen in (model, policy) if chosen is not None)],
        from_ms=from_ms,
        until_ms=until_ms,
        labels_known_by_ms=clock.now_ms(),
        tenant_id=options.tenant,
        costs=costs,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
