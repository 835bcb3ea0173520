"""Optimal monotone binning: of all ways to cut an attribute, the one of the highest information value whose risk never turns.

Between cuts at quantiles the optimum is found exactly by dynamic programming over (begin, end) of the last bin: whether the
next bin may follow depends on the last one's rate alone. It is the problem of Navas-Palencia 2020 (arXiv 2001.08025) without
a solver.

Weight of evidence and information value as in Siddiqi, "Credit Risk Scorecards", 2006, ch. 6: WoE = ln(share of the goods /
share of the bads), IV = sum (share of the goods - share of the bads) * WoE, where the share of a bin is (its count + 1/2) /
all, so that a bin without a bad is finite (Gart and Zweifel 1967).
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

SMOOTHING = 0.5
QUANTILES = 16
MAX_BINS = 5
MIN_SHARE = 0.05
# Where an attribute says nothing, IV / (1/goods + 1/bads) is chi-square distributed with bins - 1 degrees of freedom (Yurdakul
# and Naranjo 2020, of the same divergence): a bin more has to earn the 95th percentile of one degree.
CHANCE = 3.841


class Trend(IntEnum):
    """How risk may move as the attribute grows."""

    FALLING = -1
    EITHER = 0
    RISING = 1


@dataclass(frozen=True, slots=True)
class Bins:
    """Cuts float64[k-1], ascending: bin i holds `cuts[i-1] <= value < cuts[i]`. `goods`, `bads` and `woe` are float64[k].

    `information_value` is of the known values alone; a value that is unknown (NaN) is in no bin.
    """

    cuts: NDArray[np.float64]
    goods: NDArray[np.float64]
    bads: NDArray[np.float64]
    woe: NDArray[np.float64]
    information_value: float

    def __len__(self) -> int:
        return len(self.woe)

    def evidence(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the weight of evidence of each value, float64[n]; 0 where it is unknown: neither for nor against."""
        return np.where(
            np.isnan(values), 0.0, self.woe[np.searchsorted(self.cuts, values, side="right").clip(max=len(self) - 1)]
        )


def weight_of_evidence(goods: NDArray[np.float64], bads: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ln(share of goods / share of bads) of each bin, float64[k], from counts float64[k]."""
    good, bad = _shares(goods), _shares(bads)
    return np.asarray(np.log(good / bad))


def information_value(goods: NDArray[np.float64], bads: NDArray[np.float64]) -> float:
    """Return how much the bins tell goods from bads; 0 for nothing."""
    return float(np.sum((_shares(goods) - _shares(bads)) * weight_of_evidence(goods, bads)))


def optimal_bins(
    values: NDArray[np.float64], bad: NDArray[np.bool_], *, trend: Trend = Trend.EITHER, max_bins: int = MAX_BINS
) -> Bins:
    """Cut `values` float64[n] (NaN for unknown). One bin alone means that no cut tells more than chance would.

    Raises ValueError without a known value, or where the known ones lack goods or bads.
    """
    known = ~np.isnan(values)
    if not bad[known].any() or bad[known].all():
        raise ValueError("an attribute can only be cut where goods and bads are known")
    edges = _edges(values[known])
    place = np.searchsorted(edges, values[known], side="right")
    goods, bads = (np.bincount(place[bad[known] == side], minlength=len(edges) + 1).astype(float) for side in (False, True))
    trends = [Trend.FALLING, Trend.RISING] if trend is Trend.EITHER else [trend]
    chosen = max((_best(goods, bads, one, max_bins) for one in trends), key=lambda found: found[0])[1]
    starts = np.array([0, *chosen])
    goods, bads = np.add.reduceat(goods, starts), np.add.reduceat(bads, starts)
    cuts = edges[np.array(chosen, np.int64) - 1]
    return Bins(cuts, goods, bads, weight_of_evidence(goods, bads), information_value(goods, bads))


def _shares(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray((counts + SMOOTHING) / counts.sum())


def _edges(known: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where cuts may lie: quantiles, or every value where there are few."""
    edges = np.unique(known)
    if len(edges) > QUANTILES:
        edges = np.unique(np.quantile(known, np.arange(1, QUANTILES) / QUANTILES, method="inverted_cdf"))
    return np.asarray(edges[edges > known.min()])


def _best(goods: NDArray[np.float64], bads: NDArray[np.float64], trend: Trend, max_bins: int) -> tuple[float, tuple[int, ...]]:
    """Return (information value less what chance gives, where each bin but the first begins) of the best way to join pieces."""
    pieces = len(goods)
    good, bad = (np.concatenate(([0.0], np.cumsum(counts))) for counts in (goods, bads))
    total_good, total_bad = good[-1], bad[-1]
    price = CHANCE * (1 / total_good + 1 / total_bad)
    begin, end = np.triu_indices(pieces + 1, k=1)
    in_good, in_bad = good[end] - good[begin], bad[end] - bad[begin]
    rate = (in_bad + SMOOTHING) / (in_good + in_bad + 2 * SMOOTHING)
    wide = in_good + in_bad >= MIN_SHARE * (total_good + total_bad)
    share_good, share_bad = (in_good + SMOOTHING) / total_good, (in_bad + SMOOTHING) / total_bad
    worth = np.where(wide, (share_good - share_bad) * np.log(share_good / share_bad), -np.inf)
    reached = np.where(begin == 0, worth, -np.inf)
    whole = end == pieces
    may_follow = (begin == end[:, None]) & ((rate - rate[:, None]) * trend > 0)  # [last, next]
    best, chosen = 0.0, tuple[int, ...]()
    before: list[NDArray[np.int64]] = []
    for bins in range(2, max_bins + 1):
        so_far = np.where(may_follow, reached[:, None], -np.inf)
        before.append(so_far.argmax(axis=0))
        reached = so_far.max(axis=0) + worth
        top = int(np.argmax(np.where(whole, reached, -np.inf)))
        if whole[top] and reached[top] - price * (bins - 1) > best:
            best, chosen = float(reached[top] - price * (bins - 1)), _walked(begin, before, top)
    return best, chosen


def _walked(begin: NDArray[np.int64], before: list[NDArray[np.int64]], last: int) -> tuple[int, ...]:
    starts = []
    for came_from in reversed(before):
        starts.append(int(begin[last]))
        last = int(came_from[last])
    return tuple(reversed(starts))
