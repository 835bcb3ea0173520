"""Features from settled windows: the moments that Flink wrote, through the arithmetic that every engine shares."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from contracts.settled_features import LATE_GROUP, SettledWindow
from feature_store.batch.moments import HALF_BITS, finish
from feature_store.flink.groups import GROUPS, Group
from feature_store.flink.marked import MARKED
from feature_store.flink.moments import Measure, moments_of
from feature_store.vocabulary import Aggregation, WindowFeature

_A = Aggregation
_GROUPS = {group.name: group for group in GROUPS}
Numbers = NDArray[np.int64]
TransactionKey = tuple[str, str]


class RepeatedWindow(ValueError):
    """A transaction has a group's window twice."""


class UnknownWindow(ValueError):
    """A window of a transaction that was not asked for, or of a group that no marked feature is of."""


def feature_values(windows: Iterable[SettledWindow], transactions: Sequence[TransactionKey]) -> pl.DataFrame:
    """Return one float32 column a marked feature, a row for each of `transactions` (tenant_id, transaction_id), in their order.

    NaN where a transaction has no window of that group: its key is missing, or it came late. Raises RepeatedWindow and
    UnknownWindow.
    """
    place = {key: row for row, key in enumerate(transactions)}
    rows: dict[str, dict[int, SettledWindow]] = defaultdict(dict)
    for window in windows:
        row = place.get((window.tenant_id, window.transaction_id))
        if row is None or (window.group not in _GROUPS and window.group != LATE_GROUP):
            raise UnknownWindow(f"{window.group} of {window.tenant_id} {window.transaction_id}")
        if row in rows[window.group]:
            raise RepeatedWindow(f"{window.group} of {window.tenant_id} {window.transaction_id}")
        rows[window.group][row] = window
    columns = {feature.name: np.full(len(place), np.nan, np.float32) for feature in MARKED}
    for name, group in _GROUPS.items():
        if rows[name]:
            _fill(columns, group, rows[name])
    return pl.DataFrame(columns)


def _fill(columns: Mapping[str, NDArray[np.float32]], group: Group, rows: Mapping[int, SettledWindow]) -> None:
    places = np.fromiter(rows, np.int64, len(rows))
    windows = list(rows.values())
    amount = np.array([window.amount_minor for window in windows], np.int64)
    for feature in group.features:
        digits = {m.measure: [window.moments[m.name] for window in windows] for m in moments_of(feature)}
        columns[feature.name][places] = _value(feature, amount, digits).astype(np.float32)


def _value(feature: WindowFeature, amount: Numbers, digits: Mapping[Measure, Sequence[str | None]]) -> NDArray[np.float64]:
    match feature.aggregation:
        case _A.MAX | _A.RATIO_TO_MAX:
            largest = np.array([np.nan if text is None else float(int(text)) for text in digits[Measure.MAX]])
            return largest if feature.aggregation is _A.MAX else amount.astype(np.float64) / largest
        case _A.COUNT | _A.SUM | _A.DISTINCT:
            (only,) = digits.values()
            return _whole(only).astype(np.float64)
    squares = digits.get(Measure.SQUARES, ["0"] * len(amount))
    return finish(
        feature.aggregation,
        amount=amount,
        count=_whole(digits[Measure.COUNT]),
        total=_whole(digits[Measure.SUM]),
        squares=_halves(squares),
    )


def _whole(texts: Sequence[str | None]) -> Numbers:
    """Raise ValueError where there is nothing: only the largest of no amounts is null."""
    if None in texts:
        raise ValueError("a count or a sum is null")
    return np.array([int(text) for text in texts if text is not None], np.int64)


def _halves(texts: Sequence[str | None]) -> Numbers:
    """Cut sums of squares as `finish` takes them: three words whose weighted sum they are."""
    cut = np.zeros((3, len(texts)), np.int64)
    for row, text in enumerate(texts):
        whole = int(text or 0)
        cut[0, row] = whole >> 2 * HALF_BITS
        cut[1, row] = whole % 2 ** (2 * HALF_BITS) >> HALF_BITS + 1
        cut[2, row] = whole % 2 ** (HALF_BITS + 1)
    return cut
