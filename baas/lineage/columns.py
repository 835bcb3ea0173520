"""Which columns each column of a query is made of, from its SQL. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.lineage import lineage
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope, traverse_scope

DIALECT = "postgres"
# Schema > table > column > type; types do not matter here.
Schema = Mapping[str, Mapping[str, Mapping[str, str]]]


@dataclass(frozen=True, slots=True)
class Query:
    """What a query is made of: `values` of each of its columns, and `rows`, that decide which rows it has.

    Columns are `schema.table.column`. `tables` has every table that it reads, also where no column of it is named.
    """

    values: dict[str, frozenset[str]]
    rows: frozenset[str]
    tables: frozenset[str]


def read(sql: str, *, schema: Schema) -> Query:
    """Return what a query is made of. `schema` has the columns of every table that it reads with a star.

    Raises sqlglot.errors.SqlglotError for SQL that is not understood.
    """
    known: dict[str, object] = {name: dict(tables) for name, tables in schema.items()}
    parsed = sqlglot.parse_one(sql, dialect=DIALECT)
    whole = qualify(parsed, schema=known, dialect=DIALECT, validate_qualify_columns=False, quote_identifiers=False)
    scope = build_scope(whole)
    if scope is None or not isinstance(whole, exp.Query):
        raise SqlglotError("it is no query")
    values = {column: frozenset(_leaves(column, whole, scope)) for column in whole.named_selects}
    return Query(values=values, rows=frozenset(_deciding(whole)), tables=frozenset(map(_named, _tables(whole))))


def _leaves(column: str, whole: exp.Query, scope: Scope) -> Iterator[str]:
    # What has a star was opened by `qualify`, which knew the tables' columns: nothing is left to look up.
    for node in lineage(column, whole, {}, scope=scope, dialect=DIALECT).walk():
        if not node.downstream and isinstance(node.source, exp.Table):
            yield f"{_named(node.source)}.{node.name.rpartition('.')[2]}"


def _deciding(whole: exp.Query) -> Iterator[str]:
    """Columns of tables that stand in a condition, a join, a group or an order, in any part of the query.

    The condition of a filtered sum decides the sum, not the rows.
    """
    for scope in traverse_scope(whole):
        for column in scope.columns:
            place = column.find_ancestor(exp.Where, exp.Join, exp.Group, exp.Having, exp.Distinct, exp.Order)
            if place is not None and not isinstance(place.parent, exp.Filter):
                yield from _followed(column.name, scope.sources.get(column.table))


def _followed(name: str, source: object) -> Iterator[str]:
    """The tables' columns behind a column of a part of the query."""
    if isinstance(source, exp.Table):
        yield f"{_named(source)}.{name}"
    elif isinstance(source, Scope) and isinstance(source.expression, exp.Query) and name in source.expression.named_selects:
        yield from _leaves(name, source.expression, source)


def _tables(whole: exp.Query) -> Iterator[exp.Table]:
    for scope in traverse_scope(whole):
        yield from (source for source in scope.sources.values() if isinstance(source, exp.Table))


def _named(table: exp.Table) -> str:
    return f"{table.db}.{table.name}" if table.db else table.name
