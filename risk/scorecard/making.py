"""From values and what became of them to a card: bins, weights, calibration, points.

The weights are found on the weight of evidence (Siddiqi 2006, ch. 6), none of them against it. Bins and weights were chosen
to tell apart the very loans at hand, which makes them too sure: how much too sure is measured on loans left out, and slope
and constant are set by that (Platt 1999, by cross-validation as he advises).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.scorecard.binning import Bins, Trend, optimal_bins
from risk.scorecard.card import Attribute, Scaling, Scorecard
from risk.scorecard.logistic import fit, fit_rising

# Of 1, 3 and 10 on the Berka loans (docs/credit-score.md), within chance of each other; the most held back is taken.
RIDGE = 10.0
# Barely any: it only keeps a slope finite where the goods and the bads are far apart.
CALIBRATION_RIDGE = 1e-3
CALIBRATION_FOLDS = 5
LEAST_OF_EACH = 20
# "Less than 0.02: generally unpredictive" (Siddiqi 2006, ch. 6); in a small book chance asks for more.
LEAST_INFORMATION = 0.02


class TooFewLoans(ValueError):
    """Too few loans went well or badly for a card to be made."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An attribute that may be used: how risk may move with it, and what an applicant is told when it costs points."""

    name: str
    sentence: str
    trend: Trend = Trend.EITHER


@dataclass(frozen=True, slots=True)
class _Weights:
    """ln(odds of good) = constant + sum of coefficient * weight of evidence, over the columns in `used`."""

    used: list[int]
    bins: list[Bins]
    constant: float
    coefficients: NDArray[np.float64]

    def log_odds(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.constant + _evidence(rows, self.used, self.bins) @ self.coefficients


def make_card(
    candidates: Sequence[Candidate],
    rows: NDArray[np.float64],
    bad: NDArray[np.bool_],
    *,
    seed: int,
    scaling: Scaling | None = None,
) -> Scorecard:
    """Return the card of loans: values float64[n, C] in the order of `candidates`, NaN for unknown, and who went badly.

    Attributes that tell hardly more than chance are left out. Raises TooFewLoans, or ArithmeticError where none can be weighed.
    """
    if min(bad.sum(), (~bad).sum()) < LEAST_OF_EACH:
        raise TooFewLoans(f"{bad.sum()} bad of {len(bad)} loans; at least {LEAST_OF_EACH} of each are needed")
    weights = _weigh(candidates, rows, bad)
    if not weights.used:
        raise TooFewLoans("no attribute tells good loans from bad ones better than chance")
    slope, shift = _calibration(candidates, rows, bad, seed=seed)
    scaling = scaling or Scaling()
    share = scaling.points(slope * weights.constant + shift) / len(weights.used)
    attributes = []
    for column, bins, coefficient in zip(weights.used, weights.bins, weights.coefficients, strict=True):
        worth = scaling.factor * slope * coefficient
        points, unknown = np.rint(share + worth * bins.woe).astype(int), round(share)
        place = np.searchsorted(bins.cuts, rows[:, column], side="right").clip(max=len(bins) - 1)
        usual = np.where(np.isnan(rows[:, column]), unknown, points[place]).mean()
        attributes.append(
            Attribute(
                name=candidates[column].name, sentence=candidates[column].sentence, cuts=tuple(bins.cuts.tolist()),
                points=tuple(points.tolist()), unknown_points=unknown, usual_points=round(float(usual), 2),
                woe=tuple(bins.woe.round(4).tolist()), goods=tuple(bins.goods.astype(int).tolist()),
                bads=tuple(bins.bads.astype(int).tolist()), coefficient=round(float(slope * coefficient), 4),
                information_value=round(bins.information_value, 4),
            )
        )  # fmt: skip
    return Scorecard(scaling=scaling, attributes=tuple(attributes), training={"loans": len(bad), "bad": int(bad.sum())})


def stratified_folds(bad: NDArray[np.bool_], *, folds: int, generator: np.random.Generator) -> Iterator[NDArray[np.bool_]]:
    """Yield the test rows of each fold, bool[n]: each row once, bads and goods dealt out evenly."""
    fold = np.empty(len(bad), np.int64)
    for side in (True, False):
        rows = generator.permutation(np.flatnonzero(bad == side))
        fold[rows] = np.arange(len(rows)) % folds
    for number in range(folds):
        yield fold == number


def _weigh(candidates: Sequence[Candidate], rows: NDArray[np.float64], bad: NDArray[np.bool_]) -> _Weights:
    used, cut = [], []
    for column, candidate in enumerate(candidates):
        known = ~np.isnan(rows[:, column])
        if not bad[known].any() or bad[known].all():
            continue
        bins = optimal_bins(rows[:, column], bad, trend=candidate.trend)
        if len(bins) > 1 and bins.information_value >= LEAST_INFORMATION:
            used.append(column)
            cut.append(bins)
    constant, coefficients = fit_rising(_evidence(rows, used, cut), ~bad, ridge=RIDGE)
    kept = np.flatnonzero(coefficients > 0).tolist()
    return _Weights([used[k] for k in kept], [cut[k] for k in kept], constant, coefficients[kept])


def _evidence(rows: NDArray[np.float64], used: Sequence[int], bins: Sequence[Bins]) -> NDArray[np.float64]:
    if not used:
        return np.zeros((len(rows), 0))
    return np.column_stack([cut.evidence(rows[:, column]) for column, cut in zip(used, bins, strict=True)])


def _calibration(
    candidates: Sequence[Candidate], rows: NDArray[np.float64], bad: NDArray[np.bool_], *, seed: int
) -> tuple[float, float]:
    """Return (slope, shift) of the log odds of good, from loans that had no part in what they are judged by."""
    log_odds = np.empty(len(bad))
    for test in stratified_folds(bad, folds=CALIBRATION_FOLDS, generator=np.random.default_rng(seed)):
        log_odds[test] = _weigh(candidates, rows[~test], bad[~test]).log_odds(rows[test])
    shift, slope = fit(log_odds[:, None], ~bad, ridge=CALIBRATION_RIDGE)
    if slope[0] <= 0:  # on loans left out it tells nothing: everybody has the odds of all
        return 0.0, float(np.log((~bad).sum() / bad.sum()))
    return float(slope[0]), shift
