"""What was known of an entity at a moment: of the rows of days that had ended and that were known by then, the newest.

A row is visible from `max(day_end, known_at)` on. One that becomes visible after a row of a later day (a backfill that came
late) is never the newest, and is left out; what is left is in order of visibility and of days alike, so that one as-of join
answers exactly. Both ends count: a moment exactly on a day's end sees that day.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from feature_store.offline.files import MOMENT, scan

# Values that are held at once; a larger view is answered a share of its entities at a time.
HELD_VALUES = 200_000_000
_VISIBLE, _ROW, _DAY, _KNOWN = "__visible", "__row", "__day", "__known"


def values_as_of(
    asked: pl.DataFrame,
    files: list[Path],
    *,
    keys: Sequence[str],
    moment: str,
    features: Sequence[str],
    day_end: str,
    known_at: str | None,
    ttl_us: int = 0,
    held_values: int = HELD_VALUES,
) -> pl.DataFrame:
    """Return the `features` of each row of `asked` in its order, null where there is none.

    `asked` has the `keys`, as text, and `moment`, a UTC datetime; the files have the keys, the features, and two datetimes.
    `ttl_us` above 0: a row as old as that, at the moment that is asked for, is none. Without `known_at` each row was known at
    its day's end.
    """
    rows = asked.select(*keys, pl.col(moment).cast(MOMENT).alias(_VISIBLE)).with_row_index(_ROW)
    found = [
        _joined(part, there, keys=keys, features=features, ttl_us=ttl_us)
        for part, there in _shares(
            rows, files, keys=keys, features=features, day_end=day_end, known_at=known_at, held_values=held_values
        )
    ]
    if not found:
        return pl.DataFrame({name: pl.Series(name, [None] * len(rows), pl.Float32) for name in features})
    answered = pl.concat(found)
    return rows.select(_ROW).join(answered, on=_ROW, how="left", maintain_order="left").select(features)


def newest(
    files: list[Path], *, keys: Sequence[str], columns: Sequence[str], order: Sequence[str], where: pl.Expr
) -> pl.DataFrame:
    """Return the last row of each entity in the order of `order`, of those that pass `where`: keys and columns."""
    rows = scan(files, list(dict.fromkeys([*keys, *columns, *order]))).filter(where)
    last = rows.select(*keys, *order).sort(order).unique(keys, keep="last").collect()
    return (
        rows.join(last.lazy(), on=[*keys, *order], how="semi", nulls_equal=True)
        .unique(keys, keep="last")
        .select(*keys, *columns)
        .collect()
    )


def _shares(
    rows: pl.DataFrame,
    files: list[Path],
    *,
    keys: Sequence[str],
    features: Sequence[str],
    day_end: str,
    known_at: str | None,
    held_values: int,
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Pair what is asked with what is there, a share of the entities at a time."""
    if not files or not len(rows):
        return
    known = known_at or day_end
    rows_there = scan(files, list(dict.fromkeys([*keys, day_end, known, *features])))
    held = rows_there.select(pl.len()).collect().item() * (len(features) + len(keys) + 2)
    shares = -(-held // held_values) or 1
    number = pl.struct(keys).hash(0) % shares
    for share in range(shares):
        part = rows if shares == 1 else rows.filter(number == share)
        # Only entities that are asked for, and nothing that no moment sees.
        there = rows_there.with_columns(
            pl.max_horizontal(day_end, known).cast(MOMENT).alias(_VISIBLE),
            pl.col(day_end).alias(_DAY),
            pl.col(known).alias(_KNOWN),
        )
        there = there.filter(pl.col(_VISIBLE) <= rows[_VISIBLE].max())
        there = there if shares == 1 else there.filter(number == share)
        there = there.join(part.lazy().select(keys).unique(), on=keys, how="semi")
        yield part, there.select(*keys, _VISIBLE, _DAY, _KNOWN, *features).collect()


def _joined(
    part: pl.DataFrame, there: pl.DataFrame, *, keys: Sequence[str], features: Sequence[str], ttl_us: int
) -> pl.DataFrame:
    there = (
        there.sort(*keys, _VISIBLE, _DAY, _KNOWN)
        .filter(pl.col(_DAY) >= pl.col(_DAY).cum_max().over(keys))
        .unique([*keys, _VISIBLE], keep="last", maintain_order=True)
        .sort(_VISIBLE)
    )
    joined = part.sort(_VISIBLE).join_asof(there, on=_VISIBLE, by=list(keys), strategy="backward", check_sortedness=False)
    if ttl_us:
        expired = pl.col(_VISIBLE) - pl.col(_DAY) >= pl.duration(microseconds=ttl_us)
        joined = joined.with_columns(pl.when(~expired).then(pl.col(name)).alias(name) for name in features)
    return joined.select(_ROW, *features)
