"""`baas ledger COMMAND`: prove the books, close days, write the general ledger out. One module a command."""

import argparse
import sys

import psycopg

from kit.errors import DomainError
from ledger.commands import close, export, rotate_key, trial_balance, verify

COMMANDS = (verify, close, trial_balance, export, rotate_key)


def main(arguments: list[str] | None = None) -> int:
    """Carry out the command that was named; returns the process's exit status."""
    parser = argparse.ArgumentParser(prog="baas ledger", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    options = parser.parse_args(arguments)
    try:
        status: int = options.run(options)
    except DomainError as problem:
        sys.stderr.write(f"{problem.detail}\n{problem.remedy}\n")
        return 1
    except psycopg.OperationalError as problem:
        sys.stderr.write(f"the core database does not answer: {problem}\n")
        return 1
    return status


if __name__ == "__main__":
    sys.exit(main())
