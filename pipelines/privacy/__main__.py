"""`baas privacy erase | status | proof | verify | retain | inventory | rotate-key`: what is kept of people, and until when."""

import argparse
import getpass
import json
import sys
from dataclasses import asdict
from pathlib import Path
from uuid import UUID

from governance.erasures.erasure import Erasure, ErasureStatus, Step
from kit.clock import SystemClock
from kit.errors import Conflict, DomainError
from kit.postgres import connect
from kit.settings import Settings, settings
from kit.subject_keys import local_keys
from pipelines.privacy import asking, inventory
from pipelines.privacy.job import PROCESS, ROLE, Job
from pipelines.privacy.proof import check
from pipelines.privacy.retention import retain


class NoProofYet(Conflict):
    """The erasure is not done."""

    code = "no-proof-yet"
    title = "There is no proof before the erasure is done"
    remedy = "See how it stands: `baas privacy status`."


def main(arguments: list[str]) -> int:
    """Carry out one command; 1 when what was asked for is refused or held."""
    ours = settings()
    options = _parser(ours).parse_args(arguments)
    try:
        code: int = options.command(ours, options)
    except DomainError as problem:
        sys.stderr.write(f"{problem.title}: {problem}. {problem.remedy}\n")
        return 1
    return code


def _parser(ours: Settings) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="baas privacy", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    erased = commands.add_parser("erase", help="have a customer who has left erased, as soon as the law allows")
    erased.add_argument("customer_id")
    erased.add_argument("--by", default=getpass.getuser(), help="who asks (the login's name)")
    erased.add_argument("--now", action="store_true", help="do it in this process instead of waiting for the worker")
    erased.set_defaults(command=_erase)
    shown = commands.add_parser("status", help="how a request stands, store by store")
    shown.add_argument("erasure_id", type=UUID)
    shown.add_argument("--json", action="store_true", help="one JSON object")
    shown.set_defaults(command=_status)
    proved = commands.add_parser("proof", help="the signed proof of an erasure")
    proved.add_argument("erasure_id", type=UUID)
    proved.add_argument("--out", type=Path, help="a file (default: standard output)")
    proved.set_defaults(command=_proof)
    checked = commands.add_parser("verify", help="check a proof, with or without the bank")
    checked.add_argument("file", type=Path)
    checked.add_argument("--key-id", help="the id of the bank's key, as you know it from elsewhere")
    checked.set_defaults(command=_verify)
    kept = commands.add_parser("retain", help="drop what is past its time")
    kept.add_argument("--dry-run", action="store_true", help="only say what would go")
    kept.add_argument("--json", action="store_true", help="one JSON object")
    kept.set_defaults(command=_retain)
    listed = commands.add_parser("inventory", help="what lies where, and how it is erased (docs/privacy.md)")
    listed.set_defaults(command=_inventory)
    rotated = commands.add_parser("rotate-key", help="wrap all subjects' keys anew, so that older copies of them open nothing")
    rotated.set_defaults(command=_rotate)
    for named in (erased, shown, proved):
        named.add_argument("--tenant", default=ours.demo.tenant, help=f"whose ({ours.demo.tenant})")
    return parser


def _erase(ours: Settings, options: argparse.Namespace) -> int:
    clock = SystemClock()
    with connect(ours.core.dsn(ROLE), application=PROCESS) as connection:
        erasure = asking.ask(connection, tenant_id=options.tenant, customer_id=options.customer_id, by=options.by, clock=clock)
        if options.now and erasure.status is ErasureStatus.QUEUED:
            job = Job(ours, clock)
            job.carry_out(options.tenant, erasure.erasure_id)
            job.close()
        found, steps = asking.find(connection, tenant_id=options.tenant, erasure_id=erasure.erasure_id)
    sys.stdout.write("\n".join(lines(found, steps)) + "\n")
    return 1 if found.status is ErasureStatus.HELD else 0


def _status(ours: Settings, options: argparse.Namespace) -> int:
    found, steps = _found(ours, options)
    if options.json:
        told = asdict(found) | {"steps": [asdict(step) for step in steps]}
        sys.stdout.write(json.dumps(told, default=str) + "\n")
    else:
        sys.stdout.write("\n".join(lines(found, steps)) + "\n")
    return 0


def _proof(ours: Settings, options: argparse.Namespace) -> int:
    found, _ = _found(ours, options)
    if found.proof is None:
        raise NoProofYet(f"erasure {found.erasure_id} is {found.status}")
    text = json.dumps(found.proof, indent=1, ensure_ascii=False) + "\n"
    if options.out:
        options.out.write_text(text)
    else:
        sys.stdout.write(text)
    return 0


def _verify(_ours: Settings, options: argparse.Namespace) -> int:
    proof = json.loads(options.file.read_text())
    document = check(proof, key_id=options.key_id)
    sys.stdout.write(f"erasure {document['erasure_id']}, ended {document['ended_at']}, signed by {proof['key_id']}\n")
    for store in document["stores"]:
        sys.stdout.write(_line(store["store"], store["before"], store["after"], store["note"]) + "\n")
    sys.stdout.write("The proof holds.\n" if options.key_id else "The signature holds; say --key-id to know whose it is.\n")
    return 0


def _retain(ours: Settings, options: argparse.Namespace) -> int:
    dropped = retain(ours, clock=SystemClock(), dry_run=options.dry_run)
    if options.json:
        sys.stdout.write(
            json.dumps({"dry_run": options.dry_run, "dropped": [asdict(each) for each in dropped]}, default=str) + "\n"
        )
        return 0
    for each in dropped:
        sys.stdout.write(f"{each.store:<34}{each.rows:>12,} older than {each.before:%Y-%m-%d}\n")
    sys.stdout.write("Nothing was dropped: this was a dry run.\n" if options.dry_run else "")
    return 0


def _inventory(_ours: Settings, _options: argparse.Namespace) -> int:
    sys.stdout.write(inventory.table())
    return 0


def _rotate(ours: Settings, _options: argparse.Namespace) -> int:
    keys = local_keys(ours)
    count = keys.rotate()
    keys.close()
    sys.stdout.write(f"{count:,} keys are wrapped under a new master key; the one before is destroyed\n")
    return 0


def _found(ours: Settings, options: argparse.Namespace) -> tuple[Erasure, list[Step]]:
    with connect(ours.core.dsn(ROLE), application=PROCESS) as connection:
        return asking.find(connection, tenant_id=options.tenant, erasure_id=options.erasure_id)


def lines(found: Erasure, steps: list[Step]) -> list[str]:
    """What a person is told of a request."""
    told = [f"erasure {found.erasure_id} of customer {found.customer_id}: {found.status}"]
    if found.status is ErasureStatus.HELD:
        told += [f"  kept by {hold['law']}: {hold['why']}; until {hold['until'] or 'somebody ends it'}" for hold in found.holds]
    told += [_line(step.store, step.rows_before, step.rows_after, step.note) for step in steps]
    if found.problem:
        told.append(f"  stopped, and is tried again: {found.problem}")
    return told


def _line(store: str, before: int, after: int | None, note: str | None) -> str:
    left = "…" if after is None else f"{after:,}"
    return f"  {store:<18}{before:>9,} -> {left:<7}{note or ''}".rstrip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
