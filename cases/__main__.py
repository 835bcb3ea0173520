"""`baas cases verify`: follow the trail of casework and say where it breaks."""

import argparse
import re
import sys

import psycopg

from cases.trail import repository as trail_repository
from cases.trail.verification import Head, Verified, verify
from kit.postgres import connect
from kit.settings import settings

ROLE = "audit"
_HEAD = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{64})")


def main(arguments: list[str] | None = None) -> int:
    """Carry out the command; 1 when something is wrong, 2 when it cannot be told."""
    options = _parser().parse_args(arguments)
    if options.head is not None and options.tenant is None:
        sys.stderr.write("--head is one tenant's: name it with --tenant\n")
        return 2
    try:
        with connect(settings().core.dsn(ROLE), application="cases-verify", statement_timeout_ms=0) as connection:
            found = [
                verify(connection, tenant_id=tenant_id, seen=options.head)
                for tenant_id in trail_repository.tenants(connection, only=options.tenant)
            ]
    except psycopg.OperationalError as problem:
        sys.stderr.write(f"the core database does not answer: {problem}\n")
        return 2
    sys.stdout.write("\n".join([line(each) for each in found] or ["no casework yet"]) + "\n")
    return 1 if any(each.broken for each in found) else 0


def line(found: Verified) -> str:
    """What a person is told of one tenant."""
    head = "nothing" if found.head is None else f"{found.head.position}:{found.head.hash}"
    if found.broken is None:
        return f"{found.tenant_id}: whole, head {head}"
    return f"{found.tenant_id}: broken at row {found.broken.position}: {found.broken.what}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="baas cases", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    verifying = commands.add_parser("verify", help="follow the trail from its first row", epilog="docs/cases.md says more.")
    verifying.add_argument("--tenant", help="one tenant's; without, every tenant's")
    verifying.add_argument("--head", type=_head, help="what an earlier run printed: POSITION:HASH must still be there")
    return parser


def _head(text: str) -> Head:
    found = _HEAD.fullmatch(text)
    if found is None:
        raise argparse.ArgumentTypeError("POSITION:HASH, as verify prints it")
    return Head(int(found[1]), found[2])


if __name__ == "__main__":
    sys.exit(main())
