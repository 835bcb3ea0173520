"""Our side's second stage: what the catalogue says, set against each other, and a blend of gradient trees over it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from bench.handbook import catalogue
from bench.handbook.history import History
from bench.handbook.protocol import Fold
from bench.handbook.terminals import streaks
from feature_store.vocabulary import DAY_MS, LABEL_DELAY_MS

SEEDS = (1, 2, 3, 4, 5)
ROUNDS = 120
THREADS = 2
# Chosen on the six folds from 2018-05-02 on; docs/fraud-handbook.md names them beside those that are reported.
TREES = {
    "objective": "binary",
    "boost_from_average": False,
    "learning_rate": 0.05,
    "num_leaves": 15,
    "max_depth": 5,
    "max_bin": 4095,
    "min_data_in_leaf": 10,
    "min_sum_hessian_in_leaf": 1.0,
    "feature_fraction": 0.6,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "monotone_constraints_method": "basic",
    "deterministic": True,
    "force_col_wise": True,
    "num_threads": 1,  # seeds run beside each other; threads of one tree wait for each other, most of all on a busy machine
    "verbose": -1,
}
# Of a terminal that was known good a label's delay ago, as a share of all odds; and how far back it matters.
UNSEEN_ODDS, LONGEST_UNSEEN_DAYS = 0.5, 35.0
LABEL_DELAY_DAYS = LABEL_DELAY_MS // DAY_MS
_RISING = 1  # more of it never makes a fraud less likely
_EITHER = 0


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the model is given: `rows` float64[n, F], NaN for unknown, and what it makes of a terminal that it knows nothing of.

    `signs` has 1 for a column with which the probability may only rise, else 0. `unseen_days` float64[n] is how long
    ago a terminal was last known good, NaN where it was fraud since.
    """

    rows: NDArray[np.float64]
    signs: tuple[int, ...]
    unseen_days: NDArray[np.float64]


def inputs(history: History) -> Inputs:
    """Work out all inputs of the whole history at once."""
    known = catalogue.features(history)
    at_terminal = streaks(history, known["customer_amount_to_median_90d"])
    median = known["customer_median_90d"]
    columns: dict[str, tuple[NDArray[Any], int]] = {
        "amount_cents": (history.amount_cents, _RISING),
        **{name: (known[name], _RISING) for name in catalogue.NAMES if name.startswith("customer_amount_to")},
        "customer_amount_z_score_90d": (known["customer_amount_z_score_90d"], _RISING),
        # Whether the customer's last week was unlike what is usual: no label is needed to see that.
        "customer_mean_7d_to_median_90d": (known["customer_mean_7d"] / median, _EITHER),
        "customer_max_7d_to_median_90d": (known["customer_max_7d"] / median, _EITHER),
        "payee_fraud_share_7d": (known["payee_fraud_share_7d"], _EITHER),
        "payee_fraud_share_30d": (known["payee_fraud_share_30d"], _EITHER),
        "terminal_streak": (at_terminal.length, _RISING),
        "terminal_streak_days": (at_terminal.begun_ms_ago / DAY_MS, _EITHER),
        "terminal_good_days": (at_terminal.good_ms_ago / DAY_MS, _EITHER),
        # How uncertain it is when the streak began.
        "terminal_unseen_days": ((at_terminal.good_ms_ago - at_terminal.begun_ms_ago) / DAY_MS, _EITHER),
    }
    unseen_days = np.fmin(at_terminal.good_ms_ago / DAY_MS, LONGEST_UNSEEN_DAYS)
    return Inputs(
        rows=np.column_stack([column for column, _ in columns.values()]),
        signs=tuple(sign for _, sign in columns.values()),
        unseen_days=np.where(at_terminal.length > 0, np.nan, unseen_days),
    )


def scores(given: Inputs, history: History, fold: Fold, *, seeds: tuple[int, ...] = SEEDS) -> NDArray[np.float64]:
    """Train on a fold and return log odds float64[len(fold.test)]: the mean of trees that see other rows and columns each."""
    rows = given.rows
    parameters = TREES | {"monotone_constraints": list(given.signs)}
    learned = lgb.Dataset(rows[fold.train], history.fraud[fold.train].astype(int), params=parameters, free_raw_data=False)
    learned.construct()

    def of_seed(seed: int) -> NDArray[np.float64]:
        booster = lgb.train(parameters | {"seed": seed}, learned, ROUNDS)
        return np.asarray(booster.predict(rows[fold.test], raw_score=True, num_threads=1), np.float64)

    with ThreadPoolExecutor(THREADS) as pool:
        log_odds = np.mean(list(pool.map(of_seed, seeds)), axis=0)
    return _with_unseen_abuse(log_odds, given.unseen_days[fold.test], share=float(history.fraud[fold.train].mean()))


def _with_unseen_abuse(log_odds: NDArray[np.float64], unseen_days: NDArray[np.float64], *, share: float) -> NDArray[np.float64]:
    """Add the odds that the terminal began to be abused since it was last known good: the longer ago, the likelier.

    Within the labels' delay nothing tells one such terminal from another, and a week of training gives trees only noise about
    them. The odds are small, so that only the order of what is not suspicious otherwise changes. `share` is that of frauds.
    """
    unseen = np.flatnonzero(~np.isnan(unseen_days))
    odds = UNSEEN_ODDS * share * unseen_days[unseen] / LABEL_DELAY_DAYS
    found = log_odds.copy()
    found[unseen] = np.logaddexp(log_odds[unseen], np.log(odds))
    return found
