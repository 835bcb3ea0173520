"""Models of one series at a time, by statsforecast: exponential smoothing, Theta, ARIMA, TBATS.

ETS: Hyndman et al., "A state space framework", 2002. Theta: Assimakopoulos and Nikolopoulos, 2000, and Fiorucci et al., "Models
for optimising the theta method", 2016. ARIMA: Hyndman and Khandakar, 2008. A series that a model cannot fit keeps its newest
value, and is counted by who measures.
"""

import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from multiprocessing import get_context
from typing import Any

import numpy as np

from pipelines.forecast.panel import Floats, Panel

WORKERS = 2
_CHUNK = 32
Made = Callable[[int], Any]


def ets(season: int) -> Any:
    """Damped exponential smoothing, its error, trend and season chosen by AICc. Seasons over 24 steps are left out of it."""
    from statsforecast.models import AutoETS

    return AutoETS(season_length=season if season <= 24 else 1, model="ZZZ")


def theta(season: int) -> Any:
    """The classical theta method: half the slope, and exponential smoothing."""
    from statsforecast.models import Theta

    return Theta(season_length=season)


def optimised_theta(season: int) -> Any:
    """The theta line's coefficient chosen as well, its slope taken anew at every step."""
    from statsforecast.models import DynamicOptimizedTheta

    return DynamicOptimizedTheta(season_length=season)


def arima(season: int) -> Any:
    """Orders chosen stepwise by AICc. A season over 24 steps would take minutes a series: it is left out."""
    from statsforecast.models import AutoARIMA

    return AutoARIMA(season_length=season if season <= 24 else 1, max_p=3, max_q=3, approximation=True, nmodels=20)


def tbats(season: int) -> Any:
    """Trigonometric seasons with a trend that fades."""
    from statsforecast.models import TBATS

    return TBATS(season_length=season, use_boxcox=False, use_arma_errors=False)


def local(panel: Panel, horizon: int, *, model: Made, longest: int) -> Floats:
    """Return the forecasts (series, horizon), of each series' newest `longest` steps."""
    tails = [_tail(values, longest) for values in panel.values]
    work = partial(_forecast, model=model, season=panel.season, horizon=horizon)
    chunks = [tails[at : at + _CHUNK] for at in range(0, len(tails), _CHUNK)]
    if len(tails) <= _CHUNK:  # what a process takes to begin is more than these take
        return work(tails)
    return np.concatenate(list(_pool().map(work, chunks)))


@cache
def _pool() -> ProcessPoolExecutor:
    """Workers that live as long as the process: the library takes longer to import than to forecast."""
    return ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn"))


def _tail(values: Floats, longest: int) -> Floats:
    known = values[~np.isnan(values)]
    return known[-longest:]


def _forecast(tails: list[Floats], *, model: Made, season: int, horizon: int) -> Floats:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one line a series says nothing that its backtest does not
        return np.array(list(_each(tails, model=model, season=season, horizon=horizon)))


def _each(tails: list[Floats], *, model: Made, season: int, horizon: int) -> Iterator[Floats]:
    for tail in tails:
        newest = np.full(horizon, tail[-1])
        try:
            found = model(season).forecast(y=tail, h=horizon)["mean"]
        except Exception:
            yield newest
        else:
            yield found if np.isfinite(found).all() else newest
