"""Whether a value is still distributed as it was, beyond chance and beyond what is usual for it.

The population stability index of shares p (reference) and q (current) over bins is sum((q - p) * ln(q / p)), the symmetric
Kullback-Leibler divergence (Jeffreys 1946): 0.1 is a shift worth a look and 0.25 a large one (Siddiqi 2006, ch. 9).
Where nothing changed, n and m values in B bins give an index that is distributed as (1/n + 1/m) times a chi-square of B - 1
degrees of freedom (Yurdakul and Naranjo 2020, "Statistical properties of the population stability index"): its mean is
(B - 1) * (1/n + 1/m), not zero, and a small sample must not be taken for a shift.

Shares of unknown values are compared by Cohen's h = 2 * |asin(sqrt(p)) - asin(sqrt(q))|, in which a step from 0% to 1% counts
as much as one from 50% to 60%; its standard deviation is sqrt(1/n + 1/m) whatever the shares, and 0.2 is a small effect (Cohen
1988, "Statistical power analysis for the behavioral sciences", ch. 6).

None of this knows that decisions of one customer are alike, nor that weeks differ. So the reference is a row of weeks, and how
far each of these lies from the others says what is usual.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri, ndtri

LEVELS = tuple(np.arange(1, 10) / 10)
MATTERS = 0.1
MATTERS_UNKNOWN = 0.2
# In how many of a hundred comparisons without a change something is found all the same, over all values compared together.
FALSE_ALARM = 0.01
# Four usual weeks do not hold all that is usual (paydays, holidays): another may lie up to twice as far as their furthest.
USUAL_ROOM = 2.0
# Each bin that either side fills is counted half a value more, so that an empty one has a logarithm.
SMOOTHING = 0.5


@dataclass(frozen=True, slots=True)
class Bins:
    """Bins that hold about equal masses of a reference, and a last one for unknown values (NaN).

    `edges` float32[k], increasing: bin i holds (edges[i-1], edges[i]], the first and the last known one are open. A value that
    makes up more than a bin by itself has its own.
    """

    edges: NDArray[np.float32]

    @classmethod
    def of(cls, reference: NDArray[np.float32], *, levels: Sequence[float] = LEVELS) -> "Bins":
        """Cut at the quantiles `levels` of the known values of `reference` float32[n]."""
        known = reference[~np.isnan(reference)]
        if not len(known):
            return cls(np.zeros(0, np.float32))
        cuts = np.quantile(known, levels, method="inverted_cdf").astype(np.float32)
        repeated = cuts[1:][cuts[1:] == cuts[:-1]]
        return cls(np.unique(np.concatenate([cuts, np.nextafter(repeated, np.float32(-np.inf))])))

    def count(self, values: NDArray[np.float32]) -> NDArray[np.int64]:
        """Return how many values each bin holds, int64[k + 2], the unknown ones last."""
        known = values[~np.isnan(values)]
        counts = np.bincount(np.searchsorted(self.edges, known), minlength=len(self.edges) + 1)
        return np.append(counts, len(values) - len(known))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """How far the current distribution of a value lies from the reference's.

    `usual` is the index of that week of the reference that lies furthest from the others; above `limit` the index is neither
    chance nor usual. `unknown_change` is Cohen's h of the shares of unknown values. Then edges and shares by bin, the unknown
    one last.
    """

    psi: float
    usual: float
    limit: float
    unknown_reference: float
    unknown_current: float
    unknown_change: float
    unknown_limit: float
    edges: tuple[float, ...]
    reference: tuple[float, ...]
    current: tuple[float, ...]

    @property
    def moved(self) -> bool:
        """Whether the distribution is another one."""
        return self.psi > self.limit

    @property
    def unknown_moved(self) -> bool:
        """Whether more, or fewer, values are unknown."""
        return self.unknown_change > self.unknown_limit

    @property
    def weight(self) -> float:
        """How far either has come, as a multiple of its limit: what moved most comes first by this."""
        return max(self.psi / self.limit, self.unknown_change / self.unknown_limit)


def shift(
    weeks: Sequence[NDArray[np.float32]], current: NDArray[np.float32], *, tests: int, levels: Sequence[float] = LEVELS
) -> Shift:
    """Compare `current` float32[m] with a reference of `weeks`, float32[n] each, as one of `tests` comparisons.

    Raises ValueError where either has no value at all.
    """
    whole = np.concatenate(weeks)
    if not len(whole) or not len(current):
        raise ValueError("there is nothing to compare")
    bins = Bins.of(whole, levels=levels)
    by_week, now = np.stack([bins.count(week) for week in weeks]), bins.count(current)
    then = by_week.sum(axis=0)
    found = psi(then, now)
    usual, usual_unknown = _usual(by_week)
    occupied = int(np.count_nonzero(then + now))
    unknown = [float(counts[-1] / counts.sum()) for counts in (then, now)]
    return Shift(
        psi=found,
        usual=usual,
        limit=max(MATTERS, USUAL_ROOM * usual, psi_by_chance(bins=occupied, n=len(whole), m=len(current), tests=tests)),
        unknown_reference=unknown[0],
        unknown_current=unknown[1],
        unknown_change=effect(*unknown),
        unknown_limit=max(
            MATTERS_UNKNOWN, USUAL_ROOM * usual_unknown, effect_by_chance(n=len(whole), m=len(current), tests=tests)
        ),
        edges=tuple(bins.edges.tolist()),
        reference=tuple((then / then.sum()).tolist()),
        current=tuple((now / now.sum()).tolist()),
    )


def psi(reference: NDArray[np.int64], current: NDArray[np.int64]) -> float:
    """Return the population stability index of counts by bin; bins that both leave empty say nothing."""
    filled = (reference + current) > 0
    was, now = reference[filled] + SMOOTHING, current[filled] + SMOOTHING
    p, q = was / was.sum(), now / now.sum()
    return float(((q - p) * np.log(q / p)).sum())


def psi_by_chance(*, bins: int, n: int, m: int, tests: int) -> float:
    """Return what the index of n and m values exceeds in `FALSE_ALARM` of all cases though nothing changed, over `tests`."""
    if bins < 2:
        return 0.0
    return float(chdtri(bins - 1, FALSE_ALARM / tests) * (1 / n + 1 / m))


def effect(was: float, now: float) -> float:
    """Return Cohen's h of two shares."""
    return float(2 * abs(np.arcsin(np.sqrt(was)) - np.arcsin(np.sqrt(now))))


def effect_by_chance(*, n: int, m: int, tests: int) -> float:
    """Return what h exceeds in `FALSE_ALARM` of all cases though nothing changed, over `tests`."""
    return float(ndtri(1 - FALSE_ALARM / (2 * tests)) * np.sqrt(1 / n + 1 / m))


def _usual(by_week: NDArray[np.int64]) -> tuple[float, float]:
    """The largest index, and the largest effect in unknown values, of one week against the others."""
    indices, effects = [0.0], [0.0]
    for week in by_week:
        others = by_week.sum(axis=0) - week
        if week.sum() and others.sum():
            indices.append(psi(others, week))
            effects.append(effect(others[-1] / others.sum(), week[-1] / week.sum()))
    return max(indices), max(effects)
