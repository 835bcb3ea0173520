"""Pure comparison of two sides. The earlier side is read before, the later side after: traffic may go on in between.

A side is a frame: the columns of its key (a tenant and an id, unless said otherwise), and facts. A fact that one side does not
know (null) is not compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

SHOWN = 5
KEY = ("tenant_id", "id")
THERE = "_there"


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison: how many things were compared, and what is wrong, in words."""

    name: str
    compared: int
    problems: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Nothing is wrong."""
        return not self.problems


def nothing_twice(name: str, rows: pl.DataFrame, *, by: Sequence[str] = KEY) -> Check:
    """Each key is there once."""
    repeated = rows.filter(rows.select(by).is_duplicated()).unique(by) if len(rows) else rows
    return Check(name, len(rows), _problem(_named(repeated, by), "there more than once"))


def nothing_missing(
    name: str,
    *,
    upstream: pl.DataFrame,
    downstream: pl.DataFrame,
    by: Sequence[str] = KEY,
    facts: Sequence[str] = (),
    excused: pl.DataFrame | None = None,
) -> Check:
    """Everything upstream, but what is excused, is downstream, with the same facts."""
    wanted = upstream if excused is None else upstream.join(excused, on=by, how="anti")
    missing = wanted.join(downstream, on=by, how="anti").unique(by)
    problems = _problem(_named(missing, by), "missing") + _differences(wanted, downstream, by=by, facts=facts)
    return Check(name, len(wanted), problems)


def the_same(
    name: str,
    *,
    owed: pl.DataFrame,
    known: pl.DataFrame,
    found: pl.DataFrame,
    by: Sequence[str] = KEY,
    facts: Sequence[str] = (),
) -> Check:
    """Both ways: what is owed is found, what is found is known, once and with the same facts.

    A side that has kept the other's order, as a sink does, is equal to it row by row: only what it still owes is looked for.
    """
    columns = [*by, *facts]
    equal = known.select(columns).equals(found.select(columns))
    missing = owed.clear() if equal and len(owed) == len(known) else owed.join(found, on=by, how="anti").unique(by)
    problems = _problem(_named(missing, by), "missing")
    if not equal:
        extra = found.join(known, on=by, how="anti").unique(by)
        twice = found.filter(found.select(by).is_duplicated()).unique(by)
        problems += _problem(_named(extra, by), "that nothing upstream explains")
        problems += _problem(_named(twice, by), "there more than once")
        problems += _differences(found, known, by=by, facts=facts)
    return Check(name, len(found), problems)


def inbound_accounted(name: str, *, inbound: pl.DataFrame, refused: pl.DataFrame, decisions: pl.DataFrame) -> Check:
    """Every inbound record is refused by its place, or its transaction was decided with the same content (a repetition too)."""
    lost = inbound.join(refused, on=("partition", "offset"), how="anti").join(
        decisions, on=(*KEY, "content"), how="anti", nulls_equal=False
    )
    places = lost.select("tenant_id", pl.col("id").fill_null("unreadable"), "partition", "offset")
    return Check(name, len(inbound), _problem(places, "neither decided as they are nor refused"))


def without_gap(name: str, numbers: pl.Series) -> Check:
    """The numbers, in the order of their log, count one by one."""
    steps = pl.DataFrame({"number": numbers, "step": numbers.diff()})
    broken = steps.filter(pl.col("step").is_not_null() & (pl.col("step") != 1)).select("number")
    return Check(name, len(numbers), _problem(broken, "that do not follow the one before"))


def _differences(one: pl.DataFrame, other: pl.DataFrame, *, by: Sequence[str], facts: Sequence[str]) -> list[str]:
    """Name what both sides have with other facts. Where a side has a key more than once, one that agrees is enough."""
    if not facts:
        return []
    pairs = one.select(*by, *facts).join(other.select(*by, *facts), on=by, how="inner", suffix=THERE)
    agrees = pl.all_horizontal((pl.col(fact) == pl.col(fact + THERE)).fill_null(value=True) for fact in facts)
    wrong = pairs.filter(~agrees)
    if len(wrong):
        wrong = wrong.join(pairs.filter(agrees), on=by, how="anti").unique(by)
    found = []
    for fact in facts:
        of_fact = wrong.filter((pl.col(fact) != pl.col(fact + THERE)).fill_null(value=False))
        found += _problem(of_fact.select(*by, pl.format("{} for {}", fact, fact + THERE)), f"with another {fact}")
    return found


def _named(rows: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """What names a row in the words of a problem: its key, and tenant and id where it has them."""
    return rows.select(list(dict.fromkeys((*by, *(name for name in KEY if name in rows.columns)))))


def _problem(rows: pl.DataFrame, what: str) -> list[str]:
    if rows.is_empty():
        return []
    shown = rows.sort(rows.columns).head(SHOWN).with_columns(pl.all().cast(pl.String).fill_null("-"))
    return [f"{len(rows):,} {what}, such as {', '.join(' '.join(row) for row in shown.rows())}"]
