"""What comes back with a month's salary: the mean of the days as long after a salary day as each day ahead."""

import numpy as np

from pipelines.forecast.calendar import PLACES, Holidays, brazilian, calendar_of
from pipelines.forecast.panel import DAY, Floats, Panel
from pipelines.forecast.simple import known_mean, recent_mean

_SINCE_SALARY = PLACES.index("since_salary")


def salary_cycle(panel: Panel, horizon: int, *, months: int = 3, holidays: Holidays = brazilian) -> Floats:
    """Return the forecasts (series, horizon) of a panel of days, from the newest `months` months before each day ahead.

    A day that no earlier month had, and a panel without dates, gets what `recent_mean` says.
    """
    out = recent_mean(panel, horizon)
    if panel.last_days is None or panel.step_days != DAY:
        return out
    calendar = calendar_of(panel, horizon, holidays=holidays)
    steps = np.arange(panel.values.shape[1] + horizon)
    for last_day in np.unique(panel.last_days):
        rows = panel.last_days == last_day
        since = calendar.places[calendar.numbers(panel, int(rows.argmax()), steps), _SINCE_SALARY]
        month = (since == 0).cumsum()
        for ahead in range(horizon):
            at = panel.values.shape[1] + ahead
            same = (since == since[at]) & (month < month[at]) & (month >= month[at] - months)
            found = known_mean(panel.values[rows][:, same[: panel.values.shape[1]]])
            out[rows, ahead] = np.where(np.isnan(found), out[rows, ahead], found)
    return out
