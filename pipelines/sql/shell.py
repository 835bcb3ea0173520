"""The interactive shell: a statement ends with `;`, Tab completes names, the arrow keys bring back what was asked before."""

import atexit
import contextlib
import readline
import sys
from pathlib import Path

from kit.errors import DomainError
from pipelines.sql.formats import form_of, write
from pipelines.sql.session import Session

HISTORY_LINES = 2_000
PROMPT, MORE = "baas> ", "  ... "
WORDS = (
    "select", "from", "where", "group by", "order by", "limit", "join", "left join", "using", "having", "with", "distinct",
    "count(*)", "sum", "avg", "min", "max", "date_trunc", "case", "when", "then", "else", "end", "between", "explain",
)  # fmt: skip
HELP = """\
A query may have several lines and ends with a semicolon.
.tables                what there is, lake and marts
.schema NAME           the columns of a table
.out FILE              write the next answer there: .csv, .json or .parquet
.help                  this
.quit                  (or Ctrl-D) leave
For example:
  select verdict, count(*), sum(amount_minor) / 100 as brl from lake.decisions group by verdict;
  select day, transactions, frauds from marts.daily_volume_and_fraud order by day desc limit 7;
"""


def run(session: Session, *, history: Path) -> None:
    """Ask and answer until the end of input."""
    _remember(history)
    readline.set_completer_delims(" \t\n,()=<>+-*/;")
    readline.set_completer(Completer(session).complete)
    readline.parse_and_bind("tab: complete")
    sys.stdout.write(f"{len(session.tables())} tables; .help says how to ask, .quit leaves\n")
    asked, out = "", None
    while True:
        try:
            line = input(MORE if asked else PROMPT)
        except KeyboardInterrupt:
            sys.stdout.write("\n")
            asked = ""
            continue
        except EOFError:
            sys.stdout.write("\n")
            return
        if not asked and line.strip().startswith("."):
            command, _, about = line.strip().partition(" ")
            if command == ".quit":
                return
            if command == ".out" and about:
                out = Path(about.strip())
            else:
                sys.stdout.write(dotted(session, line))
            continue
        asked = f"{asked}\n{line}".strip()
        if asked.endswith(";"):
            answer(session, asked, out=out)
            asked, out = "", None


def answer(session: Session, query: str, *, out: Path | None = None) -> None:
    """Ask, and show or write what was found; a query that is wrong is told and no more."""
    try:
        found = session.ask(query)
        rows = write(found, form=form_of(None, out), out=out, screen=sys.stdout)
    except (DomainError, OSError) as problem:
        sys.stdout.write(f"{problem}\n")
        return
    except KeyboardInterrupt:
        sys.stdout.write("given up\n")
        return
    sys.stdout.write(f"{rows:,} rows in {found.seconds():.2f} s{f', in {out}' if out else ''}\n")


def dotted(session: Session, line: str) -> str:
    """Return what a line that begins with a dot asks for."""
    command, _, about = line.strip().partition(" ")
    tables = session.tables()
    if command == ".tables":
        return "".join(f"{name:<40} {len(columns):>3} columns\n" for name, columns in tables.items())
    if command == ".schema":
        name = about.strip().removesuffix(";")
        found = {table: columns for table, columns in tables.items() if name in (table, table.split(".")[1])}
        if not found:
            return f"there is no table {name or '(name one)'}; .tables names them\n"
        return "".join(
            f"{table}\n" + "".join(f"  {column:<32} {kind}\n" for column, kind in columns.items())
            for table, columns in found.items()
        )
    return HELP


class Completer:
    """Names that go on as what was typed: words of SQL, tables, columns."""

    def __init__(self, session: Session) -> None:
        tables = session.tables()
        columns = {column for named in tables.values() for column in named}
        self._names = [*sorted(tables), *sorted(columns), *WORDS, ".tables", ".schema", ".out", ".help", ".quit"]
        self._found: list[str] = []

    def complete(self, text: str, state: int) -> str | None:
        """Return the name of number `state` that begins with `text`, as readline asks for them."""
        if state == 0:
            self._found = [name for name in self._names if text and name.startswith(text.lower())]
        return self._found[state] if state < len(self._found) else None


def _remember(history: Path) -> None:
    readline.set_history_length(HISTORY_LINES)
    with contextlib.suppress(OSError):
        readline.read_history_file(history)
    atexit.register(_keep, history)


def _keep(history: Path) -> None:
    with contextlib.suppress(OSError):
        history.touch(mode=0o600)
        readline.write_history_file(history)
