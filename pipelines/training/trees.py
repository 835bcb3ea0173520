"""Both forests: gradient trees with labels, an isolation forest without them, on the features that tell most."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import IsolationForest

from feature_store.definitions import FEATURE_NAMES
from pipelines.training.dataset import TrainingSet, hide_entities
from risk.forest import Forest
from risk.forest_compiler import from_isolation_forest

SEED = 20_261
NEGATIVES = 300_000
ROUNDS, PATIENCE = 320, 30
# What a champion does not read is not worked out in line. A first, short fit over the whole catalogue says what is worth it.
MOST_FEATURES, CHOOSING_ROUNDS = 120, 60
ISOLATION_TREES, ISOLATION_SAMPLES = 64, 256
FILL = -1.0
Parameters = Mapping[str, Any]
# Small trees, each over a few of the features, which say much the same of each other: on five simulated banks they rank later
# days better than larger ones over most, and below `risk.forest.MAX_MASKED_LEAVES` leaves a tree costs half as much in line.
TREES: Parameters = {
    "objective": "binary",
    "learning_rate": 0.06,
    "max_bin": 127,
    "num_leaves": 24,
    "max_depth": 8,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.15,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 2.0,
    "metric": "average_precision",
    "seed": SEED,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}
# Which features tell most is seen in few trees when each may look at most of them.
CHOOSING: Parameters = {**TREES, "learning_rate": 0.07, "num_leaves": 40, "max_depth": 6, "feature_fraction": 0.7}
THREADS = 2
_ROWS_ALONE = 20_000


def on_threads(parameters: Parameters, rows: int) -> dict[str, Any]:
    """Return the parameters for so many rows: few are faster on one thread, where two mostly wait for each other."""
    return {**parameters, "num_threads": 1 if rows < _ROWS_ALONE else THREADS}


@dataclass(frozen=True, slots=True)
class Sample:
    """What is learned from: every fraud and a sample of the rest, weighted back, so that the odds stay what they are."""

    rows: NDArray[np.float32]
    fraud: NDArray[np.int64]
    weight: NDArray[np.float64]

    def dataset(self, rows: NDArray[np.float32]) -> lgb.Dataset:
        """Return LightGBM's form of `rows`, which are this sample's or a change of them."""
        return lgb.Dataset(
            rows, self.fraud, weight=self.weight, feature_name=list(FEATURE_NAMES), params=self.with_threads(TREES)
        )

    def with_threads(self, parameters: Parameters) -> dict[str, Any]:
        """Return the parameters for as many rows as these."""
        return on_threads(parameters, len(self.rows))


def draw(data: TrainingSet, rows: NDArray[np.int64], *, generator: np.random.Generator, negatives: int = NEGATIVES) -> Sample:
    """Take the frauds among `rows` and at most `negatives` others, and hide some entities (`hide_entities`)."""
    fraud = data.fraud[rows]
    others = rows[~fraud]
    kept = generator.choice(others, min(negatives, len(others)), replace=False)
    chosen = np.sort(np.concatenate([rows[fraud], kept]))
    weight = np.where(data.fraud[chosen], 1.0, len(others) / max(1, len(kept)))
    return Sample(hide_entities(data.rows[chosen], generator=generator), data.fraud[chosen].astype(int), weight)


def choose_features(sample: Sample) -> NDArray[np.int64]:
    """The columns that gained most in a short fit over all of them, best first."""
    gain = lgb.train(sample.with_threads(CHOOSING), sample.dataset(sample.rows), CHOOSING_ROUNDS).feature_importance("gain")
    best = np.argsort(-gain, kind="stable")[:MOST_FEATURES]
    found: NDArray[np.int64] = best[gain[best] > 0].astype(np.int64)
    return found


def only(rows: NDArray[np.float32], columns: NDArray[np.int64], *, otherwise: float) -> NDArray[np.float32]:
    """The rows with all but `columns` constant, which no forest splits at."""
    found = np.full_like(rows, otherwise)
    found[:, columns] = rows[:, columns]
    return found


def fit_trees(
    sample: Sample, data: TrainingSet, stop: NDArray[np.int64], columns: NDArray[np.int64], *, parameters: Parameters = TREES
) -> lgb.Booster:
    """Boost on `columns` of the sample until the average precision on the rows `stop`, of later days, no longer rises."""
    learned = sample.dataset(only(sample.rows, columns, otherwise=np.nan))
    judged = lgb.Dataset(
        data.rows[stop],
        data.fraud[stop].astype(int),
        reference=learned,
        feature_name=list(FEATURE_NAMES),
        params=sample.with_threads(TREES),
    )
    ending = lgb.early_stopping(PATIENCE, verbose=False)
    return lgb.train(sample.with_threads(parameters), learned, ROUNDS, valid_sets=[judged], callbacks=[ending])


def fit_isolation(rows: NDArray[np.float32], columns: NDArray[np.int64], generator: np.random.Generator) -> Forest:
    """Isolate a sample of all rows, frauds among them, without their labels."""
    chosen = rows[generator.choice(len(rows), min(len(rows), ISOLATION_TREES * ISOLATION_SAMPLES * 4), replace=False)]
    model = IsolationForest(n_estimators=ISOLATION_TREES, max_samples=ISOLATION_SAMPLES, random_state=SEED)
    model.fit(only(np.where(np.isnan(chosen), np.float32(FILL), chosen), columns, otherwise=FILL))
    return from_isolation_forest(model.estimators_, model.estimators_features_)
