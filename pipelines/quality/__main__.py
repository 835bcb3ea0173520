"""`baas quality status | check | release | docs`: which days of which data keep their promises, and which are held back."""

import argparse
import getpass
import json
import sys
import webbrowser
from datetime import UTC, date, datetime

from kit.clock import SystemClock
from kit.errors import DomainError
from kit.postgres import connect
from kit.settings import Settings, settings
from pipelines.days import last_ended
from pipelines.quality import repository
from pipelines.quality.check import APPLICATION, ROLE, Checker
from pipelines.quality.docs import folder, write
from pipelines.quality.quarantine import keep, release
from pipelines.quality.repository import Checked, Held
from pipelines.quality.sets import KEPT, kept


def main(arguments: list[str]) -> int:
    """Carry out one command; 1 where a day that was checked does not hold, 2 when what was asked for cannot be."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(settings(), options))
    except DomainError as problem:
        sys.stderr.write(f"{problem}. {problem.remedy}\n")
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="baas quality", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    shown = commands.add_parser("status", help="what is held back, and what was found of the last days")
    shown.add_argument("--json", action="store_true", help="one JSON object")
    shown.set_defaults(command=_status)
    looked = commands.add_parser("check", help="check a day now, as Dagster does each night")
    looked.add_argument("day", nargs="?", type=date.fromisoformat, help="the bank's calendar day; yesterday without it")
    looked.add_argument("--set", dest="sets", action="append", metavar="SET", help="only this set (more than one may be named)")
    looked.set_defaults(command=_check)
    freed = commands.add_parser("release", help="let a day go that is held back; it is built on from then on")
    freed.add_argument("set", help="as `baas quality status` names it: raw.decisions")
    freed.add_argument("day", type=date.fromisoformat)
    freed.add_argument("--reason", required=True, help="kept with the day")
    freed.add_argument("--by", default=getpass.getuser(), help="who decides this (the login's name)")
    freed.set_defaults(command=_release)
    written = commands.add_parser("docs", help="write the data docs anew and say where they are")
    written.add_argument("--open", action="store_true", help="open them in the browser")
    written.set_defaults(command=_docs)
    return parser


def _status(ours: Settings, options: argparse.Namespace) -> int:
    with connect(ours.warehouse.dsn(ROLE), application=APPLICATION) as warehouse:
        checked, held = repository.all_checked(warehouse), repository.held(warehouse)
    if options.json:
        days = [{"set": each.set_name, "day": str(each.day), "rows": each.rows, "holds": each.holds} for each in checked]
        back = [{"set": each.set_name, "day": str(each.day), "reason": each.reason} for each in held]
        sys.stdout.write(json.dumps({"checked": days, "held": back}) + "\n")
    else:
        sys.stdout.write("\n".join([*_held_lines(held), "", *_set_lines(checked)]) + "\n")
        sys.stdout.write(f"\ndata docs: {folder(ours)}\n")
    return 0


def _held_lines(held: list[Held]) -> list[str]:
    if not held:
        return ["no day is held back"]
    return [
        "held back:",
        *(f"  {each.set_name:<22}{each.day}  since {each.opened_at:%Y-%m-%d %H:%M}  {each.reason}" for each in held),
    ]


def _set_lines(checked: list[Checked]) -> list[str]:
    lines = [f"{'set':<22}{'days looked at':>15}{'do not hold':>13}{'rows':>14}  newest"]
    for each in KEPT:
        of_set = [found for found in checked if found.set_name == each.name]
        if of_set:
            broken, rows = sum(not found.holds for found in of_set), sum(found.rows for found in of_set)
            lines.append(f"{each.name:<22}{len(of_set):>15,}{broken:>13,}{rows:>14,}  {of_set[-1].day}")
    return lines if len(lines) > 1 else ["no day was looked at yet: `baas quality check`, or Dagster's job `daily`"]


def _check(ours: Settings, options: argparse.Namespace) -> int:
    day = options.day or last_ended(datetime.now(UTC))
    asked = [kept(name) for name in options.sets] if options.sets else list(KEPT)
    checker, clock, bad = Checker(ours), SystemClock(), False
    for each in asked:
        report = checker.check(each, day)
        verdict = keep(ours, report, clock=clock)
        state = "holds" if report.holds else "HELD BACK" if verdict.held else "does not hold, and was let go"
        sys.stdout.write(f"{each.name:<22}{day}{report.rows:>12,} rows  {state}  {report.reason}\n")
        bad |= not report.holds
    write(ours, days=frozenset({day}))
    return 1 if bad else 0


def _release(ours: Settings, options: argparse.Namespace) -> int:
    release(ours, options.set, options.day, by=options.by, reason=options.reason, clock=SystemClock())
    write(ours, days=frozenset({options.day}))
    sys.stdout.write(f"{options.set} of {options.day} is built on again from the next build of the marts on\n")
    return 0


def _docs(ours: Settings, options: argparse.Namespace) -> int:
    first = write(ours)
    sys.stdout.write(f"{first}\n")
    if options.open:
        webbrowser.open(first.as_uri())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
