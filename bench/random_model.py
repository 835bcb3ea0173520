"""A model of production size trained on noise: for benches and tests that need a champion and no particular opinion."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from feature_store.definitions import CATALOGUE, feature_set_of
from feature_store.vocabulary import ExternalFeature, Feature
from risk.ensemble import Calibration, Ensemble
from risk.export import SAMPLE_ROWS, ModelExport, save_export
from risk.forest_compiler import from_isolation_forest, from_lightgbm

TRAINING_ROWS = 20_000
ISOLATION_SAMPLES = 256
_COLUMNS_A_TREE = 60
FEATURES_READ = 120  # as many as a trained champion reads at most (`pipelines.training.train`)


def _noise(rng: np.random.Generator, width: int, features_read: int) -> NDArray[np.float32]:
    x = rng.lognormal(1.0, 1.5, (TRAINING_ROWS, width)).astype(np.float32)
    x[rng.random(x.shape) < 0.05] = np.nan
    x[:, rng.permutation(width)[features_read:]] = 0.0  # constant: no forest splits there
    return x


def random_export(
    models: Path,
    *,
    trees: int = 200,
    leaves: int = 31,
    isolation_trees: int = 100,
    version: int = 1,
    seed: int = 0,
    catalogue: Sequence[Feature] = CATALOGUE,
    features_read: int = FEATURES_READ,
) -> str:
    """Train on `features_read` of a catalogue's features, export under `models` and return the export's sha256."""
    import lightgbm
    from sklearn.ensemble import IsolationForest

    rng = np.random.default_rng(seed)
    width = len(catalogue)
    # What is told from outside is nothing in random traffic: no model of it reads that.
    seen = np.array([not isinstance(feature, ExternalFeature) for feature in catalogue])
    x = np.zeros((TRAINING_ROWS, width), np.float32)
    x[:, seen] = _noise(rng, int(seen.sum()), features_read)
    score = np.nan_to_num(np.log1p(x[:, seen])) @ rng.normal(size=seen.sum())
    y = score + rng.normal(size=TRAINING_ROWS) > np.quantile(score, 0.97)
    booster = lightgbm.train(
        {
            "objective": "binary",
            "num_leaves": leaves,
            "num_threads": 2,
            "verbose": -1,
            "seed": seed,
            "learning_rate": 0.05,
            "feature_fraction": min(1.0, _COLUMNS_A_TREE / min(width, features_read)),
        },
        lightgbm.Dataset(x, y),
        num_boost_round=trees,
    )
    fill = np.nanmedian(x, axis=0).astype(np.float32)
    filled = np.where(np.isnan(x), fill, x)
    isolation = IsolationForest(n_estimators=isolation_trees, max_samples=ISOLATION_SAMPLES, random_state=seed).fit(filled)
    ensemble = Ensemble(
        trees=from_lightgbm(booster.dump_model()),
        isolation=from_isolation_forest(isolation.estimators_, isolation.estimators_features_),
        isolation_samples=ISOLATION_SAMPLES,
        fill=fill,
        calibration=Calibration(1.0, 0.5, -0.25),
    )
    sample = np.ascontiguousarray(x[:SAMPLE_ROWS])
    probability, anomaly = ensemble.score(sample)
    everything = ensemble.score(x)[0]
    export = ModelExport(
        name="random",
        version=version,
        feature_set=feature_set_of(tuple(catalogue)),
        features=tuple(feature.name for feature in catalogue),
        ensemble=ensemble,
        quantiles=np.nanquantile(x, (0.01, 0.5, 0.99), axis=0).T.astype(np.float32),
        importance=np.full(width, 1.0 / width),
        review_from=float(np.quantile(everything, 0.97)),
        deny_from=float(np.quantile(everything, 0.995)),
        sample=sample,
        sample_probability=probability,
        sample_anomaly=anomaly,
    )
    return save_export(models, export)
