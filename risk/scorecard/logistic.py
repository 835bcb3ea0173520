"""Logistic regression with a ridge, by Newton's method (Hastie, Tibshirani and Friedman 2009, section 4.4.1)."""

import numpy as np
from numpy.typing import NDArray

MAX_STEPS = 50
TOLERANCE = 1e-9


class DoesNotSettle(ArithmeticError):
    """Newton's method found no end within its bound: the goods and the bads can be told apart without a doubt."""


def fit(rows: NDArray[np.float64], happened: NDArray[np.bool_], *, ridge: float) -> tuple[float, NDArray[np.float64]]:
    """Return (constant, coefficients float64[F]) of ln(odds that it happened) = constant + rows @ coefficients.

    `rows` is float64[n, F]. `ridge` holds the coefficients towards 0, never the constant: half of it times their squares is
    added to the negative log likelihood. Raises DoesNotSettle.
    """
    with_one = np.column_stack([np.ones(len(rows)), rows])
    held = np.diag([0.0, *np.full(rows.shape[1], ridge)])
    weights = np.zeros(with_one.shape[1])
    for _ in range(MAX_STEPS):
        probability = expit(with_one @ weights)
        slope = with_one.T @ (happened - probability) - held @ weights
        curve = (with_one.T * (probability * (1 - probability))) @ with_one + held
        try:
            step = np.linalg.solve(curve, slope)
        except np.linalg.LinAlgError as singular:
            raise DoesNotSettle("the attributes repeat each other") from singular
        weights = weights + step
        if np.abs(step).max() < TOLERANCE:
            return float(weights[0]), weights[1:]
    raise DoesNotSettle(f"not within {MAX_STEPS} steps")


def fit_rising(rows: NDArray[np.float64], happened: NDArray[np.bool_], *, ridge: float) -> tuple[float, NDArray[np.float64]]:
    """Return what `fit` does with no coefficient below 0: the most negative is left out until none is. Raises DoesNotSettle."""
    used = np.ones(rows.shape[1], np.bool_)
    while True:
        constant, found = fit(rows[:, used], happened, ridge=ridge)
        if not len(found) or found.min() >= 0:
            coefficients = np.zeros(rows.shape[1])
            coefficients[used] = found
            return constant, coefficients
        used[np.flatnonzero(used)[int(np.argmin(found))]] = False


def expit(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probabilities of log odds; finite for any."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * log_odds)))
