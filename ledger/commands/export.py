"""`baas ledger export`: the general ledger of a period, as CSV or as an hledger journal."""

import argparse
import sys
from pathlib import Path

from kit.errors import DomainError
from kit.postgres import connect
from kit.settings import settings
from ledger.close.tenants import STATEMENT_TIMEOUT_MS
from ledger.commands.arguments import a_day
from ledger.export.run import Period, export


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "export",
        help="write the general ledger of a period out, as CSV or as an hledger journal",
        description="Every entry booked in a period, by line of the chart of accounts. A journal asserts the balance of every "
        "line at the end of each day that is closed.",
    )
    parser.add_argument("--format", choices=("csv", "hledger"), default="csv", help="csv (as it is) or hledger")
    parser.add_argument("--from", dest="first", type=a_day, required=True, help="the first day (2026-11-01)")
    parser.add_argument("--to", dest="last", type=a_day, required=True, help="the last day, included")
    parser.add_argument("--tenant", required=True, help="whose ledger")
    parser.add_argument("--out", type=Path, help="a file; standard output when absent")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write, and return the exit code."""
    period = Period(options.first, options.last)
    out = options.out.open("w", newline="") if options.out else sys.stdout
    try:
        with connect(
            settings().core.dsn("api"), application="general ledger", statement_timeout_ms=STATEMENT_TIMEOUT_MS
        ) as connection:
            for piece in export(connection, tenant_id=options.tenant, period=period, form=options.format):
                out.write(piece)
    except DomainError as problem:
        print(f"{problem.detail}\n  {problem.remedy}", file=sys.stderr)
        return 1
    finally:
        if options.out:
            out.close()
    return 0
