"""`baas ledger …`: what is asked of the ledger from a command line, one module a command."""

import argparse
import sys

import psycopg

from kit.errors import DomainError
from ledger.chain import rotate_key
from ledger.verification import command as verify

COMMANDS = (verify, rotate_key)


def main() -> int:
    """Carry out the command that was named; returns the process's exit status."""
    parser = argparse.ArgumentParser(prog="baas ledger", description="Prove the books.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in COMMANDS:
        module.add_to(commands)
    options = parser.parse_args()
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
