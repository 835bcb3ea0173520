"""Window features of a whole frame in the settled view: every event over all events by event_time, ties seeing each other.

One rolling pass an (entity, window), whole numbers until the last expression. A key's bound on events is not applied here: this
engine is for exploration, backtests of the definitions, and the proof that the fold is right.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from feature_store.batch.moments import HALF_BITS, finish
from feature_store.definitions import WINDOW_FEATURES
from feature_store.vocabulary import Aggregation, Entity, Where, WindowFeature

_A = Aggregation
_KEY = {
    Entity.CUSTOMER: pl.col("customer_id"),
    Entity.INSTRUMENT: pl.coalesce("card_id", "account_id"),
    Entity.DEVICE: pl.col("device_id"),
    Entity.PAYEE: pl.col("payee_id"),
}
_OF_MOMENTS = frozenset({_A.MEAN, _A.STD, _A.RATIO_TO_MEAN, _A.Z_SCORE})
_IDS = ("customer_id", "account_id", "card_id", "device_id", "payee_id")


def window_features(frame: pl.DataFrame, features: Sequence[WindowFeature] = WINDOW_FEATURES) -> pl.DataFrame:
    """Return one float32 column a feature, NaN for unknown, in the order of `frame`'s rows.

    `frame` has the lake's names: tenant_id, event_time_ms, amount_minor, direction and those id fields that it knows.
    """
    events = _prepare(frame)
    columns: dict[str, NDArray[np.float32]] = {}
    for entity in Entity:
        mine = [feature for feature in features if feature.entity is entity]
        if mine:
            columns |= _entity_features(events, entity, mine)
    return pl.DataFrame({feature.name: columns[feature.name] for feature in features})


def _prepare(frame: pl.DataFrame) -> pl.LazyFrame:
    absent = [pl.lit(None, pl.String).alias(name) for name in _IDS if name not in frame.columns]
    high, low = pl.col("amount") // 2**HALF_BITS, pl.col("amount") % 2**HALF_BITS
    debit = pl.col("direction").cast(pl.String) == "debit"
    return (
        frame.lazy()
        .with_columns(*absent)
        .select(
            pl.int_range(pl.len()).alias("row"),
            "tenant_id",
            pl.col("event_time_ms").cast(pl.Int64).alias("t"),
            pl.col("amount_minor").cast(pl.Int64).alias("amount"),
            pl.lit(1, pl.Int64).alias(f"passes_{Where.ALL:d}"),
            debit.cast(pl.Int64).alias(f"passes_{Where.DEBIT:d}"),
            (~debit).cast(pl.Int64).alias(f"passes_{Where.CREDIT:d}"),
            *[key.alias(f"value_{entity:d}") for entity, key in _KEY.items()],
        )
        .with_columns((high * high).alias("square_0"), (high * low).alias("square_1"), (low * low).alias("square_2"))
    )


def _entity_features(events: pl.LazyFrame, entity: Entity, features: list[WindowFeature]) -> dict[str, NDArray[np.float32]]:
    rows = events.select(pl.len()).collect().item()
    group = ["tenant_id", f"value_{entity:d}"]
    known = events.drop_nulls(f"value_{entity:d}").with_columns(pl.struct(group).rank("dense").cast(pl.Int64).alias("key"))
    mine = known.sort("key", "t", "row").collect()
    found: dict[str, NDArray[np.float32]] = {}
    place = mine["row"].to_numpy()
    for window_ms in sorted({feature.window_ms for feature in features}):
        wanted = [feature for feature in features if feature.window_ms == window_ms]
        rolled = _roll(mine, window_ms, wanted)
        for feature in wanted:
            column = np.full(rows, np.nan, np.float32)
            column[place] = _value(feature, mine, rolled).astype(np.float32)
            found[feature.name] = column
    return found


def _roll(mine: pl.DataFrame, window_ms: int, features: list[WindowFeature]) -> pl.DataFrame:
    """Whole-number aggregates of each row's closed-right window, the row itself and its ties included."""
    wants: dict[str, pl.Expr] = {}
    for feature in features:
        passes = pl.col(f"passes_{feature.where:d}")
        wants[f"count_{feature.where:d}"] = passes.sum()
        if feature.aggregation is _A.SUM or feature.aggregation in _OF_MOMENTS:
            wants[f"sum_{feature.where:d}"] = (passes * pl.col("amount")).sum()
        if feature.aggregation in (_A.STD, _A.Z_SCORE):
            wants |= {f"square_{k}_{feature.where:d}": (passes * pl.col(f"square_{k}")).sum() for k in range(3)}
        if feature.aggregation in (_A.MAX, _A.RATIO_TO_MAX):
            wants |= {"max": pl.col("amount").max(), "second_max": pl.col("amount").top_k(2).min()}
        if feature.aggregation is _A.MIN:
            wants |= {"min": pl.col("amount").min(), "second_min": pl.col("amount").bottom_k(2).max()}
        if feature.aggregation is _A.DISTINCT:
            wants[f"distinct_{feature.of:d}"] = pl.col(f"value_{feature.of:d}").drop_nulls().n_unique()
    rolling = mine.rolling("t", period=f"{window_ms}i", closed="right", group_by="key")
    rolled = rolling.agg([expression.cast(pl.Int64).alias(name) for name, expression in wants.items()])
    if not rolled["key"].equals(mine["key"]) or not rolled["t"].equals(mine["t"]):
        raise RuntimeError("the rolling pass came back in another order")
    return rolled


def _value(feature: WindowFeature, mine: pl.DataFrame, rolled: pl.DataFrame) -> NDArray[np.float64]:
    match feature.aggregation:
        case _A.TIME_SINCE_LAST:
            return _since(mine, ["key"], feature.window_ms)
        case _A.TIME_SINCE_SAME | _A.IS_NEW | _A.DISTINCT:
            return _of_value(feature, mine, rolled)
        case _A.MAX | _A.RATIO_TO_MAX | _A.MIN:
            return _of_extreme(feature, mine, rolled)
    itself = mine[f"passes_{feature.where:d}"].to_numpy()
    less = np.zeros_like(itself) if feature.counts_itself else itself
    amount = mine["amount"].to_numpy()
    count = rolled[f"count_{feature.where:d}"].to_numpy() - less
    if feature.aggregation is _A.COUNT:
        return np.asarray(count, np.float64)
    total = rolled[f"sum_{feature.where:d}"].to_numpy() - less * amount
    if feature.aggregation is _A.SUM:
        return np.asarray(total, np.float64)
    squares = np.zeros((3, len(mine)), np.int64)
    if feature.aggregation in (_A.STD, _A.Z_SCORE):
        for k in range(3):
            squares[k] = rolled[f"square_{k}_{feature.where:d}"].to_numpy() - less * mine[f"square_{k}"].to_numpy()
    return finish(feature.aggregation, amount=amount, count=count, total=total, squares=squares)


def _since(mine: pl.DataFrame, group: list[str], window_ms: int) -> NDArray[np.float64]:
    """Seconds since the group's latest other event in the window; zero when a tie is there."""
    before, after = pl.col("t").shift(1).over(group), pl.col("t").shift(-1).over(group)
    latest = pl.when(after == pl.col("t")).then(pl.col("t")).otherwise(before)
    inside = pl.when(latest > pl.col("t") - window_ms).then((pl.col("t") - latest).cast(pl.Float64) / 1000.0)
    return mine.select(inside.fill_null(float("nan")).alias("since"))["since"].to_numpy()


def _of_value(feature: WindowFeature, mine: pl.DataFrame, rolled: pl.DataFrame) -> NDArray[np.float64]:
    value = f"value_{feature.of:d}"
    missing = mine[value].is_null().to_numpy()
    since = np.where(missing, np.nan, _since(mine, ["key", value], feature.window_ms))
    if feature.aggregation is _A.TIME_SINCE_SAME:
        return since
    alone = np.isnan(since) & ~missing
    if feature.aggregation is _A.IS_NEW:
        return np.where(missing, np.nan, alone.astype(np.float64))
    distinct: NDArray[np.float64] = rolled[f"distinct_{feature.of:d}"].to_numpy().astype(np.float64)
    return distinct if feature.counts_itself else distinct - alone


def _of_extreme(feature: WindowFeature, mine: pl.DataFrame, rolled: pl.DataFrame) -> NDArray[np.float64]:
    which = "min" if feature.aggregation is _A.MIN else "max"
    amount, extreme = mine["amount"].to_numpy(), rolled[which].to_numpy()
    if not feature.counts_itself:
        extreme = np.where(amount == extreme, rolled[f"second_{which}"].to_numpy(), extreme)
    count = rolled[f"count_{Where.ALL:d}"].to_numpy() - (0 if feature.counts_itself else 1)
    known = np.where(count > 0, extreme.astype(np.float64), np.nan)
    return amount.astype(np.float64) / known if feature.aggregation is _A.RATIO_TO_MAX else known
