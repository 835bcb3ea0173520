"""`baas bench reasons`: what it costs to say why something is not allowed, beside LightGBM's own Shapley values (pred_contrib).

The trees are of production size: 200, as training makes them, over 120 features. Both attribute the same trees to the same
rows, on one thread, and every value is compared. The rest of a reason is measured apart: the isolation forest's part, and
choosing what to say.
"""

import time
from functools import partial

import lightgbm
import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import IsolationForest

from bench.report import Report, parser
from bench.timing import us_each
from feature_store.definitions import FEATURE_COUNT
from pipelines.training.trees import ISOLATION_SAMPLES, ISOLATION_TREES, MOST_FEATURES, TREES
from risk.contributions import Contributions
from risk.ensemble import Calibration, Ensemble
from risk.forest_compiler import from_isolation_forest, from_lightgbm
from risk.gate import ALERT_SHARE
from risk.reasons import Explainer

ROWS, ROUNDS, TRAINING_ROWS = 256, 200, 30_000
RUN_S, QUICK_RUN_S = 0.4, 0.05
TOLERANCE = 1e-9


def main(arguments: list[str] | None = None) -> int:
    """Measure and publish; exit code 1 when a value differs from LightGBM's."""
    options = parser("reasons", __doc__ or "").parse_args(arguments)
    run_s = QUICK_RUN_S if options.quick else RUN_S
    report = Report("reasons")
    booster, ensemble, rows, quantiles = _model()
    began_s = time.perf_counter()
    contributions = Contributions.of(ensemble)
    report.figure("compile_ms", (time.perf_counter() - began_s) * 1e3)
    explainer = Explainer(quantiles, contributions)
    out = np.empty(rows.shape)
    contributions.trees.attribute(rows, out)
    theirs = np.asarray(booster.predict(rows, pred_contrib=True))[:, :-1]
    worst = float(np.abs(out - theirs).max())
    report.figure("largest_difference", worst)
    trees = report.figure("trees_us_per_row", us_each(partial(contributions.trees.attribute, rows, out), run_s, rows=ROWS))
    report.figure("contributions_us_per_row", us_each(partial(contributions, rows), run_s, rows=ROWS))
    whole = report.figure("reasons_us_per_row", us_each(partial(explainer.leading, rows), run_s, rows=ROWS))
    report.figure("reasons_us_per_row_alone", us_each(partial(explainer.leading, rows[:1]), run_s))
    report.figure("us_per_event_at_the_alert_share", whole * ALERT_SHARE)
    ask = partial(booster.predict, rows, pred_contrib=True, num_threads=1)
    peer = report.baseline("lightgbm", "trees_us_per_row", us_each(ask, run_s, rows=ROWS))
    report.ratio("trees_us_vs_lightgbm", peer / trees)
    leaves, deepest = int(str(TREES["num_leaves"])), int(str(TREES["max_depth"]))
    report.settings |= {
        "trees": ROUNDS, "leaves": leaves, "max_depth": deepest, "features_read": MOST_FEATURES,
        "isolation_trees": ISOLATION_TREES, "rows": ROWS, "alert_share": ALERT_SHARE,
    }  # fmt: skip
    report.publish()
    return 1 if worst > TOLERANCE else 0


def _model() -> tuple[lightgbm.Booster, Ensemble, NDArray[np.float32], NDArray[np.float32]]:
    """A model that has learned something, rows float32[ROWS, F] that it has not seen, and the quantiles of those it has."""
    generator = np.random.default_rng(7)
    x = generator.lognormal(1.0, 1.5, (TRAINING_ROWS + ROWS, FEATURE_COUNT)).astype(np.float32)
    x[generator.random(x.shape) < 0.05] = np.nan
    x[:, generator.permutation(FEATURE_COUNT)[MOST_FEATURES:]] = 0.0  # constant: no forest splits there
    score = np.nan_to_num(np.log1p(x)) @ generator.normal(size=FEATURE_COUNT) + generator.normal(size=len(x))
    learned, rows = x[:TRAINING_ROWS], np.ascontiguousarray(x[TRAINING_ROWS:])
    fraud = score > np.quantile(score, 0.97)
    booster = lightgbm.train(TREES, lightgbm.Dataset(learned, fraud[:TRAINING_ROWS], params=TREES), ROUNDS)
    fill = np.full(FEATURE_COUNT, -1.0, np.float32)
    isolation = IsolationForest(n_estimators=ISOLATION_TREES, max_samples=ISOLATION_SAMPLES, random_state=7)
    isolation.fit(np.where(np.isnan(learned), fill, learned))
    ensemble = Ensemble(
        trees=from_lightgbm(booster.dump_model()),
        isolation=from_isolation_forest(isolation.estimators_, isolation.estimators_features_),
        isolation_samples=ISOLATION_SAMPLES,
        fill=fill,
        calibration=Calibration(1.0, 1.0, 0.0),
    )
    return booster, ensemble, rows, np.nanquantile(learned, (0.01, 0.5, 0.99), axis=0).T.astype(np.float32)


if __name__ == "__main__":
    raise SystemExit(main())
