"""Learning the text model: multinomial regression on hashed n-grams.

First without some counterparties, on which a temperature and a threshold are found; then once more on all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from contracts.categories import Category
from insight.categories.model import FORMAT, TextModel, calibrated
from insight.categories.text import grams
from kit.errors import DomainError
from pipelines.insight.categories.judging import calibration_error
from pipelines.insight.categories.labelled import SAID_WEIGHT, Example, Line, Mark, examples, merchants

BUCKETS = 1 << 14
STRENGTH = 4.0
MAX_ROUNDS = 100
HELD_PARTS = 5
"""One of so many groups of counterparties has no part in the first fit."""
FEWEST_EXAMPLES, FEWEST_OF_A_CATEGORY = 200, 5
THRESHOLDS = tuple(round(0.2 + 0.02 * step, 2) for step in range(40))
SEED = 20_261


class TooFewExamples(DomainError):
    """There is too little that anybody said to learn from."""

    code = "too-few-examples"
    title = "There is too little to learn categories from"
    remedy = "Wait until holders have called more of their movements something, or take a longer period."


@dataclass(frozen=True, slots=True)
class Trained:
    """The model, and what the counterparties that it had not seen say of it; shares in percent."""

    model: TextModel
    examples: int
    held_accuracy_pct: float
    held_asked_pct: float
    held_calibration_error: float
    held: Sequence[Example]

    def model_without_merchants(self) -> TextModel:
        """Return the model that knows words only: whom the lines' holders pay, nobody else does."""
        return msgspec.structs.replace(self.model, merchants={})


@dataclass(frozen=True, slots=True)
class _Fitted:
    categories: tuple[str, ...]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]


def train(lines: Sequence[Line], marks: Sequence[Mark], *, until: date) -> Trained:
    """Learn from what was booked and said up to and with `until`. Raises TooFewExamples."""
    known = [line for line in lines if line.booked_day <= until]
    ids = {line.line_id for line in known}
    said = [mark for mark in marks if mark.marked_day <= until and mark.line_id in ids]
    found = _of_enough(examples(known, said))
    if len(found) < FEWEST_EXAMPLES:
        raise TooFewExamples(f"{len(found)} different texts with a category until {until}; {FEWEST_EXAMPLES} are needed")
    held = _held(found)
    first = _fitted([example for example, out in zip(found, held, strict=True) if not out])
    judged = [example for example, out in zip(found, held, strict=True) if out]
    temperature = _temperature(first, judged)
    threshold, accuracy, asked, error = _threshold(first, judged, temperature)
    whole = _fitted(found)
    model = TextModel(
        format=FORMAT,
        categories=whole.categories,
        buckets=BUCKETS,
        weights=whole.weights.astype("<f2").tobytes(),
        bias=tuple(float(value) for value in whole.bias),
        temperature=temperature,
        threshold=threshold,
        merchants=merchants(known, said),
        trained_until=until.isoformat(),
        facts={"lines": len(known), "marks": len(said), "texts": len(found)},
    )
    return Trained(model, len(found), accuracy, asked, error, _told(judged))


def share_right_pct(model: TextModel, held: Sequence[Example]) -> float:
    """Return how often `held` would be called right by a model, and by the rule where the model is not sure."""
    opinions = model.opinions([(example.mark, example.text) for example in held])
    right = [
        (category if sure >= model.threshold else example.judged) == example.category
        for example, (category, sure) in zip(held, opinions, strict=True)
    ]
    weights = _times(held)
    return 100.0 * float((weights * np.array(right)).sum() / weights.sum())


def _of_enough(found: list[Example]) -> list[Example]:
    counts: dict[Category, int] = {}
    for example in found:
        counts[example.category] = counts.get(example.category, 0) + 1
    return [example for example in found if counts[example.category] >= FEWEST_OF_A_CATEGORY]


def _held(found: Sequence[Example]) -> NDArray[np.bool_]:
    groups = sorted({example.group for example in found})
    part = dict(zip(groups, np.random.default_rng(SEED).integers(0, HELD_PARTS, len(groups)).tolist(), strict=True))
    return np.array([part[example.group] == 0 for example in found])


def _features(found: Sequence[Example]) -> csr_matrix:
    made = grams([(example.mark, example.text) for example in found], buckets=BUCKETS)
    values = np.repeat(1.0 / np.sqrt(made.counts), made.counts)
    ends = np.concatenate(([0], np.cumsum(made.counts)))
    return csr_matrix((values, made.buckets, ends), shape=(len(found), BUCKETS))


def _fitted(found: Sequence[Example]) -> _Fitted:
    # A text that came a hundred times says more than one that came once, and not a hundred times as much.
    weights = np.sqrt([example.weight for example in found])
    model = LogisticRegression(C=STRENGTH, max_iter=MAX_ROUNDS)
    model.fit(_features(found), [str(example.category) for example in found], sample_weight=weights / weights.mean())
    return _Fitted(
        tuple(str(name) for name in model.classes_),
        np.ascontiguousarray(model.coef_.T, dtype=np.float32),
        model.intercept_.astype(np.float32),
    )


def _raw(fitted: _Fitted, found: Sequence[Example]) -> NDArray[np.float32]:
    return np.asarray(_features(found) @ fitted.weights + fitted.bias, dtype=np.float32)


def _places(fitted: _Fitted, found: Sequence[Example]) -> NDArray[np.int64]:
    place = {name: number for number, name in enumerate(fitted.categories)}
    return np.array([place.get(str(example.category), -1) for example in found])


def _told(judged: Sequence[Example]) -> list[Example]:
    """Those of months that holders looked at, which are a fair sample; all where there are none."""
    return [example for example in judged if example.looked_at] or list(judged)


def _temperature(fitted: _Fitted, judged: Sequence[Example]) -> float:
    """The temperature under which what holders said of unseen counterparties is likeliest."""
    told = _told(judged)
    raw, actual = _raw(fitted, told), _places(fitted, told)
    weights = _times(told)
    rows = np.flatnonzero(actual >= 0)

    def loss(log_temperature: float) -> float:
        probability = calibrated(raw, float(np.exp(log_temperature)))[rows, actual[rows]]
        return float(-(weights[rows] * np.log(np.maximum(probability, 1e-9))).sum() / weights[rows].sum())

    return float(np.exp(minimize_scalar(loss, bounds=(-2.5, 2.0), method="bounded").x))


def _threshold(fitted: _Fitted, judged: Sequence[Example], temperature: float) -> tuple[float, float, float, float]:
    """The confidence from which on the text is believed before the rule, and how right both together then are."""
    told = _told(judged)
    probability = calibrated(_raw(fitted, told), temperature)
    best = probability.argmax(axis=1)
    sure = probability[np.arange(len(told)), best]
    right = best == _places(fitted, told)
    by_rule = np.array([example.judged == example.category for example in told])
    weights = _times(told)
    share = [float((weights * np.where(sure >= bound, right, by_rule)).sum() / weights.sum()) for bound in THRESHOLDS]
    place = int(np.argmax(share))
    asked = float((weights * (sure >= THRESHOLDS[place])).sum() / weights.sum())
    return THRESHOLDS[place], 100.0 * share[place], 100.0 * asked, calibration_error(right, sure.astype(np.float64))


def _times(found: Sequence[Example]) -> NDArray[np.float64]:
    """How many movements each example stands for: a holder's word weighs more in learning, and not in judging."""
    return np.array([example.weight / (1 if example.judged == example.category else SAID_WEIGHT) for example in found])
