"""`baas projection rebuild | check`: make accounts' histories again from the ledger's events, or compare them with it."""

import argparse
import sys
import uuid

from kit.clock import SystemClock
from kit.errors import DomainError
from kit.settings import settings
from streams.projector.checking import compare
from streams.projector.rebuild import Progress, rebuild

WAIT_S = 60.0


def main(arguments: list[str] | None = None) -> int:
    """Run one of the commands; return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        if options.command == "rebuild":
            done = rebuild(settings(), clock=SystemClock(), progress=_progress(), account_id=options.account)
            what = "the read model" if options.account is None else f"account {options.account}"
            print(f"{what} is made again from {done.offsets:,} offsets in {done.seconds:.1f} s")
            if not options.check:
                return 0
        return _check(options.wait_s)
    except DomainError as refused:
        print(f"{refused.detail}\n{refused.remedy}", file=sys.stderr)
        return 1


def _check(wait_s: float) -> int:
    found = compare(settings(), wait_s=wait_s)
    if found.difference is not None:
        print(f"DIFF  {found.difference}")
        return 1
    print(
        f"ok    {found.accounts:,} balances and {found.movements:,} movements are the ledger's, each called what it would be "
        f"called now, in {found.seconds:.1f} s"
    )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="baas projection", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    again = commands.add_parser(
        "rebuild",
        help="fold everything again beside what is read, and switch",
        description="Fold the ledger's events again from the first one. Whoever reads meanwhile reads what was there before.",
    )
    again.add_argument("--account", type=uuid.UUID, help="only this account's history (its id)")
    again.add_argument("--check", action="store_true", help="then compare with the ledger")
    check = commands.add_parser(
        "check",
        help="compare with the ledger, movement by movement",
        description="Hold every balance and movement against the ledger; exit code 1 names the first difference.",
    )
    for command in (again, check):
        command.add_argument("--wait-s", type=float, default=WAIT_S, help="how long the projector may take to catch up (60)")
    return parser


def _progress() -> Progress:
    return _show if sys.stderr.isatty() else _silent


def _show(done: int, total: int) -> None:
    sys.stderr.write(f"\r{done:,} of {total:,} offsets" + ("\n" if done == total else ""))
    sys.stderr.flush()


def _silent(_done: int, _total: int) -> None:
    """Nobody looks on."""


if __name__ == "__main__":
    sys.exit(main())
