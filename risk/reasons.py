"""Why a decision is not `allow`: the features that raised the model's odds most, as codes and as sentences.

A sentence says that a value is high, low, or so at all: it is said only where that is true of the row, however much the feature
moved the model. Features of one reason code speak together.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contracts.decisions import MAX_REASONS, StandOut
from feature_store.definitions import CATALOGUE
from feature_store.vocabulary import (
    GRAPH_SCORE,
    Aggregation,
    EventFeature,
    EventValue,
    ExternalFeature,
    Feature,
    QuotientFeature,
    WindowFeature,
)
from risk.contributions import Contributions

MODEL_REASON = "model_score"
# What moves the log odds by less (a twentieth of the odds) is no reason that anybody wants to hear.
WORTH_SAYING = 0.05
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
    if isinstance(feature, ExternalFeature):
        return 1 if feature.value == GRAPH_SCORE else 0
    if isinstance(feature, QuotientFeature):
        return 1
    return -1 if feature.aggregation in _LOW_STANDS_OUT else 1


def _is_yes_or_no(feature: Feature) -> bool:
    if isinstance(feature, EventFeature):
        return feature.value in _YES_OR_NO
    return isinstance(feature, WindowFeature) and feature.aggregation is Aggregation.IS_NEW


@dataclass(frozen=True, slots=True)
class Lead:
    """A feature that leads to a decision; `contribution` is what its reason added to the log odds, None where nobody asked."""

    column: int
    contribution: float | None = None


class Explainer:
    """Says what raised a model's score; without a model nothing did.

    `quantiles` float32[F, 3] are the 1st, 50th and 99th percentiles of the training population, in catalogue order.
    """

    def __init__(
        self,
        quantiles: NDArray[np.float32] | None = None,
        contributions: Contributions | None = None,
        *,
        catalogue: Sequence[Feature] = CATALOGUE,
    ) -> None:
        self._catalogue = tuple(catalogue)
        self._contributions = contributions
        self._direction = np.array([_direction(feature) for feature in catalogue], np.float64)
        self._yes_or_no = np.array([_is_yes_or_no(feature) for feature in catalogue], np.bool_)
        self._codes = sorted({feature.reason for feature in catalogue})
        self._code_of = np.searchsorted(self._codes, [feature.reason for feature in catalogue])
        self._quantiles = None if quantiles is None else quantiles.astype(np.float64)
        if self._quantiles is not None:
            low, usual, high = self._quantiles.T
            self._usual, self._edge = usual, np.where(self._direction > 0, high, low)
            self._spread = np.maximum(high - low, np.maximum(np.abs(usual), 1.0) * 1e-3)

    def leading(self, x: NDArray[np.float32]) -> list[list[Lead]]:
        """Return what raised each row's score, most first, at most `MAX_REASONS`, one feature a reason code."""
        if self._contributions is None or self._quantiles is None or not len(x):
            return [[] for _ in range(len(x))]
        moved = self._contributions(x)
        true = np.where(self._yes_or_no, x == 1.0, (x - self._usual) * self._direction > 0.0)
        return [self._lead(row, is_true) for row, is_true in zip(moved, true, strict=True)]

    def _lead(self, moved: NDArray[np.float64], is_true: NDArray[np.bool_]) -> list[Lead]:
        together = np.bincount(self._code_of, weights=moved, minlength=len(self._codes))
        speaks = np.flatnonzero(is_true & (moved > 0.0) & (together[self._code_of] >= WORTH_SAYING))
        found: dict[int, Lead] = {}
        for column in speaks[np.lexsort((-moved[speaks], -together[self._code_of[speaks]]))].tolist():
            code = int(self._code_of[column])
            if len(found) == MAX_REASONS and code not in found:
                break
            found.setdefault(code, Lead(column, float(together[code])))
        return list(found.values())

    def outside(self, x: NDArray[np.float32]) -> list[Lead]:
        """Return what lies furthest outside what is usual in one row `x` (F,), for whoever looks at it all the same."""
        if self._quantiles is None:
            return []
        values = x.astype(np.float64)
        beyond = np.minimum((values - self._edge) * self._direction / self._spread, _FURTHEST)
        beyond = np.where(self._yes_or_no & (values == 1.0), np.maximum(beyond, _WEAK), beyond)
        outside = np.flatnonzero(beyond > 0.0)  # an unknown value is not
        picked: dict[str, Lead] = {}
        for column in outside[np.argsort(-beyond[outside], kind="stable")][: 4 * MAX_REASONS].tolist():
            if len(picked) == MAX_REASONS:
                break
            picked.setdefault(self._catalogue[column].reason, Lead(column))
        return list(picked.values())

    def reasons(self, leads: Sequence[Lead], *, rules: Sequence[str]) -> list[str]:
        """Return at most `MAX_REASONS` codes and at least one: rules first, then features, else the model's score itself."""
        return [*rules, *(self._catalogue[lead.column].reason for lead in leads)][:MAX_REASONS] or [MODEL_REASON]

    def stand_outs(self, row: NDArray[np.float32], leads: Sequence[Lead]) -> list[StandOut]:
        """Return the named features of one row with their value, what is usual, and a sentence; else what is outside."""
        return [self._stand_out(lead, float(row[lead.column])) for lead in leads or self.outside(row)]

    def _stand_out(self, lead: Lead, value: float) -> StandOut:
        feature = self._catalogue[lead.column]
        usual = None
        if self._quantiles is not None and not np.isnan(self._quantiles[lead.column, 1]):
            usual = float(self._quantiles[lead.column, 1])
        return StandOut(
            feature=feature.name, value=value, usual=usual, sentence=feature.sentence, contribution=lead.contribution
        )
