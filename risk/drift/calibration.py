"""Whether probabilities still mean what they say: frauds observed beside frauds expected, over all decisions and by height.

Frauds come in bursts, so that their number varies more than independent ones would. How much more is measured between days, as
in quasi-likelihood (McCullagh and Nelder 1989, ch. 9), and widens the intervals, which are exact for a Poisson count (Garwood
1936) of as many independent frauds.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

# A ratio within this factor of one is not worth a look, however certain it is.
MATTERS_FACTOR = 1.5
FALSE_ALARM = 0.05
PARTS = 5
ERROR_BINS = 10
ERROR_ROUNDS = 400
FEWEST_DAYS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """Frauds observed over frauds expected, of so many decisions, with the interval that chance leaves open."""

    decisions: int
    observed: int
    expected: float
    ratio: float
    low: float
    high: float

    @property
    def off(self) -> bool:
        """Whether it is another ratio than one, beyond chance and by more than is worth a look."""
        certain = self.low > 1.0 or self.high < 1.0
        return certain and not 1 / MATTERS_FACTOR <= self.ratio <= MATTERS_FACTOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """`parts` hold about equal numbers of expected frauds, from the lowest probabilities up: where a fault lies.

    `error` is the expected calibration error over bins of equal count (Naeini et al. 2015); above `error_limit` it is neither
    what probabilities that are right would show by chance nor less than a factor of 1.5 everywhere would make.
    `dispersion` is how much more the frauds of a day vary than independent ones: 1 where they do not.
    """

    whole: Ratio
    parts: tuple[Ratio, ...]
    error: float
    error_limit: float
    dispersion: float

    @property
    def off(self) -> bool:
        """Whether probabilities mean something else than they say."""
        return self.whole.off or self.error > self.error_limit


def calibration(
    fraud: NDArray[np.bool_], probability: NDArray[np.float64], day: NDArray[np.int64], *, seed: int
) -> Calibration:
    """Judge probabilities (n,) by what turned out, `fraud` (n,); `day` (n,) numbers the days.

    Raises ValueError where no fraud is expected at all.
    """
    if not probability.sum() > 0.0:
        raise ValueError("no fraud is expected")
    order = np.argsort(probability, kind="stable")
    expected = np.cumsum(probability[order])
    part = np.minimum((expected - probability[order] / 2) * PARTS / expected[-1], PARTS - 1).astype(np.int64)
    spread = dispersion(fraud, probability, day)
    rows = [order[part == number] for number in range(PARTS)]
    error, by_chance = _error(fraud[order], probability[order], spread, np.random.default_rng(seed))
    return Calibration(
        whole=_ratio(fraud, probability, spread, tests=1),
        parts=tuple(_ratio(fraud[found], probability[found], spread, tests=PARTS) for found in rows if len(found)),
        error=error,
        error_limit=max(by_chance, float(probability.mean()) * (MATTERS_FACTOR - 1)),
        dispersion=spread,
    )


def dispersion(fraud: NDArray[np.bool_], probability: NDArray[np.float64], day: NDArray[np.int64]) -> float:
    """Return Pearson's statistic of the days' frauds over its degrees of freedom, at least one."""
    _, place = np.unique(day, return_inverse=True)
    observed = np.bincount(place, weights=fraud)
    expected = np.bincount(place, weights=probability) * fraud.sum() / probability.sum()
    if len(observed) < FEWEST_DAYS or not (expected > 0).all():
        return 1.0
    return max(1.0, float(((observed - expected) ** 2 / expected).sum() / (len(observed) - 1)))


def _ratio(fraud: NDArray[np.bool_], probability: NDArray[np.float64], spread: float, *, tests: int) -> Ratio:
    observed, expected = int(fraud.sum()), float(probability.sum())
    independent, tail = observed / spread, FALSE_ALARM / (2 * tests)
    low = float(gammaincinv(independent, tail)) if observed else 0.0
    high = float(gammaincinv(independent + 1, 1 - tail))
    return Ratio(
        decisions=len(fraud),
        observed=observed,
        expected=expected,
        ratio=observed / expected,
        low=low * spread / expected,
        high=high * spread / expected,
    )


def _error(
    fraud: NDArray[np.bool_], probability: NDArray[np.float64], spread: float, generator: np.random.Generator
) -> tuple[float, float]:
    """The error of rows in order of probability, and the 99th percentile of that of right probabilities.

    A bin's frauds are drawn as if all its decisions had its mean probability, which varies a little more than they would, and
    as much further from it as frauds in bursts would lie.
    """
    bins = [part for part in np.array_split(np.arange(len(fraud)), ERROR_BINS) if len(part)]
    sizes = np.array([len(part) for part in bins])
    said = np.array([probability[part].mean() for part in bins])
    turned_out = np.array([fraud[part].mean() for part in bins])
    drawn = generator.binomial(sizes, np.minimum(said, 1.0), size=(ERROR_ROUNDS, len(bins))) / sizes
    errors = np.sqrt(spread) * (np.abs(drawn - said) * sizes).sum(axis=1) / len(fraud)
    return float((np.abs(turned_out - said) * sizes).sum() / len(fraud)), float(np.percentile(errors, 99))
