"""DuckDB over the lake's files, and over marts that are copied from the warehouse when a query first names them."""

import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import psycopg
import pyarrow as pa

from kit.errors import DomainError
from kit.settings import Settings
from pipelines.days import TIMEZONE
from pipelines.sql import repository
from pipelines.sql.lake_views import lake_views
from pipelines.sql.repository import Mart

# A mart is copied whole; one that has more is asked in the warehouse itself.
MOST_ROWS = 50_000_000
BATCH_ROWS = 50_000
_READS = frozenset({duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN, duckdb.StatementType.RELATION})
_WORD = re.compile(r"\w+")

# Hears a line for people.
Progress = Callable[[str], None]


class NotRead(DomainError):
    """What was asked is no query, or one that cannot be answered."""

    code = "not-read"
    title = "The query cannot be answered"
    remedy = "Ask with SELECT over lake.* and marts.*; `baas sql .tables` names them, `.schema NAME` their columns."


class Answer:
    """What a query found: batches of rows, worked out while they are asked for."""

    def __init__(self, batches: pa.RecordBatchReader, *, began_s: float) -> None:
        self._batches = batches
        self._began_s = began_s

    @property
    def schema(self) -> pa.Schema:
        """The columns."""
        return self._batches.schema

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows. Raises NotRead where a value cannot be worked out, or a file is not there any more."""
        try:
            yield from self._batches
        except (duckdb.Error, pa.ArrowException, OSError) as problem:
            raise NotRead(str(problem)) from problem

    def table(self) -> pa.Table:
        """Return all of it. Raises NotRead."""
        return pa.Table.from_batches(list(self), schema=self.schema)

    def seconds(self) -> float:
        """How long ago it was asked."""
        return time.monotonic() - self._began_s

    def close(self) -> None:
        """Read no more of it."""
        self._batches.close()


class Session:
    """A context: close it, and what was copied is gone. Nothing can be changed through it, and no other file be read."""

    def __init__(self, settings: Settings, *, tenant_id: str | None = None, progress: Progress | None = None) -> None:
        """With `tenant_id`, nothing but that bank's rows is there. Raises LakeGap."""
        self._settings = settings
        self._tenant_id = tenant_id
        self._progress = progress or (lambda _line: None)
        self._folder = Path(tempfile.mkdtemp(prefix="baas-sql-"))
        self._copied: set[str] = set()
        self._answer: Answer | None = None
        self.no_marts: str | None = None
        self.marts = self._known_marts()
        self._duckdb = duckdb.connect(str(self._folder / "session.duckdb"))
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, _kind: type[BaseException] | None, _problem: BaseException | None, _trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of everything."""
        self._duckdb.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def ask(self, query: str) -> Answer:
        """Answer one query; the answer can be read until the next one. Raises NotRead, which says where it is wrong."""
        began_s = time.monotonic()
        if self._answer is not None:
            self._answer.close()  # one at a time: what was not read of the last one is not read any more
        self._require_reading(query)
        self._copy_marts(query)
        try:
            found = self._duckdb.sql(query).to_arrow_reader(BATCH_ROWS)
        except duckdb.Error as problem:
            raise NotRead(str(problem)) from problem
        self._answer = Answer(found, began_s=began_s)
        return self._answer

    def tables(self) -> dict[str, dict[str, str]]:
        """Return columns and their types by table, `lake.decisions` and so on, in the order of their names."""
        rows = self._do(
            "select table_name, column_name, data_type from information_schema.columns "
            "where table_schema = 'lake' order by table_name, ordinal_position"
        )
        found: dict[str, dict[str, str]] = {}
        for table, column, kind in rows:
            found.setdefault(f"lake.{table}", {})[column] = kind
        return found | {f"marts.{name}": self.marts[name].columns for name in sorted(self.marts)}

    def _open(self) -> None:
        """Make the views, and then leave DuckDB no way to anything but the lake and our own folder."""
        self._do(f"set timezone = '{TIMEZONE}'")
        self._do("create schema lake")
        self._do("create schema marts")
        for _name, statement in lake_views(self._settings.lake, tenant_id=self._tenant_id):
            self._do(statement)
        self._do("set python_enable_replacements = false")  # a name is a table's, never a variable's of ours
        self._do("set search_path = 'marts,lake'")
        allowed = [str(path.resolve()) for path in (self._settings.lake, self._folder)]
        self._do("set allowed_directories = ?", [allowed])
        self._do("set enable_external_access = false")
        self._do("set lock_configuration = true")

    def _known_marts(self) -> dict[str, Mart]:
        """A lake is worth a question also where no warehouse answers."""
        try:
            with repository.reading(self._settings, tenant_id=self._tenant_id) as connection:
                return repository.marts(connection)
        except psycopg.OperationalError as problem:
            self.no_marts = str(problem).strip().splitlines()[0]
            self._progress(f"there are no marts: {self.no_marts}")
            return {}

    def _require_reading(self, query: str) -> None:
        try:
            statements = self._duckdb.extract_statements(query)
        except duckdb.Error as problem:
            raise NotRead(str(problem)) from problem
        if len(statements) != 1:
            raise NotRead(f"one query at a time: these are {len(statements)}")
        if statements[0].type not in _READS:
            raise NotRead(f"only reading is possible here, and this is {statements[0].type.name}")

    def _copy_marts(self, query: str) -> None:
        """Copy what the query names and is not here yet, all of it of one moment."""
        named = {word.lower() for word in _WORD.findall(query)}
        wanted = [self.marts[name] for name in sorted(named & self.marts.keys() - self._copied)]
        if not wanted:
            return
        with repository.reading(self._settings, tenant_id=self._tenant_id) as connection:
            for mart in wanted:
                self._copy(connection, mart)

    def _copy(self, connection: psycopg.Connection, mart: Mart) -> None:
        if mart.rows_about > MOST_ROWS:
            raise NotRead(f"marts.{mart.name} has about {mart.rows_about:,} rows, and at most {MOST_ROWS:,} are copied")
        began_s = time.monotonic()
        path = self._folder / f"{mart.name}.csv"
        try:
            with path.open("wb") as sink:
                repository.copy_mart(connection, mart, sink)
            rows = self._load(mart, path)
        except psycopg.Error as problem:
            raise NotRead(f"marts.{mart.name} cannot be read: {problem}") from problem
        finally:
            path.unlink(missing_ok=True)
        self._copied.add(mart.name)
        self._progress(f"marts.{mart.name}: {rows:,} rows from the warehouse in {time.monotonic() - began_s:.1f} s")

    def _load(self, mart: Mart, path: Path) -> int:
        """Make a table of a mart's CSV; an array came as JSON."""
        as_text = {name: "JSON" if kind.endswith("[]") else kind for name, kind in mart.columns.items()}
        values = ", ".join(
            f'cast("{name}" as {kind}) as "{name}"' if kind.endswith("[]") else f'"{name}"'
            for name, kind in mart.columns.items()
        )
        self._do(
            f'create table marts."{mart.name}" as select {values} from read_csv(?, header = false, columns = ?, '
            "nullstr = '', allow_quoted_nulls = false, quote = '\"', escape = '\"', auto_detect = false)",
            [str(path), as_text],
        )
        [(rows,)] = self._do(f'select count(*) from marts."{mart.name}"')
        return int(rows)

    def _do(self, statement: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run a statement of our own to its end."""
        return self._duckdb.execute(statement, parameters).fetchall()
