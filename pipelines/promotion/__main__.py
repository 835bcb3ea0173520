"""`baas models list | train | challenge | promote | rollback`: which model decides, which is tried, and who said so."""

import argparse
import getpass
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime

from contracts.controls import ModelControl
from kit.clock import SystemClock
from kit.errors import Conflict, DomainError, NotFound
from kit.ids import uuid7
from kit.settings import Settings, settings
from pipelines.lake import log_controls
from pipelines.promotion.evidence import DAYS, gather
from pipelines.promotion.table import lines
from pipelines.terminal import records_progress
from pipelines.training import command
from pipelines.training.registry import CHALLENGER, CHAMPION, Listed, NotPublished, annotate, listed, promote
from pipelines.training.tuning import NoBound
from risk.gate import GateResult, judge

SEED = 20_261
MAX_TAG = 4_000


class GateClosed(Conflict):
    """The challenger was held to the gate, and may not be promoted."""

    code = "gate-closed"
    title = "The model may not take the champion's place"
    remedy = "Read what speaks against it; a model that is to be tried longer stays the challenger."


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
    found = _version(listed(ours), options.version)
    if CHAMPION in found.aliases:
        raise Conflict(f"version {options.version} is the champion")
    promote(ours, found.model, alias=CHALLENGER)
    sys.stdout.write(f"fraud-{options.version} is scored beside the champion from the next batch on\n")


def _promote(ours: Settings, options: argparse.Namespace) -> None:
    versions = listed(ours)
    found, champion = _version(versions, options.version), _champion(versions)
    if found.model == champion.model:
        raise Conflict(f"version {options.version} is the champion")
    clock = SystemClock()
    controls = [
        ModelControl(
            control_id=str(uuid7(clock)),
            known_at=clock.now_ms(),
            alias=alias,
            name=each.model.name,
            version=each.model.version,
            export_sha256=each.model.export_sha256,
        )
        for alias, each in ((CHAMPION, champion), (CHALLENGER, found))
    ]
    evidence = gather(
        ours.lake, ours.models, controls, now_ms=clock.now_ms(), days=options.days,
        progress=records_progress(),
    )  # fmt: skip
    result = judge(evidence, seed=SEED)
    sys.stdout.write("\n".join(lines(result)) + "\n")
    if not result.passed:
        raise GateClosed("; ".join(result.problems))
    if options.dry_run:
        return
    annotate(ours, found.model, _notes(options, clock.now_ms(), gate=result))
    promote(ours, found.model)
    sys.stdout.write(f"fraud-{options.version} decides from the next batch on\n")


def _rollback(ours: Settings, options: argparse.Namespace) -> None:
    versions = listed(ours)
    present = _champion(versions)
    before = [
        control
        for control in log_controls(ours.lake)
        if isinstance(control, ModelControl) and control.alias == CHAMPION and control.version != present.model.version
    ]
    if not before:
        raise NotFound("the log names no champion before this one")
    found = _version(versions, before[-1].version)
    annotate(ours, found.model, _notes(options, SystemClock().now_ms(), gate=None))
    promote(ours, found.model)
    sys.stdout.write(f"fraud-{found.model.version} decides again from the next batch on\n")


def _version(versions: list[Listed], wanted: int) -> Listed:
    for each in versions:
        if each.model.version == wanted:
            return each
    raise NotFound(f"there is no version {wanted}; `baas models list` shows those there are")


def _champion(versions: list[Listed]) -> Listed:
    for each in versions:
        if CHAMPION in each.aliases:
            return each
    raise NotFound("there is no champion yet: train one first")


def _notes(options: argparse.Namespace, now_ms: int, *, gate: GateResult | None) -> dict[str, str]:
    moment = f"{datetime.fromtimestamp(now_ms / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"
    notes = {"promoted_by": options.by, "promoted_at": moment, "promoted_why": options.why or "-"}
    return notes if gate is None else notes | {"gate": json.dumps(asdict(gate))[:MAX_TAG]}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
