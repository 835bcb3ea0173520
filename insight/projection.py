"""What money put by may come to, by resampling months of returns: intervals, and how often it is less than was paid in. Pure.

Returns are resampled in blocks of random length (the stationary bootstrap: Politis and Romano, "The Stationary Bootstrap",
Journal of the American Statistical Association 89, 1994), the same months for all products, so that what falls together falls
together here too. It is done twice: each path is drawn from months that were drawn themselves, because the months that there
are tell the mean only roughly, and over years that is most of what is not known. Without it intervals of ten years cover far
less than they say (`baas bench insight`).

The months are not the market's. They are made of assumptions, which are settings: a mean and a volatility a year for each
product. Whoever shows a projection says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from insight.investing import PPM, ProductClass

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MOST_MONTHS = 360
HISTORY_MONTHS = 240
PATHS = 2_000
BLOCK_MONTHS = 4
_SEED = 20_211_103
# How much of each product's swings is the market's, which all share; and how long a month's volatility lasts (a GARCH's
# persistence).
_LOADING = {ProductClass.DAILY: 0.0, ProductClass.INFLATION: 0.5, ProductClass.MULTIMARKET: 0.6, ProductClass.EQUITY: 0.85}
_SHOCK, _PERSISTENCE = 0.15, 0.75


@dataclass(frozen=True, slots=True)
class Assumed:
    """What is assumed of a product: its mean return and its standard deviation, in hundredths a year."""

    yearly_pct: float
    volatility_pct: float


@dataclass(frozen=True, slots=True)
class Projected:
    """What money may come to after some months: the mean, and what holds it in 80 and in 95 of a hundred cases."""

    months: int
    paid_in_minor: int
    expected_minor: int
    low_80_minor: int
    high_80_minor: int
    low_95_minor: int
    high_95_minor: int
    chance_of_loss_pct: float


def drawn_months(assumed: Mapping[ProductClass, Assumed], *, months: int, rng: np.random.Generator) -> Floats:
    """Return simple returns drawn from what is assumed, a row a month and a column a class in the order of `ProductClass`.

    Volatility comes in clusters (a GARCH(1, 1): Bollerslev, 1986) and part of every swing is common to all products.
    """
    warmup = 60
    shocks = rng.standard_normal((months + warmup, len(ProductClass) + 1))
    variance, scale = 1.0, np.empty(months + warmup)
    for month in range(months + warmup):
        scale[month] = np.sqrt(variance)
        variance = 1.0 - _SHOCK - _PERSISTENCE + (_SHOCK * shocks[month, 0] ** 2 + _PERSISTENCE) * variance
    loading = np.array([_LOADING[product] for product in ProductClass])
    swings = scale[:, None] * (loading * shocks[:, :1] + np.sqrt(1.0 - loading**2) * shocks[:, 1:])
    mean, std = _monthly(assumed)
    return np.asarray(np.exp(mean + std * swings[warmup:]) - 1.0)


def assumed_months(assumed: Mapping[ProductClass, Assumed]) -> Floats:
    """Return months whose means and volatilities are exactly those assumed: the same ones each time."""
    drawn = np.log1p(drawn_months(assumed, months=HISTORY_MONTHS, rng=np.random.default_rng(_SEED)))
    mean, std = _monthly(assumed)
    spread = drawn.std(axis=0)
    unit = np.divide(drawn - drawn.mean(axis=0), spread, out=np.zeros_like(drawn), where=spread > 0.0)
    return np.asarray(np.exp(mean + std * unit) - 1.0)


def project(
    months_known: Floats,
    shares_ppm: Mapping[ProductClass, int],
    *,
    start_minor: int,
    monthly_minor: int,
    at_months: Sequence[int],
    paths: int = PATHS,
    seed: int = _SEED,
) -> list[Projected]:
    """Return what `start_minor` now and `monthly_minor` at the beginning of each month come to after each of `at_months`.

    The shares are restored every month. The same question has the same answer.
    """
    rng = np.random.default_rng(seed)
    weights = np.array([shares_ppm.get(product, 0) / PPM for product in ProductClass])
    returns = months_known @ weights
    known, last = len(returns), max(at_months)
    again = _blocks(rng, known=known, rows=paths, length=known)
    path = np.take_along_axis(again, _blocks(rng, known=known, rows=paths, length=last), axis=1)
    growth = 1.0 + returns[path]
    value, found = np.full(paths, float(start_minor)), {}
    for month in range(last):
        value = (value + monthly_minor) * growth[:, month]
        if month + 1 in at_months:
            found[month + 1] = _summed_up(value, month + 1, paid_in_minor=start_minor + monthly_minor * (month + 1))
    return [found[months] for months in at_months]


def _summed_up(value: Floats, months: int, *, paid_in_minor: int) -> Projected:
    low_95, low_80, high_80, high_95 = (round(float(each)) for each in np.quantile(value, (0.025, 0.1, 0.9, 0.975)))
    return Projected(
        months=months,
        paid_in_minor=paid_in_minor,
        expected_minor=round(float(value.mean())),
        low_80_minor=low_80,
        high_80_minor=high_80,
        low_95_minor=low_95,
        high_95_minor=high_95,
        chance_of_loss_pct=round(100.0 * float((value < paid_in_minor).mean()), 1),
    )


def _blocks(rng: np.random.Generator, *, known: int, rows: int, length: int) -> Ints:
    """Return places of months: each follows the one before it or, once in `BLOCK_MONTHS`, begins anywhere."""
    fresh = rng.random((rows, length)) < 1.0 / BLOCK_MONTHS
    fresh[:, 0] = True
    started = np.maximum.accumulate(np.where(fresh, np.arange(length), 0), axis=1)
    starts = rng.integers(0, known, (rows, length))
    return np.asarray((np.take_along_axis(starts, started, axis=1) + np.arange(length) - started) % known)


def _monthly(assumed: Mapping[ProductClass, Assumed]) -> tuple[Floats, Floats]:
    """Return mean and standard deviation of monthly logarithms, whose yearly simple returns have the means assumed."""
    yearly = np.array([assumed[product].yearly_pct for product in ProductClass]) / 100.0
    std = np.array([assumed[product].volatility_pct for product in ProductClass]) / 100.0
    return np.log1p(yearly) / 12.0 - std**2 / 24.0, std / np.sqrt(12.0)
