"""How well a model ranked decisions whose labels are known, with intervals, and whether it ranks worse than it did.

Average precision, the area under the ROC curve, and the share of frauds among the few decisions with the highest scores.
Intervals are percentile bootstraps over decisions, frauds and others drawn apart (Efron and Tibshirani 1993, ch. 13). What the
measures need of the others is how many lie between one fraud and the next, and a draw of decisions with replacement draws those
numbers from a multinomial: a round costs what there are frauds, not what there are decisions.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ROUNDS = 200
# A smaller loss of average precision is not worth a look, however certain it is.
MATTERS_LOSS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A figure, and its 95% interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """How a model ranked so many decisions. `recall` is of the frauds, where it may flag a fixed share of all decisions."""

    decisions: int
    frauds: int
    average_precision: Measure
    auc: Measure
    recall: Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """By how much the average precision is lower than before; negative where it is higher."""

    loss: Measure

    @property
    def worse(self) -> bool:
        """Whether it is, beyond chance and by more than is worth a look."""
        return self.loss.low > 0.0 and self.loss.value > MATTERS_LOSS


@dataclass(frozen=True, slots=True)
class _Values:
    """Each float64[rounds]."""

    average_precision: NDArray[np.float64]
    auc: NDArray[np.float64]
    recall: NDArray[np.float64]


class Ranked:
    """Decisions in the order of their scores, as far as the measures need it.

    `frauds` int64[L] counts frauds by their different scores, from the highest down; `others` int64[2L + 1] the rest: above
    each of these scores (and below the one before), level with it, and below all.
    """

    def __init__(self, fraud: NDArray[np.bool_], scores: NDArray[np.float64]) -> None:
        """Raises ValueError without a fraud or without anything else."""
        if not fraud.any() or fraud.all():
            raise ValueError("a ranking is judged by known frauds and others")
        levels, frauds = np.unique(-scores[fraud], return_counts=True)
        rest = np.sort(-scores[~fraud])
        above, through = np.searchsorted(rest, levels, side="left"), np.searchsorted(rest, levels, side="right")
        self.frauds = frauds.astype(np.int64)
        self.others = np.empty(2 * len(levels) + 1, np.int64)
        self.others[0:-1:2] = above - np.append(0, through[:-1])
        self.others[1::2] = through - above
        self.others[-1] = len(rest) - through[-1]
        self.decisions = len(fraud)

    def performance(self, *, alert_share: float, seed: int) -> Performance:
        """Return the measures with their intervals; `alert_share` of all decisions may be flagged."""
        drawn = self.draws(alert_share=alert_share, seed=seed)
        found = _values(self.frauds[None, :], self.others[None, :], alert_share)
        return Performance(
            decisions=self.decisions,
            frauds=int(self.frauds.sum()),
            average_precision=_measure(found.average_precision, drawn.average_precision),
            auc=_measure(found.auc, drawn.auc),
            recall=_measure(found.recall, drawn.recall),
        )

    def draws(self, *, alert_share: float, seed: int) -> _Values:
        """Return the measures of `ROUNDS` draws."""
        generator = np.random.default_rng(seed)
        frauds, others = (
            generator.multinomial(counts.sum(), counts / counts.sum(), size=ROUNDS) for counts in (self.frauds, self.others)
        )
        return _values(frauds, others, alert_share)


def loss(before: Ranked, after: Ranked, *, alert_share: float, seed: int) -> Loss:
    """Return how much lower the average precision is after than before; both are drawn independently."""
    was, now = (
        ranked.draws(alert_share=alert_share, seed=seed + place).average_precision
        for place, ranked in enumerate((before, after))
    )
    values = [
        _values(ranked.frauds[None, :], ranked.others[None, :], alert_share).average_precision for ranked in (before, after)
    ]
    return Loss(loss=_measure(values[0] - values[1], was - now))


def _values(frauds: NDArray[np.int64], others: NDArray[np.int64], alert_share: float) -> _Values:
    """The measures of each row of `frauds` [rounds, L] and `others` [rounds, 2L + 1]."""
    above, level = others[:, 0:-1:2], others[:, 1::2]
    caught, false = np.cumsum(frauds, axis=1), np.cumsum(above + level, axis=1)
    all_frauds, all_others = frauds.sum(axis=1), others.sum(axis=1)
    precision = caught / np.maximum(caught + false, 1)
    ahead = false - level / 2  # of the others, those that lie above a fraud; a tie counts half
    # Decisions that score the same are flagged in no particular order: of each, as large a part as there is room left.
    height = frauds + level
    room = (all_frauds + all_others)[:, None] * alert_share - (caught + false - height)
    flagged = np.clip(room, 0, height) / np.maximum(height, 1)
    return _Values(
        average_precision=(frauds * precision).sum(axis=1) / all_frauds,
        auc=1.0 - (frauds * ahead).sum(axis=1) / all_frauds / np.maximum(all_others, 1),
        recall=(frauds * flagged).sum(axis=1) / all_frauds,
    )


def _measure(value: NDArray[np.float64], drawn: NDArray[np.float64]) -> Measure:
    low, high = np.percentile(drawn, [2.5, 97.5]).tolist()
    return Measure(value=float(value[0]), low=low, high=high)
