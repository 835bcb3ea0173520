"""`baas models list | train | challenge | promote | rollback`: which model decides, which is tried, and who said so."""

import argparse
import getpass
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime

from kit.errors import DomainError
from kit.settings import Settings, settings
from pipelines.promotion import moves
from pipelines.promotion.evidence import DAYS
from pipelines.promotion.moves import GateClosed
from pipelines.promotion.table import lines
from pipelines.terminal import records_progress
from pipelines.training import command
from pipelines.training.bound import NoBound
from pipelines.versions import NotPublished, listed


def main(arguments: list[str]) -> int:
    """Carry out one command; 1 when the gate is closed or the log cannot be told, 2 when what was asked for cannot be."""
    ours = settings()
    options = _parser(ours).parse_args(arguments)
    try:
        options.command(ours, options)
    except (GateClosed, NotPublished) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    except DomainError as problem:
        sys.stderr.write(f"{problem}. {problem.remedy}\n")
        return 2
    except (NoBound, TimeoutError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    return 0


def _parser(ours: Settings) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="baas models", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    shown = commands.add_parser("list", help="every version, which decides and which is tried")
    shown.add_argument("--json", action="store_true", help="one JSON object")
    shown.set_defaults(command=_list)
    trained = commands.add_parser("train", help="train on what is known at the end of a day, and register it")
    command.add_options(trained, tenant=ours.demo.tenant)
    trained.set_defaults(command=command.run)
    tried = commands.add_parser("challenge", help="score a version beside the champion; it decides nothing")
    tried.add_argument("version", type=int)
    tried.set_defaults(command=_challenge)
    crowned = commands.add_parser("promote", help="have a version decide, if the last weeks speak for it")
    crowned.add_argument("version", type=int)
    crowned.add_argument("--days", type=int, default=DAYS, help=f"how many days of known labels it is judged by ({DAYS})")
    crowned.add_argument("--dry-run", action="store_true", help="hold it to the gate and change nothing")
    crowned.set_defaults(command=_promote)
    back = commands.add_parser("rollback", help="have the champion before the present one decide again")
    back.set_defaults(command=_rollback)
    for moved in (crowned, back):
        moved.add_argument("--why", default="", help="kept with the version")
        moved.add_argument("--by", default=getpass.getuser(), help="who decides this (the login's name)")
    return parser


def _list(ours: Settings, options: argparse.Namespace) -> None:
    found = listed(ours)
    if options.json:
        rows = [{**asdict(each.model), "aliases": each.aliases, "average_precision": each.average_precision} for each in found]
        sys.stdout.write(json.dumps({"versions": rows}) + "\n")
        return
    sys.stdout.write(f"{'version':<10}{'made':<18}{'knew until':<18}{'average precision':>18}  role\n")
    for each in found:
        made, until = (
            f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d %H:%M}" for ms in (each.made_at_ms, each.model.cutoff_ms)
        )
        roles = ", ".join(each.aliases) or "-"
        sys.stdout.write(f"{each.model.version:<10}{made:<18}{until:<18}{each.average_precision:>18.4f}  {roles}\n")


def _challenge(ours: Settings, options: argparse.Namespace) -> None:
    moves.challenge(ours, options.version)
    sys.stdout.write(f"fraud-{options.version} is scored beside the champion from the next batch on\n")


def _promote(ours: Settings, options: argparse.Namespace) -> None:
    result = moves.hold_to_the_gate(ours, options.version, days=options.days, progress=records_progress())
    sys.stdout.write("\n".join(lines(result)) + "\n")
    if options.dry_run and result.passed:
        return
    moves.promote(ours, options.version, result, by=options.by, why=options.why)
    sys.stdout.write(f"fraud-{options.version} decides from the next batch on\n")


def _rollback(ours: Settings, options: argparse.Namespace) -> None:
    version = moves.rollback(ours, by=options.by, why=options.why)
    sys.stdout.write(f"fraud-{version} decides again from the next batch on\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
