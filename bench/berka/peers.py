"""What the card is measured beside: gradient trees and logistic regression on the attributes as they are, in the same folds."""

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

# Small trees and few of them: 76 loans of 682 went badly.
TREES = {
    "objective": "binary", "learning_rate": 0.05, "num_leaves": 7, "min_data_in_leaf": 20, "bagging_fraction": 0.8,
    "bagging_freq": 1, "feature_fraction": 0.6, "verbose": -1, "num_threads": 1,
}  # fmt: skip
ROUNDS = 80
INVERSE_RIDGE = 0.1


def trees(rows: NDArray[np.float64], bad: NDArray[np.bool_], asked: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """Return probabilities by gradient trees, which take unknown values as they are."""
    booster = lgb.train(TREES | {"seed": seed}, lgb.Dataset(rows, bad.astype(int)), ROUNDS)
    return np.asarray(booster.predict(asked), np.float64)


def logistic(rows: NDArray[np.float64], bad: NDArray[np.bool_], asked: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """Return probabilities by logistic regression on standardised values, medians and a mark standing in for unknown ones."""
    known = ~np.isnan(rows).all(axis=0)
    model = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True),
        StandardScaler(),
        LogisticRegression(C=INVERSE_RIDGE, max_iter=1_000, random_state=seed),
    )
    model.fit(rows[:, known], bad)
    return np.asarray(model.predict_proba(asked[:, known])[:, 1], np.float64)
