"""What each feature moved: exactly the Shapley values of the trees, whatever the batch, and in sum the answer itself."""

from dataclasses import replace
from itertools import combinations
from math import factorial

import lightgbm as lgb
import numpy as np
import pytest
from sklearn.ensemble import IsolationForest

from bench.random_network import random_network
from risk.attribution import paths_of
from risk.contributions import Contributions
from risk.ensemble import Calibration, Ensemble
from risk.forest import Forest
from risk.forest_compiler import from_isolation_forest, from_lightgbm

FEATURES = 14


@pytest.fixture(scope="module")
def rows():
    generator = np.random.default_rng(5)
    rows = generator.normal(size=(4_000, FEATURES)).astype(np.float32)
    rows[generator.random(rows.shape) < 0.1] = np.nan
    rows[:, 3] = np.nan_to_num(rows[:, 3])  # no unknown value in training: LightGBM reads NaN as zero here
    return rows


def booster_of(rows, **parameters) -> lgb.Booster:
    noise = np.random.default_rng(6).normal(size=len(rows))
    fraud = (np.nan_to_num(rows[:, 0] * rows[:, 1] + rows[:, 2] - rows[:, 3] * rows[:, 4]) + noise > 1).astype(int)
    settings = {"objective": "binary", "verbose": -1, "seed": 1, "num_threads": 1, **parameters}
    return lgb.train(settings, lgb.Dataset(rows, fraud), 40)


def attributed(forest: Forest, rows: np.ndarray) -> np.ndarray:
    out = np.empty(rows.shape)
    paths_of(forest).attribute(rows, out)
    return out


@pytest.mark.parametrize(
    "parameters", [{"num_leaves": 31, "max_depth": 6}, {"num_leaves": 400, "min_data_in_leaf": 2}, {"num_leaves": 2}]
)
def test_trees_are_attributed_as_lightgbm_does(rows, parameters):
    """With deep trees too, whose paths have more features than four points integrate."""
    booster = booster_of(rows, **parameters)
    forest = from_lightgbm(booster.dump_model())
    asked = rows[:300].copy()
    asked[0], asked[1] = np.nan, 1e30
    theirs = booster.predict(asked, pred_contrib=True)
    np.testing.assert_allclose(attributed(forest, asked), theirs[:, :-1], atol=1e-10)
    assert paths_of(forest).expected == pytest.approx(theirs[0, -1], abs=1e-12)


def test_deep_trees_need_more_points_than_shallow_ones(rows):
    points = [
        len(paths_of(from_lightgbm(booster_of(rows, **parameters).dump_model())).points)
        for parameters in ({"num_leaves": 8, "max_depth": 3}, {"num_leaves": 400, "min_data_in_leaf": 2})
    ]
    assert points[0] == 4
    assert points[1] > 4


def expectation(forest: Forest, row: np.ndarray, known: frozenset[int]) -> float:
    """The mean answer where only some features are known: others go both ways, as the training rows did."""

    def below(root: int, node: int) -> float:
        threshold, feature, left = forest.nodes[root + node].tolist()
        if left == node:
            return float(forest.leaf_values[root + node])
        if feature >> 1 in known:
            value = row[feature >> 1]
            right = bool(feature & 1) if np.isnan(value) else value > threshold
            return below(root, left + right)
        shares = forest.covers[root + left : root + left + 2] / forest.covers[root + node]
        return float(shares[0] * below(root, left) + shares[1] * below(root, left + 1))

    return sum(below(root, 0) for root in forest.roots.tolist())


def by_definition(forest: Forest, row: np.ndarray, features: list[int]) -> list[float]:
    """Shapley 1953: the mean over all orders of what a feature adds to those before it."""
    found = []
    for feature in features:
        others, total = [other for other in features if other != feature], 0.0
        for size in range(len(others) + 1):
            weight = factorial(size) * factorial(len(others) - size) / factorial(len(features))
            for chosen in combinations(others, size):
                before = frozenset(chosen)
                total += weight * (expectation(forest, row, before | {feature}) - expectation(forest, row, before))
        found.append(total)
    return found


def test_both_kinds_of_forest_are_attributed_as_shapley_defines_it(rows):
    few = np.ascontiguousarray(np.nan_to_num(rows[:, :5]))
    isolation = IsolationForest(n_estimators=6, max_samples=64, random_state=1).fit(few)
    trees = booster_of(few, num_leaves=12)
    for forest in (
        from_isolation_forest(isolation.estimators_, isolation.estimators_features_),
        from_lightgbm(trees.dump_model(num_iteration=6)),
    ):
        found = attributed(forest, few[:8])
        for row, mine in zip(few[:8], found, strict=True):
            np.testing.assert_allclose(mine, by_definition(forest, row, list(range(5))), atol=1e-10)


@pytest.fixture(scope="module")
def ensemble(rows) -> Ensemble:
    fill = np.full(FEATURES, -1.0, np.float32)
    isolation = IsolationForest(n_estimators=30, max_samples=128, random_state=3).fit(np.nan_to_num(rows, nan=-1.0))
    return Ensemble(
        trees=from_lightgbm(booster_of(rows).dump_model()),
        isolation=from_isolation_forest(isolation.estimators_, isolation.estimators_features_),
        isolation_samples=128,
        fill=fill,
        calibration=Calibration(0.8, 2.5, -1.5),
    )


def test_contributions_sum_to_the_log_odds_that_decided(rows, ensemble):
    with_network = replace(
        ensemble,
        network=random_network(features=FEATURES, inputs=9, hidden=(8, 5)),
        calibration=replace(ensemble.calibration, network=0.6),
    )
    for each, tolerance in ((ensemble, 1e-9), (with_network, 1e-4)):  # a network sums in float32
        contributions = Contributions.of(each)
        margin = each.calibration.margin(each.members(rows[:500]))
        np.testing.assert_allclose(contributions(rows[:500]).sum(axis=1) + contributions.usual, margin, atol=tolerance)


def test_a_row_s_contributions_do_not_depend_on_its_batch(rows, ensemble):
    contributions = Contributions.of(ensemble)
    together = contributions(rows[:64])
    alone = np.concatenate([contributions(rows[at : at + 1]) for at in range(64)])
    assert (together == alone).all()


def test_a_forest_that_does_not_say_what_it_saw_is_refused(rows):
    forest = from_lightgbm(booster_of(rows).dump_model())
    forest.covers[3] = 0.0
    with pytest.raises(ValueError, match="no training row"):
        paths_of(forest)
