"""Prophet (Taylor and Letham, "Forecasting at scale", 2018): a trend with changes, seasons as Fourier series, holidays.

One series at a time, and seconds each: for a bank's rails, not for its customers. It needs dates. The library is imported when
the model is run.
"""

import logging
from datetime import date, timedelta

import numpy as np

from pipelines.forecast.calendar import Holidays, everywhere
from pipelines.forecast.panel import DAY, Floats, Panel
from pipelines.forecast.simple import seasonal_naive


def prophet(panel: Panel, horizon: int, *, holidays: Holidays = everywhere) -> Floats:
    """Return the forecasts (series, horizon) of a dated panel without gaps; without dates, what the season before was."""
    if panel.last_days is None:
        return seasonal_naive(panel, horizon)
    import pandas
    from prophet import Prophet

    for noisy in ("cmdstanpy", "prophet"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    out = np.empty((len(panel), horizon))
    step = np.timedelta64(panel.step_days, "D")
    for row, values in enumerate(panel.values):
        known = values[~np.isnan(values)]
        if len(known) < 2:
            out[row] = known[-1]
            continue
        days = panel.last_days[row] + step * np.arange(1 - len(known), horizon + 1)
        model = Prophet(
            daily_seasonality=False,
            weekly_seasonality=panel.step_days == DAY and len(known) >= 2 * panel.season,
            yearly_seasonality=len(known) * panel.step_days >= 730,
            holidays=pandas.DataFrame(_named(days, holidays)),
            uncertainty_samples=0,
        )
        model.fit(pandas.DataFrame({"ds": days[: len(known)], "y": known}))
        out[row] = model.predict(pandas.DataFrame({"ds": days[len(known) :]}))["yhat"].to_numpy()
    return out


def _named(days: np.ndarray, holidays: Holidays) -> list[dict[str, object]]:
    first, last = (day.astype("datetime64[D]").astype(date) for day in (days[0], days[-1]))
    off = frozenset[date]().union(*(holidays(year) for year in range(first.year, last.year + 1)))
    within = sorted(day for day in off if first - timedelta(7) <= day <= last + timedelta(7))
    return [{"holiday": "day off", "ds": day, "lower_window": -1, "upper_window": 1} for day in within]
