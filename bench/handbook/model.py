"""Our side's second stage: what the catalogue says, set against each other, and a blend of gradient trees over it."""

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from bench.handbook import catalogue
from bench.handbook.history import History
from bench.handbook.protocol import Fold
from bench.handbook.terminals import streaks
from feature_store.vocabulary import DAY_MS

SEEDS = (1, 2, 3, 4, 5)
ROUNDS = 200
# Chosen on the six weeks from 2018-05-02 on; docs/benches.md names them beside those that are reported.
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
    "num_threads": 2,
    "verbose": -1,
}
_RISING = 1  # more of it never makes a fraud less likely
_EITHER = 0


def features(history: History) -> tuple[NDArray[np.float64], tuple[int, ...]]:
    """Return float64[n, F], NaN for unknown, and for each column whether the probability may only rise with it (1) or not (0)."""
    known = catalogue.features(history)
    at_terminal = streaks(history, known["customer_amount_to_median_90d"])
    median = known["customer_median_90d"]
    columns = {
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
        "terminal_good_days": (at_terminal.good_ms_ago / DAY_MS, _RISING),
        # How uncertain it is when the streak began.
        "terminal_unseen_days": ((at_terminal.good_ms_ago - at_terminal.begun_ms_ago) / DAY_MS, _EITHER),
    }
    return np.column_stack([column for column, _ in columns.values()]), tuple(sign for _, sign in columns.values())


def scores(
    rows: NDArray[np.float64], signs: tuple[int, ...], history: History, fold: Fold, *, seeds: tuple[int, ...] = SEEDS
) -> NDArray[np.float64]:
    """Train on a fold and return mean log odds float64[len(fold.test)]: trees that see other rows and columns for each seed."""
    parameters = TREES | {"monotone_constraints": list(signs)}
    learned = lgb.Dataset(rows[fold.train], history.fraud[fold.train].astype(int), params=parameters, free_raw_data=False)
    total = np.zeros(len(fold.test))
    for seed in seeds:
        booster = lgb.train(parameters | {"seed": seed}, learned, ROUNDS)
        total += booster.predict(rows[fold.test], raw_score=True)
    return total / len(seeds)
