"""Two stages: folds that keep groups whole, and labels that are read only where they are known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.laundering.generated import Pattern, generate
from pipelines.aml.learning import INNER_FOLDS, UNKNOWN, Around, NothingToLearn, first_stage, second_stage, spread_folds
from risk.aml.features import Windows, feature_table, structure
from risk.aml.graph import payment_graph

ACCOUNTS = 1_500


@pytest.fixture(scope="module")
def learned_from():
    made = generate([Pattern.CYCLE], seed=5, accounts=ACCOUNTS, groups=25)
    paid = made.transactions
    graph = payment_graph(
        paid["sourceNodeId"], paid["targetNodeId"], (paid["value"] * 100).round().to_numpy(), paid["time"], accounts=ACCOUNTS
    )
    found = structure(graph)
    features = feature_table(found, Windows(star=150, chain_gap=150, loop=150, alike=0.5))
    return found, features, made.nodes["isFraud"].to_numpy().astype(np.int64)


def _known(laundering: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    test = np.arange(ACCOUNTS) % 3 == 0
    known = np.where(test, UNKNOWN, laundering)
    return test, known, spread_folds(known == 1, np.arange(ACCOUNTS), count=INNER_FOLDS, seed=1)


@pytest.mark.parametrize("around", list(Around))
def test_launderers_that_are_not_known_are_found(learned_from, around):
    found, features, laundering = learned_from
    test, known, folds = _known(laundering)
    first = first_stage(features, known, folds)
    scores = second_stage(found, features, first, around=around, seeds=(1,))
    assert ((scores >= 0) & (scores <= 1)).all()
    ranked = laundering[test][np.argsort(-scores[test], kind="stable")]
    assert ranked[: int(0.6 * ranked.sum())].mean() > 0.9


def test_no_account_is_scored_by_a_model_that_learned_from_it(learned_from):
    _, features, laundering = learned_from
    test, known, folds = _known(laundering)
    first = first_stage(features, known, folds)
    account = int(np.flatnonzero((known == 0) & (folds == 2))[0])
    turned = known.copy()
    turned[account] = 1
    again = first_stage(features, turned, folds)
    assert again.own[account] == first.own[account]
    assert (again.inner[2] == first.inner[2]).all()
    assert (again.inner[0] != first.inner[0]).any()
    assert (first.own[test] == first.all_known[test]).all()


def test_labels_of_one_kind_are_refused(learned_from):
    _, features, _ = learned_from
    with pytest.raises(NothingToLearn, match="0 launder"):
        first_stage(features, np.zeros(ACCOUNTS, np.int64), np.arange(ACCOUNTS) % INNER_FOLDS)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 9)), min_size=1, max_size=80), st.integers(2, 5), st.integers(0, 3))
def test_folds_keep_groups_whole_and_spread_launderers(drawn, count, seed):
    laundering, groups = np.array([each for each, _ in drawn]), np.array([group for _, group in drawn])
    folds = spread_folds(laundering, groups, count=count, seed=seed)
    assert ((folds >= 0) & (folds < count)).all()
    for group in np.unique(groups[laundering]):
        assert len(np.unique(folds[laundering & (groups == group)])) == 1
    others = np.bincount(folds[~laundering], minlength=count)
    assert others.max() - others.min() <= 1
    launderers = np.bincount(folds[laundering], minlength=count)
    largest = np.bincount(groups[laundering]).max(initial=0)
    assert launderers.max() - launderers.min() <= largest
