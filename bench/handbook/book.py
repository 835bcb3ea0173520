"""The book's side: its 15 features (chapter 3, "Baseline feature transformation"), and its XGBoost (chapter 5)."""

import numpy as np
import xgboost
from numpy.typing import NDArray

from bench.handbook.history import History
from bench.handbook.protocol import Fold
from feature_store.vocabulary import DAY_MS, HOUR_MS

WINDOW_DAYS = (1, 7, 30)
RISK_DELAY_MS = 7 * DAY_MS
NAMES = (
    "TX_AMOUNT", "TX_DURING_WEEKEND", "TX_DURING_NIGHT",
    *(f"CUSTOMER_ID_{what}_{days}DAY_WINDOW" for days in WINDOW_DAYS for what in ("NB_TX", "AVG_AMOUNT")),
    *(f"TERMINAL_ID_{what}_{days}DAY_WINDOW" for days in WINDOW_DAYS for what in ("NB_TX", "RISK")),
)  # fmt: skip
# What validation chose in the book. Its XGBoost searched splits exactly and began from even odds; today's does neither.
TREES = {"n_estimators": 100, "learning_rate": 0.1, "max_depth": 5, "tree_method": "exact", "base_score": 0.5}
_SATURDAY, _LAST_HOUR_OF_NIGHT = 5, 6
_DAY_0_WEEKDAY = 3  # 1970-01-01 was a Thursday


def features(history: History) -> NDArray[np.float64]:
    """Return float64[n, 15] in the order of `NAMES`; amounts are whole units of currency, as in the book."""
    weekday = (history.day + _DAY_0_WEEKDAY) % 7
    hour = history.time_ms % DAY_MS // HOUR_MS
    columns = [history.amount_cents / 100, weekday >= _SATURDAY, hour <= _LAST_HOUR_OF_NIGHT]
    for days in WINDOW_DAYS:
        count, total = _window(history.customer, history.time_ms, history.amount_cents, days=days, delay_ms=0)
        columns += [count, total / count / 100]
    for days in WINDOW_DAYS:
        count, frauds = _window(
            history.terminal, history.time_ms, history.fraud.astype(np.int64), days=days, delay_ms=RISK_DELAY_MS
        )
        columns += [count, frauds / np.maximum(count, 1)]
    return np.column_stack(columns).astype(np.float64)


def _window(
    key: NDArray[np.int64], time_ms: NDArray[np.int64], value: NDArray[np.int64], *, days: int, delay_ms: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count and sum int64[n] over (t - delay - days, t - delay] of the same key; events of the same moment in their order."""
    order = np.lexsort((time_ms, key))
    reach = int(time_ms[-1] - time_ms[0]) + days * DAY_MS + delay_ms + 1
    place = np.unique(key, return_inverse=True)[1][order] * reach + (time_ms[order] - time_ms[0])
    sums = np.concatenate([[0], np.cumsum(value[order])])
    # With a delay an event is not in its own window; without one the window ends with it, whatever else came that moment.
    end = np.searchsorted(place, place - delay_ms, side="right") if delay_ms else np.arange(1, len(place) + 1)
    begin = np.searchsorted(place, place - delay_ms - days * DAY_MS, side="right")
    count, total = np.empty_like(end), np.empty_like(sums[1:])
    count[order], total[order] = end - begin, sums[end] - sums[begin]
    return count, total


def scores(rows: NDArray[np.float64], history: History, fold: Fold) -> NDArray[np.float64]:
    """Train the book's XGBoost on a fold and return its probabilities float64[len(fold.test)]."""
    model = xgboost.XGBClassifier(**TREES, n_jobs=1, random_state=0)
    model.fit(rows[fold.train], history.fraud[fold.train])
    return np.asarray(model.predict_proba(rows[fold.test])[:, 1], np.float64)
