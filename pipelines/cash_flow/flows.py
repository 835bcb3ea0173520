"""Rows of what came and went, as series of days that models know, and forecasts of them as rows again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from pipelines.cash_flow.repository import FlowRow
from pipelines.forecast.conformal import Bands
from pipelines.forecast.panel import Floats, Panel

WEEK_DAYS = 7
# A series shorter than this says too little of a week for anything but its mean.
FEWEST_DAYS = 14
Key = tuple[str, str]
FLOWS = ("inflow", "outflow", "net")


@dataclass(frozen=True, slots=True)
class Flows:
    """Series of a subject and currency, in this order: all inflows, then all outflows. A day without movement is 0."""

    keys: tuple[Key, ...]
    panel: Panel

    @property
    def history_days(self) -> int:
        """How many days the longest series has."""
        return int(self.panel.values.shape[1])


def flows_of(rows: Sequence[FlowRow], *, last_day: date, most_days: int) -> Flows | None:
    """Return the series up to and with `last_day`; those too short to say anything are left out, None where all are.

    A series begins with the first day on which anything came or went.
    """
    first: dict[Key, date] = {}
    for subject, currency, day, _came, _went in rows:
        key = (subject, currency)
        first[key] = min(first.get(key, day), day)
    keys = tuple(sorted(key for key, day in first.items() if (last_day - day).days + 1 >= FEWEST_DAYS))
    if not keys:
        return None
    width = min(most_days, max((last_day - first[key]).days + 1 for key in keys))
    places = {key: place for place, key in enumerate(keys)}
    values = np.zeros((2, len(keys), width))
    for key, place in places.items():
        begins = width - 1 - (last_day - first[key]).days
        values[:, place, : max(begins, 0)] = np.nan
    for subject, currency, day, came, went in rows:
        at = width - 1 - (last_day - day).days
        found = places.get((subject, currency))
        if found is not None and at >= 0:
            values[0, found, at] += came
            values[1, found, at] += went
    names = tuple(f"{flow}:{subject}:{currency}" for flow in FLOWS[:2] for subject, currency in keys)
    days = np.full(2 * len(keys), np.datetime64(last_day, "D"))
    return Flows(keys, Panel(names, values.reshape(2 * len(keys), width), WEEK_DAYS, days))


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of one flow: (subjects, days) in minor units, and how far its intervals reach."""

    expected: Floats
    bands: Bands
    floor: float


def rows_of(
    flows: Flows, said: Mapping[str, Said], *, tenant_id: str, kind: str, first_day: date
) -> Iterator[tuple[object, ...]]:
    """Yield the columns of forecast.flow. Amounts are whole minor units, rounded half to even; no flow is below its floor."""
    amounts = {flow: _whole(each) for flow, each in said.items()}
    for place, (subject, currency) in enumerate(flows.keys):
        for flow, whole in amounts.items():
            for ahead in range(whole.shape[2]):
                day = first_day + timedelta(ahead)
                yield (
                    tenant_id,
                    kind,
                    first_day,
                    subject,
                    currency,
                    day,
                    flow,
                    *(int(each) for each in whole[:, place, ahead]),
                )


def _whole(said: Said) -> NDArray[np.int64]:
    """Expected, low and high of 80%, low and high of 95% (5, subjects, days)."""
    expected = np.maximum(said.expected, said.floor)
    low_80, high_80 = said.bands.around(expected, 0.80)
    low_95, high_95 = said.bands.around(expected, 0.95)
    found = np.array([expected, low_80, high_80, np.minimum(low_95, low_80), np.maximum(high_95, high_80)])
    return np.asarray(np.rint(np.maximum(found, said.floor)), dtype=np.int64)
