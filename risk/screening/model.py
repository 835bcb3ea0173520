"""From what a pairing of two names shows to how sure it is that both are one: a logistic model that can be read.

A name with a form or a trade of firms in it is judged as a firm's, every other as a person's; each has weights of its own. A
feature counts as it is, beyond knots (`HINGES`), and times another (`PRODUCTS`). `weights.json` holds the weights and what they
were learned from (`baas screening learn`).
"""

import json
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from risk.screening.kernels import EXACT_FROM, EXACT_LOG_ODDS
from risk.screening.keys import weights_text
from risk.screening.shown import FEATURES

HINGES: tuple[tuple[str, float], ...] = (
    ("coverage_low", 0.8), ("coverage_low", 0.6), ("coverage_high", 0.9), ("worst", 0.2), ("deficit", 0.1), ("whole", 0.85),
    ("whole", 0.7), ("contradiction", 0.5), ("extra", 1.0), ("told", 1.0), ("told", 2.0), ("told_best", 0.7),
    ("alone_less", 0.6), ("told_of_all", 0.5), ("told_of_less", 0.7),
)  # fmt: skip
PRODUCTS: tuple[tuple[str, str], ...] = (
    ("single", "worst"),
    ("single", "extra"),
    ("first_apart", "extra"),
    ("initials", "single"),
    ("core_contradiction", "coverage_low"),
    ("only_slips", "letters"),
    ("short_words", "letters"),
    ("worst", "letters"),
    ("worst", "only_slips"),
    ("coverage_high", "told"),
    ("single", "told_best"),
    ("told", "contradiction"),
    ("told", "extra"),
    ("told_best", "alone_less"),
    ("worst", "told_best"),
)
TERMS = (*FEATURES, *(f"{name} over {knot}" for name, knot in HINGES), *(f"{one} x {other}" for one, other in PRODUCTS))
"""What the weights belong to, in their order; last comes the constant."""


@dataclass(frozen=True, slots=True)
class Weights:
    """float32[2, len(TERMS) + 1] for a person's name and a firm's, and the share from which two names count as one."""

    values: NDArray[np.float32]
    threshold: float
    learned_from: tuple[str, ...]


def terms(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return float32[n, len(TERMS)] of features float32[n, len(FEATURES)]."""
    at = {name: place for place, name in enumerate(FEATURES)}
    beyond = [np.maximum(features[:, at[name]] - knot, 0.0) for name, knot in HINGES]
    times = [features[:, at[one]] * features[:, at[other]] for one, other in PRODUCTS]
    found: NDArray[np.float32] = np.column_stack([features, *beyond, *times]).astype(np.float32)
    return found


def log_odds(features: NDArray[np.float32], firm: NDArray[np.bool_], weights: Weights) -> NDArray[np.float64]:
    """Return float64[n]: what weights make of features float32[n, len(FEATURES)], as `kernels.log_odds` does of one row."""
    made = terms(features)
    person, firms = (made @ row[:-1] + row[-1] for row in weights.values)
    total = np.where(firm, firms, person).astype(np.float64)
    found: NDArray[np.float64] = np.where(features[:, 0] > EXACT_FROM, np.maximum(total, EXACT_LOG_ODDS), total)
    return found


def kernel_table() -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.int64]]:
    """Return what a kernel needs to make the terms: places int64[h] and knots float32[h], places int64[p, 2] of products."""
    at = {name: place for place, name in enumerate(FEATURES)}
    return (
        np.array([at[name] for name, _ in HINGES], np.int64),
        np.array([knot for _, knot in HINGES], np.float32),
        np.array([[at[one], at[other]] for one, other in PRODUCTS], np.int64),
    )


def decode(text: str) -> Weights:
    """Read weights. Raises ValueError when they belong to other terms."""
    content = json.loads(text)
    if content["terms"] != list(TERMS):
        raise ValueError("the weights belong to other features: learn them anew")
    values = np.array([content["person"], content["firm"]], np.float32)
    return Weights(values, float(content["threshold"]), tuple(content["learned_from"]))


def encode(weights: Weights) -> str:
    """Write weights as `decode` reads them."""
    person, firm = ([round(float(value), 4) for value in row] for row in weights.values)
    content = {
        "threshold": round(weights.threshold, 4), "learned_from": list(weights.learned_from), "terms": list(TERMS),
        "person": person, "firm": firm,
    }  # fmt: skip
    return json.dumps(content, indent=1) + "\n"


@cache
def built_in() -> Weights:
    """Return the weights that come with the product."""
    return decode(weights_text())
