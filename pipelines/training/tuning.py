"""Better parameters of the trees, looked for within a bound, on rolling origins inside the days to learn from.

The first trial is the parameters that are used without tuning, so that what is found is never worse there than they are.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from pipelines.training.bound import Bound
from pipelines.training.dataset import Progress, TrainingSet
from pipelines.training.slices import origins
from pipelines.training.trees import SEED, TREES, draw, on_threads
from risk.forest import MAX_MASKED_LEAVES

ORIGINS, ORIGIN_DAYS = 3, 7
TRIED_NEGATIVES, TRIED_ROUNDS = 60_000, 120
TUNED = ("learning_rate", "num_leaves", "min_data_in_leaf", "feature_fraction", "bagging_fraction", "lambda_l2")
Seconds = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Trial:
    """What was tried, and the mean average precision over the origins; None where the time was up before its end."""

    number: int
    parameters: dict[str, float | int]
    average_precision: float | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Tuned:
    """The best parameters, whole, and the history."""

    parameters: dict[str, Any]
    trials: list[Trial]
    origins: int
    bound: Bound

    @property
    def best(self) -> Trial:
        """The first of the trials with the highest average precision."""
        return max(
            (trial for trial in self.trials if trial.average_precision is not None),
            key=lambda each: each.average_precision or 0.0,
        )

    def history(self) -> list[dict[str, float | int | None]]:
        """Return the trials as rows of a table."""
        return [{**{k: v for k, v in asdict(trial).items() if k != "parameters"}, **trial.parameters} for trial in self.trials]


class _TimeIsUp(Exception):
    """The bound was reached within a trial."""


@dataclass(frozen=True, slots=True)
class _Fold:
    """Rows before an origin, sampled, and the later ones that they are judged on."""

    rows: NDArray[np.float32]
    fraud: NDArray[np.int64]
    weight: NDArray[np.float64]
    later: NDArray[np.float32]
    later_fraud: NDArray[np.bool_]


def tune(
    data: TrainingSet,
    *,
    train: NDArray[np.int64],
    columns: NDArray[np.int64],
    bound: Bound,
    progress: Progress,
    seconds: Seconds = time.monotonic,
) -> Tuned | None:
    """Look for parameters with optuna's TPE (Bergstra et al. 2011), seeded. None where the days have no origin to judge by.

    The first trial is always finished; every later one is cut when the time is up.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    began_s = seconds()
    deadline_s = began_s + bound.minutes * 60
    folds = _folds(data, train, columns)
    if not folds:
        return None
    trials: list[Trial] = []

    def objective(trial: "optuna.Trial") -> float:
        tried = _suggested(trial)
        trial_began_s = seconds()
        reached = None
        try:
            until_s = deadline_s if trials else float("inf")
            reached = float(np.mean([_judged(fold, tried, until_s=until_s, seconds=seconds) for fold in folds]))
        except _TimeIsUp:
            raise optuna.TrialPruned from None
        finally:
            trials.append(Trial(trial.number, tried, reached, seconds() - trial_began_s))
        progress(f"trial {len(trials)} of at most {bound.trials}: average precision {reached:.4f} on {len(folds)} later weeks")
        return reached

    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=SEED))
    study.enqueue_trial({name: TREES[name] for name in TUNED})

    def ended(study: "optuna.Study", _trial: object) -> None:
        if seconds() >= deadline_s:
            study.stop()

    study.optimize(objective, n_trials=bound.trials, callbacks=[ended])
    best = Tuned(dict(TREES), trials, len(folds), bound).best
    return Tuned({**TREES, **best.parameters}, trials, len(folds), bound)


def _suggested(trial: Any) -> dict[str, float | int]:
    """The space: trees that are asked by leaf masks, so that what one costs in line stays about what it is."""
    return {
        "learning_rate": trial.suggest_float("learning_rate", 0.03, 0.2, log=True),
        "num_leaves": trial.suggest_int("num_leaves", 8, MAX_MASKED_LEAVES),
        "min_data_in_leaf": trial.suggest_int("min_data_in_leaf", 10, 300, log=True),
        "feature_fraction": trial.suggest_float("feature_fraction", 0.1, 1.0, log=True),
        "bagging_fraction": trial.suggest_float("bagging_fraction", 0.5, 1.0),
        "lambda_l2": trial.suggest_float("lambda_l2", 0.1, 50.0, log=True),
    }


def _folds(data: TrainingSet, train: NDArray[np.int64], columns: NDArray[np.int64]) -> list[_Fold]:
    generator = np.random.default_rng(SEED)
    found = []
    for older, younger in origins(data, train, count=ORIGINS, days=ORIGIN_DAYS):
        sample = draw(data, older, generator=generator, negatives=TRIED_NEGATIVES)
        found.append(
            _Fold(
                np.ascontiguousarray(sample.rows[:, columns]), sample.fraud, sample.weight,
                data.rows[younger][:, columns], data.fraud[younger],
            )
        )  # fmt: skip
    return found


def _judged(fold: _Fold, tried: dict[str, float | int], *, until_s: float, seconds: Seconds) -> float:
    """Average precision on the later rows. Raises _TimeIsUp."""

    def in_time(_environment: object) -> None:
        if seconds() >= until_s:
            raise _TimeIsUp

    in_time(None)
    chosen = on_threads({**TREES, **tried}, len(fold.rows))
    learned = lgb.Dataset(fold.rows, fold.fraud, weight=fold.weight, params=chosen)
    booster = lgb.train(chosen, learned, TRIED_ROUNDS, callbacks=[in_time])
    return float(average_precision_score(fold.later_fraud, booster.predict(fold.later, raw_score=True)))
