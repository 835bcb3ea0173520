"""`baas marts build | docs | rates`: build the marts now, write their pages, load rates of exchange."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from kit.clock import SystemClock
from kit.errors import DomainError
from kit.settings import settings
from pipelines.marts.build import build, write_docs
from pipelines.reference import extract, load_rates


def main(arguments: list[str] | None = None) -> int:
    """Run one of the commands; return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        if options.command == "build":
            extract(settings(), progress=print)
            build(settings(), full=options.full, progress=print)
        elif options.command == "docs":
            print(f"open {write_docs(settings())}")
        else:
            now = datetime.fromtimestamp(SystemClock().now_ms() / 1000, UTC)
            changes = load_rates(settings(), options.file, tenant_id=options.tenant or settings().demo.tenant, now=now)
            print(f"{changes} rates are new or other than they were; amounts are converted by them from the next build on")
    except DomainError as refused:
        print(f"{refused.detail}\n{refused.remedy}", file=sys.stderr)
        return 1
    except (OSError, psycopg.OperationalError) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="baas marts", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    again = commands.add_parser(
        "build",
        help="copy what the core knows, then build and test every mart",
        description="Build the marts now. The process `marts` does the same while rows arrive; one build runs at a time.",
    )
    again.add_argument("--full", action="store_true", help="make every mart from all rows, not from those that are new")
    commands.add_parser(
        "docs",
        help="write the pages that say what each mart and column is and whence it comes",
        description="Write one HTML file with every model, column, test and where each comes from. The marts must be built.",
    )
    rates = commands.add_parser(
        "rates",
        help="load rates of exchange from a CSV",
        description="Load rates by day (header: day,base,quote,bid,ask), all or none. They go before those of the bank.",
    )
    rates.add_argument("file", type=Path, help="the CSV")
    rates.add_argument("--tenant", help="whose rates they are (the demo's tenant)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
