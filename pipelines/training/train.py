"""Train the fraud model: gradient trees on older days, stopped, calibrated and judged on ever younger ones."""

from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import IsolationForest
from sklearn.linear_model import LogisticRegression

from feature_store.definitions import FEATURE_NAMES, FEATURE_SET
from feature_store.vocabulary import DAY_MS, LABEL_DELAY_MS
from kit.settings import Settings
from pipelines.training.dataset import NothingToLearnFrom, Progress, TrainingSet, build, hide_entities
from pipelines.training.metrics import judge, thresholds
from risk.ensemble import Calibration, Ensemble
from risk.export import SAMPLE_ROWS, ModelExport
from risk.forest import Forest
from risk.forest_compiler import from_isolation_forest, from_lightgbm

MODEL_NAME = "fraud"
SEED = 20_261
WARM_UP_SHARE = 0.15  # the first days fill the windows; their features are not yet what serving will see
STOPPING_DAYS, CALIBRATION_DAYS, TEST_DAYS = 7, 8, 7
FEWEST_FRAUDS = 5  # in each slice: with fewer, neither a curve nor a judgement means anything
NEGATIVES = 300_000
QUANTILE_ROWS = 200_000
ROUNDS, PATIENCE = 260, 30
# What a champion does not read is not worked out in line. A first, short fit over the whole catalogue says what is worth it.
MOST_FEATURES, CHOOSING_ROUNDS = 120, 60
ALERT_SHARE = 0.006
DENY_PRECISION = 0.9
ISOLATION_TREES, ISOLATION_SAMPLES = 64, 256
FILL = -1.0
TREES = {
    "objective": "binary",
    "learning_rate": 0.07,
    "max_bin": 127,
    "num_leaves": 40,
    "max_depth": 6,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.7,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 2.0,
    "metric": "average_precision",
    "seed": SEED,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 2,
    "verbose": -1,
}


@dataclass(frozen=True, slots=True)
class Split:
    """Row numbers by use, each younger than the one before."""

    train: NDArray[np.int64]
    stop: NDArray[np.int64]
    calibrate: NDArray[np.int64]
    test: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Trained:
    """A model without a version yet, and what is known of it."""

    ensemble: Ensemble
    booster: lgb.Booster
    review_from: float
    deny_from: float
    quantiles: NDArray[np.float32]
    importance: NDArray[np.float64]
    sample: NDArray[np.float32]
    metrics: dict[str, float]
    reference: dict[str, str | int]

    def export(self, *, version: int) -> ModelExport:
        """Return what the scorer loads."""
        probability, anomaly = self.ensemble.score(self.sample)
        return ModelExport(
            name=MODEL_NAME,
            version=version,
            feature_set=FEATURE_SET,
            features=FEATURE_NAMES,
            ensemble=self.ensemble,
            quantiles=self.quantiles,
            importance=self.importance,
            review_from=self.review_from,
            deny_from=self.deny_from,
            sample=self.sample,
            sample_probability=probability,
            sample_anomaly=anomaly,
        )


def train(settings: Settings, *, cutoff_ms: int, progress: Progress, tenant_id: str = "demo") -> Trained:
    """Train on what was known at `cutoff_ms`. Raises NothingToLearnFrom."""
    return fit(
        build(settings, tenant_id=tenant_id, cutoff_ms=cutoff_ms, progress=progress), cutoff_ms=cutoff_ms, progress=progress
    )


def split(data: TrainingSet, *, cutoff_ms: int) -> Split:
    """Cut by event time, youngest last; nothing younger than the label delay is there.

    A small bank may see no fraud in a week, so a slice reaches back until it holds a few. Raises NothingToLearnFrom when
    there are too few in all.
    """
    end = cutoff_ms - LABEL_DELAY_MS
    test = _first_moment(data, end, days=TEST_DAYS)
    calibrate = _first_moment(data, test, days=CALIBRATION_DAYS)
    stop = _first_moment(data, calibrate, days=STOPPING_DAYS)
    first = int(data.event_time_ms.min())
    start = first + int((stop - first) * WARM_UP_SHARE)
    train = data.between(start, stop)
    if np.count_nonzero(data.fraud[train]) < FEWEST_FRAUDS:
        raise _too_few_frauds(data)
    return Split(train, data.between(stop, calibrate), data.between(calibrate, test), data.between(test, end))


def _first_moment(data: TrainingSet, end_ms: int, *, days: int) -> int:
    """Where a slice up to `end_ms` begins: `days` before, or earlier, at the latest moment that leaves it enough frauds."""
    frauds = np.sort(data.event_time_ms[data.fraud & (data.event_time_ms < end_ms)])
    if len(frauds) < FEWEST_FRAUDS:
        raise _too_few_frauds(data)
    return min(end_ms - days * DAY_MS, int(frauds[-FEWEST_FRAUDS]))


def _too_few_frauds(data: TrainingSet) -> NothingToLearnFrom:
    return NothingToLearnFrom(
        f"{int(data.fraud.sum())} of {len(data):,} decisions are known frauds: too few to learn from, to stop at, to calibrate "
        f"and to judge by, which takes {FEWEST_FRAUDS} each, on ever younger days"
    )


def fit(data: TrainingSet, *, cutoff_ms: int, progress: Progress) -> Trained:
    """Fit both forests, the calibration and the thresholds, and judge them on the youngest slice."""
    parts = split(data, cutoff_ms=cutoff_ms)
    generator = np.random.default_rng(SEED)
    progress(f"training on {len(parts.train):,} decisions, {int(data.fraud[parts.train].sum()):,} of them known frauds")
    sample = _sample(data, parts, generator)
    chosen = _choose_features(sample)
    progress(f"reading {len(chosen)} of {len(FEATURE_NAMES)} features: those that tell most")
    booster = _fit_trees(sample, data, parts, chosen)
    forest = from_lightgbm(booster.dump_model(num_iteration=booster.best_iteration))
    isolation = _fit_isolation(data.rows[parts.train], chosen, generator)
    fill = np.full(len(FEATURE_NAMES), FILL, np.float32)
    raw = Ensemble(forest, isolation, ISOLATION_SAMPLES, fill, Calibration(1.0, 0.0, 0.0))
    calibration = _calibrate(raw, data.rows[parts.calibrate], data.fraud[parts.calibrate])
    ensemble = Ensemble(forest, isolation, ISOLATION_SAMPLES, fill, calibration)
    review_from, deny_from = thresholds(
        data.fraud[parts.calibrate],
        ensemble.score(data.rows[parts.calibrate])[0],
        alert_share=ALERT_SHARE,
        deny_precision=DENY_PRECISION,
    )
    probability = ensemble.score(data.rows[parts.test])[0]
    judged = judge(data.fraud[parts.test], probability, alert_share=ALERT_SHARE, seed=SEED)
    progress(
        f"on {TEST_DAYS} later days: AUC {judged.values['auc']:.3f}, average precision "
        f"{judged.values['average_precision']:.3f} [{judged.values['average_precision_low']:.3f}, "
        f"{judged.values['average_precision_high']:.3f}]"
    )
    gain = booster.feature_importance("gain", iteration=booster.best_iteration)
    return Trained(
        ensemble=ensemble,
        booster=booster,
        review_from=review_from,
        deny_from=deny_from,
        quantiles=_quantiles(data.rows[parts.train], generator),
        importance=gain / gain.sum(),
        sample=np.ascontiguousarray(data.rows[generator.choice(parts.test, min(SAMPLE_ROWS, len(parts.test)), replace=False)]),
        metrics=judged.values,
        reference=data.reference,
    )


@dataclass(frozen=True, slots=True)
class _Sample:
    """What trees learn from: every fraud and a sample of the rest, weighted back, so that the odds stay what they are."""

    rows: NDArray[np.float32]
    fraud: NDArray[np.int64]
    weight: NDArray[np.float64]

    def dataset(self, rows: NDArray[np.float32]) -> lgb.Dataset:
        return lgb.Dataset(rows, self.fraud, weight=self.weight, feature_name=list(FEATURE_NAMES), params=TREES)


def _sample(data: TrainingSet, parts: Split, generator: np.random.Generator) -> _Sample:
    fraud = data.fraud[parts.train]
    negatives = parts.train[~fraud]
    kept = generator.choice(negatives, min(NEGATIVES, len(negatives)), replace=False)
    chosen = np.sort(np.concatenate([parts.train[fraud], kept]))
    weight = np.where(data.fraud[chosen], 1.0, len(negatives) / max(1, len(kept)))
    return _Sample(hide_entities(data.rows[chosen], generator=generator), data.fraud[chosen].astype(int), weight)


def _choose_features(sample: _Sample) -> NDArray[np.int64]:
    """The columns that gained most in a short fit over all of them, in catalogue order."""
    gain = lgb.train(TREES, sample.dataset(sample.rows), CHOOSING_ROUNDS).feature_importance("gain")
    best = np.argsort(-gain, kind="stable")[:MOST_FEATURES]
    return np.sort(best[gain[best] > 0])


def _only(rows: NDArray[np.float32], columns: NDArray[np.int64], *, otherwise: float) -> NDArray[np.float32]:
    """The rows with all but `columns` constant, which no forest splits at."""
    found = np.full_like(rows, otherwise)
    found[:, columns] = rows[:, columns]
    return found


def _fit_trees(sample: _Sample, data: TrainingSet, parts: Split, columns: NDArray[np.int64]) -> lgb.Booster:
    learned = sample.dataset(_only(sample.rows, columns, otherwise=np.nan))
    stop = lgb.Dataset(
        data.rows[parts.stop],
        data.fraud[parts.stop].astype(int),
        reference=learned,
        feature_name=list(FEATURE_NAMES),
        params=TREES,
    )
    return lgb.train(TREES, learned, ROUNDS, valid_sets=[stop], callbacks=[lgb.early_stopping(PATIENCE, verbose=False)])


def _fit_isolation(rows: NDArray[np.float32], columns: NDArray[np.int64], generator: np.random.Generator) -> Forest:
    chosen = rows[generator.choice(len(rows), min(len(rows), ISOLATION_TREES * ISOLATION_SAMPLES * 4), replace=False)]
    model = IsolationForest(n_estimators=ISOLATION_TREES, max_samples=ISOLATION_SAMPLES, random_state=SEED)
    model.fit(_only(np.where(np.isnan(chosen), np.float32(FILL), chosen), columns, otherwise=FILL))
    return from_isolation_forest(model.estimators_, model.estimators_features_)


def _calibrate(raw: Ensemble, rows: NDArray[np.float32], fraud: NDArray[np.bool_]) -> Calibration:
    """Platt's curve over the log odds and the anomaly."""
    log_odds = np.empty(len(rows))
    raw.trees.sum_into(rows, log_odds)
    _, anomaly = raw.score(rows)
    curve = LogisticRegression(C=1e6).fit(np.column_stack([log_odds, anomaly]), fraud)
    return Calibration(float(curve.coef_[0][0]), float(curve.coef_[0][1]), float(curve.intercept_[0]))


def _quantiles(rows: NDArray[np.float32], generator: np.random.Generator) -> NDArray[np.float32]:
    """1st, 50th and 99th percentile of each feature; NaN for a feature that was never known."""
    chosen = rows[generator.choice(len(rows), min(len(rows), QUANTILE_ROWS), replace=False)]
    known = ~np.all(np.isnan(chosen), axis=0)
    found = np.full((chosen.shape[1], 3), np.nan, np.float32)
    found[known] = np.nanpercentile(chosen[:, known], [1, 50, 99], axis=0).T.astype(np.float32)
    return found
