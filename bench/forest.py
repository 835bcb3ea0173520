"""`baas bench forest`: the compiled forests beside the libraries that trained them, in one process, at several batch sizes."""

from functools import partial

import numpy as np

from bench.random_model import FEATURES_READ
from bench.report import Report, parser
from bench.timing import us_each
from risk.forest_compiler import from_isolation_forest, from_lightgbm

BATCHES = (1, 64, 1_024)
TREES, LEAVES = 200, 31
ISOLATION_TREES, ISOLATION_SAMPLES = 100, 256
TRAINING_ROWS, QUICK_TRAINING_ROWS = 20_000, 4_000
RUN_S, QUICK_RUN_S = 0.25, 0.05


def main(arguments: list[str] | None = None) -> int:
    """Measure and publish; exit code 1 when a compiled forest answers otherwise than its library."""
    import lightgbm
    from sklearn.ensemble import IsolationForest

    options = parser("forest", __doc__ or "").parse_args(arguments)
    run_s, count = (QUICK_RUN_S, QUICK_TRAINING_ROWS) if options.quick else (RUN_S, TRAINING_ROWS)
    report = Report("forest")
    generator = np.random.default_rng(1)
    rows = generator.normal(size=(count, FEATURES_READ)).astype(np.float32)
    fraud = rows[:, 0] * rows[:, 1] + rows[:, 2] + generator.normal(size=count) > 2
    unknown = np.where(generator.random(rows.shape) < 0.05, np.nan, rows).astype(np.float32)
    booster = lightgbm.train(
        {"objective": "binary", "num_leaves": LEAVES, "verbose": -1, "num_threads": 1, "seed": 1},
        lightgbm.Dataset(unknown, fraud),
        TREES,
    )
    library = IsolationForest(n_estimators=ISOLATION_TREES, max_samples=ISOLATION_SAMPLES, random_state=1).fit(rows)
    trees = from_lightgbm(booster.dump_model())
    isolation = from_isolation_forest(library.estimators_, library.estimators_features_)
    out = np.empty(count)
    trees.sum_into(unknown, out)
    mismatches = int((out != booster.predict(unknown, raw_score=True)).sum())
    report.figure("mismatches", mismatches)
    for batch in BATCHES:
        asked, filled = np.ascontiguousarray(unknown[:batch]), np.ascontiguousarray(rows[:batch])
        ours = us_each(partial(trees.sum_into, asked, out), run_s, rows=batch)
        peer = us_each(partial(booster.predict, asked, raw_score=True, num_threads=1), run_s, rows=batch)
        mine = report.figure(f"trees_batch_{batch}_us", ours)
        theirs = report.baseline("lightgbm", f"trees_batch_{batch}_us", peer)
        report.ratio(f"trees_batch_{batch}_vs_lightgbm", theirs / mine)
        ours = us_each(partial(isolation.sum_into, filled, out), run_s, rows=batch)
        peer = us_each(partial(library.score_samples, filled), run_s, rows=batch)
        mine = report.figure(f"isolation_batch_{batch}_us", ours)
        theirs = report.baseline("scikit-learn", f"isolation_batch_{batch}_us", peer)
        report.ratio(f"isolation_batch_{batch}_vs_scikit-learn", theirs / mine)
    report.settings |= {"trees": TREES, "leaves": LEAVES, "features": FEATURES_READ, "isolation_trees": ISOLATION_TREES}
    report.publish()
    return 1 if mismatches else 0


if __name__ == "__main__":
    raise SystemExit(main())
