"""Why a decision is not `allow`: the features that lie furthest outside what is usual, as codes and as sentences."""

from collections.abc import Container, Sequence

import numpy as np
from numpy.typing import NDArray

from contracts.decisions import MAX_REASONS, StandOut
from feature_store.definitions import CATALOGUE
from feature_store.vocabulary import Aggregation, EventFeature, EventValue, Feature, QuotientFeature, WindowFeature

MODEL_REASON = "model_score"
# Beyond the percentiles by this many usual spreads counts as much as can be.
_FURTHEST = 1e6
# A yes that is not rare enough to lie outside the percentiles still says more than nothing.
_WEAK = 1e-3
_LOW_STANDS_OUT = (Aggregation.MIN, Aggregation.TIME_SINCE_LAST, Aggregation.TIME_SINCE_FIRST, Aggregation.TIME_SINCE_FRAUD)
_NEVER_STANDS_OUT = (
    EventValue.LOCAL_HOUR, EventValue.WEEKDAY, EventValue.IS_PIX, EventValue.IS_CARD, EventValue.IS_BOLETO, EventValue.IS_TED,
    EventValue.IS_CASH, EventValue.IS_DEBIT, EventValue.IS_INTERNAL, EventValue.AMOUNT_CENTS, EventValue.DAY_OF_MONTH,
    EventValue.IS_BUSINESS_DAY, EventValue.BUSINESS_DAY_OF_MONTH, EventValue.IS_BUSINESS_HOUR, EventValue.PLACE_IS_KNOWN,
    EventValue.DEVICE_IS_KNOWN, EventValue.IS_CONTACTLESS, EventValue.BALANCE_LOG,
)  # fmt: skip
_YES_OR_NO = (
    EventValue.IS_NIGHT, EventValue.MCC_IS_RISKY, EventValue.IS_ABROAD, EventValue.IS_NOT_PRESENT,
    EventValue.AMOUNT_IS_JUST_UNDER_LIMIT, EventValue.DRAINS_BALANCE,
)  # fmt: skip


def _direction(feature: Feature) -> int:
    """1 when a high value stands out, -1 when a low one does, 0 when none says anything by itself."""
    if isinstance(feature, EventFeature):
        return 0 if feature.value in _NEVER_STANDS_OUT else 1
    if isinstance(feature, QuotientFeature):
        return 1
    return -1 if feature.aggregation in _LOW_STANDS_OUT else 1


def _is_yes_or_no(feature: Feature) -> bool:
    if isinstance(feature, EventFeature):
        return feature.value in _YES_OR_NO
    return isinstance(feature, WindowFeature) and feature.aggregation is Aggregation.IS_NEW


class Explainer:
    """Compares features with a model's reference quantiles; without them nothing is usual and nothing stands out.

    `quantiles` float32[F, 3] are the 1st, 50th and 99th percentiles of the training population, in catalogue order. `columns`
    are those that the model looks at: what had no part in its score is no reason. None stands for all.
    """

    def __init__(
        self,
        quantiles: NDArray[np.float32] | None = None,
        *,
        catalogue: Sequence[Feature] = CATALOGUE,
        columns: Container[int] | None = None,
    ) -> None:
        self._catalogue = tuple(catalogue)
        speaks = [columns is None or column in columns for column in range(len(self._catalogue))]
        self._direction = np.where(speaks, [_direction(feature) for feature in catalogue], 0).astype(np.float64)
        self._weak = np.where(speaks, [_WEAK if _is_yes_or_no(feature) else 0.0 for feature in catalogue], 0.0)
        self._quantiles = None if quantiles is None else quantiles.astype(np.float64)
        if self._quantiles is not None:
            low, usual, high = self._quantiles.T
            self._edge = np.where(self._direction > 0, high, low)
            self._spread = np.maximum(high - low, np.maximum(np.abs(usual), 1.0) * 1e-3)

    def furthest(self, x: NDArray[np.float32]) -> list[list[int]]:
        """Return each row's features outside what is usual, furthest first, at most `MAX_REASONS`, one a reason code."""
        if self._quantiles is None or not len(x):
            return [[] for _ in range(len(x))]
        values = x.astype(np.float64)
        beyond = np.minimum((values - self._edge) * self._direction / self._spread, _FURTHEST)
        beyond = np.where(values == 1.0, np.maximum(beyond, self._weak), beyond)
        return [self._pick(row) for row in beyond]

    def _pick(self, beyond: NDArray[np.float64]) -> list[int]:
        outside = np.flatnonzero(beyond > 0.0)  # an unknown value is not
        picked: dict[str, int] = {}
        for column in outside[np.argsort(-beyond[outside], kind="stable")][: 4 * MAX_REASONS].tolist():
            if len(picked) == MAX_REASONS:
                break
            picked.setdefault(self._catalogue[column].reason, column)
        return list(picked.values())

    def reasons(self, columns: Sequence[int], *, rules: Sequence[str]) -> list[str]:
        """Return at most `MAX_REASONS` codes and at least one: rules first, then features, else the model's score itself."""
        return [*rules, *(self._catalogue[column].reason for column in columns)][:MAX_REASONS] or [MODEL_REASON]

    def stand_outs(self, row: NDArray[np.float32], columns: Sequence[int]) -> list[StandOut]:
        """Return the named features of one row with their value, what is usual, and a sentence."""
        return [self._stand_out(column, float(row[column])) for column in columns]

    def _stand_out(self, column: int, value: float) -> StandOut:
        feature = self._catalogue[column]
        usual = None
        if self._quantiles is not None and not np.isnan(self._quantiles[column, 1]):
            usual = float(self._quantiles[column, 1])
        return StandOut(feature=feature.name, value=value, usual=usual, sentence=feature.sentence)
