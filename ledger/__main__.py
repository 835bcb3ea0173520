"""`baas ledger COMMAND`: closing days, trial balances, the general ledger."""

import argparse
import sys

from ledger.commands import close, export, trial_balance

COMMANDS = (close, trial_balance, export)


def main(arguments: list[str] | None = None) -> int:
    """Carry out a subcommand and return the exit code."""
    parser = argparse.ArgumentParser(prog="baas ledger", description=__doc__)
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add(subparsers)
    options = parser.parse_args(arguments)
    return int(options.run(options))


if __name__ == "__main__":
    sys.exit(main())
