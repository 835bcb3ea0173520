"""The peer of `baas bench rules`: checked expressions as Polars expressions, whose nulls follow the same logic."""

from functools import reduce

import numpy as np
import polars as pl

from bench.random_rules import RandomEvents
from feature_store.definitions import FEATURE_NAMES
from risk.expressions.program import Program
from risk.expressions.schema import EVENT_FIELDS, MISSING, SCORE_FIELDS
from risk.expressions.terms import Apply, Constant, Input, Membership, Op, Term, Within


def frame_of(events: RandomEvents, program: Program) -> pl.DataFrame:
    """Return what the program reads, as columns with nulls for what is unknown."""
    columns: dict[str, pl.Series] = {}
    for field in EVENT_FIELDS:
        columns[field.name] = pl.Series(events.events[:, field.column]).replace(MISSING, None)
    for column in sorted(program.columns):
        columns[FEATURE_NAMES[column]] = pl.Series(events.features[:, column].astype(np.float64)).fill_nan(None)
    for field in SCORE_FIELDS:
        columns[field.name] = pl.Series(events.scores[:, field.column]).fill_nan(None)
    for column, asked in enumerate(program.memberships):
        columns[_membership(asked)] = pl.Series(events.members[:, column]).replace(2, None).cast(pl.Boolean)
    return pl.DataFrame(columns)


def expression_of(term: Term) -> pl.Expr:
    """Return a term of the operations that the bench's rules use. Raises KeyError for another."""
    match term:
        case Constant(value=value):
            return pl.lit(value)
        case Input(field=field):
            return pl.col(field.name)
        case Membership():
            return pl.col(_membership(term))
        case Within(argument=argument, values=values):
            return expression_of(argument).cast(pl.Float64).is_in(list(values))
        case Apply(op=op, arguments=arguments):
            return _apply(op, [expression_of(argument) for argument in arguments])


def _apply(op: Op, parts: list[pl.Expr]) -> pl.Expr:
    if op is Op.ALL:
        return reduce(lambda a, b: a & b, parts)
    if op is Op.ANY:
        return reduce(lambda a, b: a | b, parts)
    first, last = parts[0], parts[-1]
    return {
        Op.LESS: lambda: first < last, Op.AT_MOST: lambda: first <= last, Op.EQUAL: lambda: first == last,
        Op.SUBTRACT: lambda: first - last, Op.DIVIDE: lambda: first / last, Op.NOT: lambda: ~first,
        Op.IS_KNOWN: lambda: first.is_not_null(), Op.WIDEN: lambda: first.cast(pl.Float64),
    }[op]()  # fmt: skip


def _membership(asked: Membership) -> str:
    return f"{asked.field} in {asked.list}"
