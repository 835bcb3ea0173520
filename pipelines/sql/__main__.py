"""`baas sql ["select …"]`: SQL over lake and marts; without a query, a shell."""

import argparse
import sys
from pathlib import Path

from kit.errors import DomainError
from kit.settings import settings
from pipelines.sql.formats import FORMATS, form_of, write
from pipelines.sql.session import Session
from pipelines.sql.shell import dotted, run

_EXAMPLES = """\
examples:
  baas sql                                   a shell; Tab completes the names of tables and columns
  baas sql .tables                           what there is
  baas sql ".schema lake.decisions"          the columns of a table
  baas sql "select verdict, count(*) from lake.decisions group by 1"
  baas sql --tenant demo --out week.parquet \\
    "select * from marts.daily_volume_and_fraud where day >= current_date - 7"
  echo "select count(*) from lake.log" | baas sql -

lake.* are views over the lake's files: decisions, outcomes, overrides, controls, labels, ledger_events, alerts, and the whole
log. marts.* are the tables of the warehouse; one that a query names is copied first. Amounts are in minor units (centavos),
moments are shown in the bank's own time. Filter the lake by a column in milliseconds (event_time_ms) to read less of it.
"""


def main(arguments: list[str]) -> int:
    """Answer a query, or open the shell; exit code 2 when it cannot be answered."""
    options = _parser().parse_args(arguments)
    try:
        with Session(settings(), tenant_id=options.tenant, progress=_say) as session:
            return _run(session, options)
    except (DomainError, OSError) as problem:
        remedy = f". {problem.remedy}" if isinstance(problem, DomainError) else ""
        _say(f"{problem}{remedy}")
        return 2


def _run(session: Session, options: argparse.Namespace) -> int:
    if options.query is None and sys.stdin.isatty():
        run(session, history=settings().var / "sql_history")
        return 0
    query = sys.stdin.read() if options.query in (None, "-") else options.query
    if query.lstrip().startswith("."):
        sys.stdout.write(dotted(session, query))
        return 0
    answer = session.ask(query)
    rows = write(answer, form=form_of(options.format, options.out), out=options.out, screen=sys.stdout)
    if options.out is not None:
        _say(f"{rows:,} rows in {options.out}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="baas sql",
        description="Ask lake and marts in one SQL (DuckDB's). Nothing can be changed through it.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("query", nargs="?", help="one query, .tables, .schema NAME, or - to read it from standard input")
    parser.add_argument("--tenant", help="only this bank's rows, kept apart by the warehouse itself; every bank's else")
    parser.add_argument("--format", choices=FORMATS, help="table (for people), csv, json (an object a line) or parquet")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to; its suffix says the format too")
    return parser


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
