"""The models by name, as the ensemble and the bench ask for them."""

from functools import partial

from pipelines.forecast import classical, network
from pipelines.forecast.autoregression import COMMON, OWN, Autoregressions
from pipelines.forecast.backtest import Model
from pipelines.forecast.calendar import Holidays, brazilian, everywhere
from pipelines.forecast.cycle import salary_cycle
from pipelines.forecast.prophet_model import prophet
from pipelines.forecast.simple import naive, recent_mean, seasonal_naive, yearly_naive
from pipelines.forecast.trees import MEANS, trees

BASELINES = ("naive", "seasonal_naive")
HOLIDAYS: dict[str, Holidays] = {"common": everywhere, "brazil": brazilian}
# The newest steps that a model of one series at a time looks at.
_LONGEST = 300


def every_model(*, holidays: Holidays = everywhere) -> dict[str, Model]:
    """Return the models that can run here on hundreds of series, the baselines first. Libraries are imported when they run."""
    pooled = Autoregressions(holidays=holidays)
    found: dict[str, Model] = {
        "naive": naive,
        "seasonal_naive": seasonal_naive,
        "yearly_naive": yearly_naive,
        "ets": partial(classical.local, model=classical.ets, longest=_LONGEST),
        "theta": partial(classical.local, model=classical.theta, longest=_LONGEST),
        "optimised_theta": partial(classical.local, model=classical.optimised_theta, longest=_LONGEST),
        "autoregression": partial(pooled.forecast, strength=OWN),
        "common_autoregression": partial(pooled.forecast, strength=COMMON),
        "trees": partial(trees, holidays=holidays),
    }
    if network.available():
        found["network"] = network.network
    return found


def flow_models(*, holidays: Holidays) -> dict[str, Model]:
    """Return the models of money that comes and goes by days: mostly none, then much, so that means are what adds up."""
    return {
        "seasonal_naive": seasonal_naive,
        "recent_mean": recent_mean,
        "salary_cycle": partial(salary_cycle, holidays=holidays),
        "trees": partial(trees, holidays=holidays, growth=MEANS),
    }


def by_name_only(*, holidays: Holidays = everywhere) -> dict[str, Model]:
    """Return the models that take a second a series and more, and are run when they are asked for."""
    return {
        "arima": partial(classical.local, model=classical.arima, longest=_LONGEST),
        "tbats": partial(classical.local, model=classical.tbats, longest=_LONGEST),
        "prophet": partial(prophet, holidays=holidays),
    }


def left_out() -> tuple[str, ...]:
    """Return the models that cannot run here because an extra is not installed."""
    return () if network.available() else ("network",)
