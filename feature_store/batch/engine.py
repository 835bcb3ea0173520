"""Window features of a whole frame in the settled view: every event over all events by event_time, ties seeing each other.

Polars sorts and ranks, `Axis` answers for whole columns at once; whole numbers until the last expression. A key's bound on
events is not applied here: this engine is for exploration, backtests of the definitions, and the proof that the fold is right.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from feature_store.batch.axis import Axis
from feature_store.batch.moments import HALF_BITS, finish
from feature_store.definitions import WINDOW_FEATURES
from feature_store.event_values import (
    DRAINED_BELOW_PCT,
    HOME_COUNTRY,
    JUST_UNDER_PCT,
    LARGE_FROM_MINOR,
    LIMITS_MINOR,
    NIGHT_FROM_HOUR,
    NIGHT_UNTIL_HOUR,
    NOT_PRESENT_ENTRY,
    PLACE_E5,
    RISKY_MCCS,
    ROUND_AMOUNT_MINOR,
    SMALL_BELOW_MINOR,
    UTC_OFFSET_MS,
)
from feature_store.vocabulary import HOUR_MS, ID_FIELDS, PAIRS, SETTLED, Aggregation, Entity, Value, Where, WindowFeature

_A = Aggregation
_OPTIONAL = {
    **dict.fromkeys((*ID_FIELDS.values(), "channel", "country", "entry_mode"), pl.String),
    **dict.fromkeys(("mcc", "latitude_e5", "longitude_e5", "balance_minor"), pl.Int64),
}
_HOUR = (pl.col("t") + UTC_OFFSET_MS) // HOUR_MS % 24
_OF_EVENT = {
    Value.PLACE: pl.when(pl.col("latitude_e5").is_not_null() & pl.col("longitude_e5").is_not_null()).then(
        pl.concat_str(pl.col("latitude_e5") // PLACE_E5, pl.lit(" "), pl.col("longitude_e5") // PLACE_E5)
    ),
    Value.HOUR: _HOUR.cast(pl.String),
    Value.MCC: pl.col("mcc").cast(pl.String),
}
_PASSES = {
    Where.ALL: pl.lit(value=True),
    Where.DEBIT: pl.col("direction") == "debit",
    Where.CREDIT: pl.col("direction") == "credit",
    Where.PIX: pl.col("channel") == "pix",
    Where.CARD: pl.col("channel") == "card",
    Where.CASH: pl.col("channel") == "cash",
    Where.NIGHT: (_HOUR >= NIGHT_FROM_HOUR) | (_HOUR < NIGHT_UNTIL_HOUR),
    Where.SMALL: pl.col("amount") < SMALL_BELOW_MINOR,
    Where.LARGE: pl.col("amount") >= LARGE_FROM_MINOR,
    Where.ROUND: pl.col("amount") % ROUND_AMOUNT_MINOR == 0,
    Where.JUST_UNDER: pl.any_horizontal(
        *[(pl.col("amount") < limit) & (100 * pl.col("amount") >= JUST_UNDER_PCT * limit) for limit in LIMITS_MINOR]
    ),
    Where.NOT_PRESENT: pl.col("entry_mode") == NOT_PRESENT_ENTRY.decode(),
    Where.ABROAD: pl.col("country") != HOME_COUNTRY.decode(),
    Where.RISKY_MCC: pl.col("mcc").is_in(RISKY_MCCS),
    Where.DRAINING: (pl.col("direction") == "debit")
    & (pl.col("balance_minor") > 0)
    & (100 * (pl.col("balance_minor") - pl.col("amount")) < DRAINED_BELOW_PCT * pl.col("balance_minor")),
}
_OF_MOMENTS = frozenset({_A.MEAN, _A.STD, _A.RATIO_TO_MEAN, _A.Z_SCORE})
SETTLED_FEATURES = tuple(feature for feature in WINDOW_FEATURES if feature.aggregation in SETTLED)


def window_features(frame: pl.DataFrame, features: Sequence[WindowFeature] = SETTLED_FEATURES) -> pl.DataFrame:
    """Return one float32 column a feature, NaN for unknown, in the order of `frame`'s rows.

    `frame` has the lake's names: tenant_id, event_time_ms, amount_minor, direction and those other fields that it knows. Raises
    ValueError for a feature that only the as_scored view has (`vocabulary.SETTLED`).
    """
    unsettled = [feature.name for feature in features if feature.aggregation not in SETTLED]
    if unsettled:
        raise ValueError(f"no settled view of {', '.join(unsettled)}: what they say depends on the order in which ties came")
    events = _prepare(frame)
    columns: dict[str, NDArray[np.float32]] = {}
    for entity in Entity:
        mine = [feature for feature in features if feature.entity is entity]
        if mine:
            columns |= _entity_features(events, entity, mine)
    return pl.DataFrame({feature.name: columns[feature.name] for feature in features})


def _prepare(frame: pl.DataFrame) -> pl.LazyFrame:
    absent = [pl.lit(None, kind).alias(name) for name, kind in _OPTIONAL.items() if name not in frame.columns]
    high, low = pl.col("amount") // 2**HALF_BITS, pl.col("amount") % 2**HALF_BITS
    known = [pl.col(name).cast(kind) for name, kind in _OPTIONAL.items()]
    pairs = {
        entity: pl.when(pl.col(ID_FIELDS[first]).is_not_null() & pl.col(ID_FIELDS[second]).is_not_null()).then(
            pl.concat_str(pl.col(ID_FIELDS[first]), pl.lit(" "), pl.col(ID_FIELDS[second]))  # no id holds a blank
        )
        for entity, (first, second) in PAIRS.items()
    }
    values = [*((entity, pl.col(name)) for entity, name in ID_FIELDS.items()), *pairs.items(), *_OF_EVENT.items()]
    return (
        frame.lazy()
        .with_columns(*absent)
        .select(
            pl.int_range(pl.len()).alias("row"),
            "tenant_id",
            pl.col("event_time_ms").cast(pl.Int64).alias("t"),
            pl.col("amount_minor").cast(pl.Int64).alias("amount"),
            pl.col("direction").cast(pl.String),
            *known,
        )
        .select(
            "row",
            "tenant_id",
            "t",
            "amount",
            *[passes.fill_null(value=False).cast(pl.Int64).alias(f"passes_{where:d}") for where, passes in _PASSES.items()],
            *[value.alias(f"value_{number:d}") for number, value in values],
            (high * high).alias("square_0"),
            (high * low).alias("square_1"),
            (low * low).alias("square_2"),
        )
    )


def _entity_features(events: pl.LazyFrame, entity: Entity, features: list[WindowFeature]) -> dict[str, NDArray[np.float32]]:
    rows = events.select(pl.len()).collect().item()
    known = events.drop_nulls(f"value_{entity:d}")
    key = pl.struct("tenant_id", f"value_{entity:d}").rank("dense").cast(pl.Int64).alias("key")
    mine = known.with_columns(key).sort("key", "t", "row").collect()
    longest_ms = max(feature.window_ms for feature in features)
    axis = Axis(key=mine["key"].to_numpy(), time_ms=mine["t"].to_numpy(), longest_ms=longest_ms)
    found: dict[str, NDArray[np.float32]] = {}
    place = mine["row"].to_numpy()
    for feature in sorted(features, key=lambda each: each.window_ms):
        column = np.full(rows, np.nan, np.float32)
        column[place] = _value(feature, mine, axis).astype(np.float32)
        found[feature.name] = column
    return found


def _value(feature: WindowFeature, mine: pl.DataFrame, axis: Axis) -> NDArray[np.float64]:
    match feature.aggregation:
        case _A.TIME_SINCE_LAST:
            passes = mine[f"passes_{feature.where:d}"].to_numpy() == 1
            return axis.seconds_since(axis.last_other(passes), feature.window_ms)
        case _A.TIME_SINCE_FIRST:
            return axis.seconds_since(axis.first_other(feature.window_ms), feature.window_ms)
        case _A.TIME_SINCE_SAME | _A.IS_NEW | _A.DISTINCT:
            return _of_value(feature, mine, axis)
        case _A.MAX | _A.RATIO_TO_MAX:
            return _of_extreme(feature, mine, axis, sign=1)
        case _A.MIN | _A.RATIO_TO_MIN:
            return _of_extreme(feature, mine, axis, sign=-1)
    return _of_moments(feature, mine, axis)


def _of_moments(feature: WindowFeature, mine: pl.DataFrame, axis: Axis) -> NDArray[np.float64]:
    passes = mine[f"passes_{feature.where:d}"].to_numpy()
    amount = mine["amount"].to_numpy()

    def total(values: NDArray[np.int64]) -> NDArray[np.int64]:
        inside = axis.sums(passes * values, feature.window_ms)
        return inside if feature.counts_itself else np.asarray(inside - passes * values, np.int64)

    count = total(np.ones_like(amount))
    if feature.aggregation is _A.COUNT:
        return np.asarray(count, np.float64)
    amounts = total(amount)
    if feature.aggregation is _A.SUM:
        return np.asarray(amounts, np.float64)
    squares = np.zeros((3, len(mine)), np.int64)
    if feature.aggregation in (_A.STD, _A.Z_SCORE):
        for k in range(3):
            squares[k] = total(mine[f"square_{k}"].to_numpy())
    return finish(feature.aggregation, amount=amount, count=count, total=amounts, squares=squares)


def _of_value(feature: WindowFeature, mine: pl.DataFrame, axis: Axis) -> NDArray[np.float64]:
    column = mine[f"value_{feature.of:d}"]
    missing = column.is_null().to_numpy()
    values = column.rank("dense").fill_null(0).cast(pl.Int64).to_numpy()
    since = axis.seconds_since(axis.last_other_of(values, missing), feature.window_ms)
    if feature.aggregation is _A.TIME_SINCE_SAME:
        return since
    alone = np.isnan(since) & ~missing
    if feature.aggregation is _A.IS_NEW:
        return np.where(missing, np.nan, alone.astype(np.float64))
    distinct = axis.distinct(values, missing, feature.window_ms).astype(np.float64)
    return distinct if feature.counts_itself else distinct - alone


def _of_extreme(feature: WindowFeature, mine: pl.DataFrame, axis: Axis, *, sign: int) -> NDArray[np.float64]:
    amount = mine["amount"].to_numpy()
    extreme = axis.largest(sign * amount, feature.window_ms, itself=feature.counts_itself)
    known = np.where(extreme == Axis.NOTHING, np.nan, (sign * extreme).astype(np.float64))
    is_ratio = feature.aggregation in (_A.RATIO_TO_MAX, _A.RATIO_TO_MIN)
    return amount.astype(np.float64) / known if is_ratio else known
