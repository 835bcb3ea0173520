"""Two stages of gradient trees: what an account's own payments and groups say, then what is believed of those around it.

The second stage reads beliefs in the accounts around one. For an account that it learns from, they come from a model that did
not see its fold; for an account to be judged, from one that saw all that is known. Only known labels enter, and never an
account's own: `known` has -1 where none may be read.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from risk.aml.features import Structure, Table, table
from risk.aml.graph import Floats, Ints
from risk.aml.neighbours import belief_columns

UNKNOWN = -1
INNER_FOLDS = 4
FIRST_SEEDS = (1,)
SEEDS = (1, 2, 3)
ROUNDS = 150
TREES = {
    "objective": "binary",
    "learning_rate": 0.05,
    "num_leaves": 15,
    "min_data_in_leaf": 10,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 2.0,
    "deterministic": True,
    "force_col_wise": True,
    "num_threads": 1,  # models run beside each other; threads of one tree wait for each other, most of all on a busy machine
    "verbose": -1,
}
AT_ONCE = 2


class NothingToLearn(ValueError):
    """The known accounts are all of one kind, or too few for the inner folds."""


class Around(Enum):
    """What the second stage reads of the accounts around one."""

    LABELS = "labels"  # the label where it is known, a score elsewhere
    SCORES = "scores"  # a score everywhere, from a model that did not learn from that account


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """One model: the mean log odds of trees that saw other rows and columns each."""

    boosters: tuple[lgb.Booster, ...]

    def probability(self, rows: Floats) -> Floats:
        """Return float64[len(rows)] in [0, 1]."""
        log_odds = [np.asarray(each.predict(rows, raw_score=True, num_threads=1), np.float64) for each in self.boosters]
        return np.asarray(1 / (1 + np.exp(-np.mean(log_odds, axis=0))), np.float64)


def fit(rows: Floats, laundering: Ints, *, seeds: Sequence[int] = SEEDS, rounds: int = ROUNDS) -> Trees:
    """Train on rows float64[n, columns] and labels int64[n] of 0 and 1. Raises NothingToLearn where one of them is missing."""
    if len(np.unique(laundering)) != 2:
        raise NothingToLearn(f"{len(laundering)} known accounts, of which {int(laundering.sum())} launder: there must be both")
    learned = lgb.Dataset(rows, laundering, params=TREES, free_raw_data=False)
    learned.construct()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Trees(tuple(pool.map(lambda seed: lgb.train(TREES | {"seed": seed}, learned, rounds), seeds)))


@dataclass(frozen=True, slots=True, eq=False)
class FirstStage:
    """What payments and groups alone say: probabilities float64[accounts].

    `all_known` comes from a model of every known account, `inner` float64[INNER_FOLDS, accounts] from models that did not see
    one fold each. `known` and `fold` are what they learned by.
    """

    known: Ints
    fold: Ints
    all_known: Floats
    inner: Floats

    @property
    def own(self) -> Floats:
        """Each account's probability from a model that did not learn from it."""
        is_known = self.known != UNKNOWN
        return np.where(is_known, self.inner[np.where(is_known, self.fold, 0), np.arange(len(self.known))], self.all_known)


def first_stage(features: Table, known: Ints, fold: Ints, *, seeds: Sequence[int] = FIRST_SEEDS) -> FirstStage:
    """Learn from the accounts that are known and score all.

    `known` int64[accounts] is 1 for a launderer, 0 for another and -1 where the label may not be read. `fold` int64[accounts]
    is the inner fold in [0, INNER_FOLDS) of each known account: accounts that must not tell of each other share one.
    Raises NothingToLearn.
    """
    rows, is_known = features.rows, known != UNKNOWN

    def scored(learned: NDArray[np.bool_]) -> Floats:
        return fit(rows[learned], known[learned], seeds=seeds).probability(rows)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        every, *inner = pool.map(scored, [is_known, *(is_known & (fold != each) for each in range(INNER_FOLDS))])
    return FirstStage(known, fold, every, np.array(inner))


def second_stage(
    found: Structure, features: Table, first: FirstStage, *, around: Around, seeds: Sequence[int] = SEEDS
) -> Floats:
    """Learn from what is believed of the accounts around each, too: probabilities float64[accounts].

    Of an account that is known they say what a model that learned from it thinks.
    """
    known, own = first.known, first.own
    is_known = known != UNKNOWN
    rows = _second_rows(found, features, np.where(is_known, known, own) if around is Around.LABELS else own, own)
    if around is Around.LABELS:
        for fold in range(INNER_FOLDS):
            held_out = is_known & (first.fold == fold)
            belief = np.where(is_known & ~held_out, known, first.inner[fold])
            rows[held_out] = _second_rows(found, features, belief, own)[held_out]
    return fit(rows[is_known], known[is_known], seeds=seeds).probability(rows)


def _second_rows(found: Structure, features: Table, belief: Floats, own: Floats) -> Floats:
    columns = table(belief_columns(found.graph, found.circles, found.scatters, belief.astype(np.float64)))
    return np.column_stack((features.rows, own, columns.rows))


def spread_folds(laundering: NDArray[np.bool_], groups: NDArray[np.int64], *, count: int, seed: int) -> Ints:
    """Return a fold in [0, count) for each account, int64[accounts].

    A group's launderers stay together; groups go, the largest first, to the fold with the fewest launderers so far, in an order
    that the seed draws among equals. All others are dealt at random.
    """
    rng = np.random.default_rng(seed)
    folds = np.empty(len(laundering), np.int64)
    others = rng.permutation(np.flatnonzero(~laundering))
    folds[others] = np.arange(len(others)) % count
    _, group = np.unique(groups[laundering], return_inverse=True)
    sizes = np.bincount(group)
    of_group, filled = np.zeros(len(sizes), np.int64), np.zeros(count, np.int64)
    for one in sorted(rng.permutation(len(sizes)), key=lambda each: -sizes[each]):
        of_group[one] = np.argmin(filled)
        filled[of_group[one]] += sizes[one]
    folds[laundering] = of_group[group]
    return folds
