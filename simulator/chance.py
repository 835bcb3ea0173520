"""Draws that ordinary life, its look-alikes and fraud share, so that none of them gives itself away by how it was drawn."""

from typing import Any

import numpy as np
import numpy.typing as npt

from simulator.calendar import LOCAL_OFFSET_MS, Day
from simulator.codes import BOLETO, CARD, CASH, DAY_MS, HOUR_MS, NO_PLACE, PIX, REAL
from simulator.events import Events

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

ORDINARY_HOURS, EARLY_HOURS, LATE_HOURS, OFFICE_HOURS, NIGHT_HOURS = range(5)
NIGHT_PIX_LIMIT_MINOR = 1_000 * REAL
"""Resolução BCB 142/2021: the usual limit of a person's Pix from 20 h to 6 h."""
SHARE_WITH_A_HIGHER_NIGHT_LIMIT = 0.22
NEW_OUTSIDE_FIRST = 500_000_000
"""Payees at other banks from here on are known by nobody's habit."""
NEW_OUTSIDE_COUNT = 400_000_000
SMALLEST_MINOR = 100

_HOUR_WEIGHTS = np.array(
    [
        [6, 3, 2, 1, 1, 2, 8, 22, 36, 46, 52, 60, 70, 62, 52, 52, 56, 66, 78, 74, 62, 46, 28, 14],
        [2, 1, 1, 1, 3, 12, 30, 52, 78, 90, 92, 82, 60, 48, 52, 58, 54, 44, 34, 24, 15, 8, 4, 2],
        [34, 22, 14, 8, 4, 2, 3, 8, 16, 26, 36, 44, 56, 56, 48, 50, 54, 60, 70, 80, 84, 78, 66, 50],
        [1, 0.5, 0.5, 0.5, 1, 2, 6, 18, 62, 92, 98, 88, 52, 70, 92, 96, 86, 62, 28, 12, 7, 5, 3, 2],
        [70, 56, 40, 26, 14, 6, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 6, 20, 44, 60, 74, 78],
    ]
)
_HOUR_CUMULATIVE = np.cumsum(_HOUR_WEIGHTS / _HOUR_WEIGHTS.sum(axis=1, keepdims=True), axis=1)
_HOUR_SEARCH = (_HOUR_CUMULATIVE + np.arange(len(_HOUR_CUMULATIVE))[:, None]).reshape(-1)


def moments(rng: np.random.Generator, day: Day, profiles: npt.NDArray[Any]) -> Ints:
    """Return a millisecond of the day for each row, by its hour profile."""
    if day.only_hour is not None:
        return np.asarray(day.start_ms + day.only_hour * HOUR_MS + rng.integers(0, HOUR_MS, size=len(profiles)), dtype=np.int64)
    position = np.searchsorted(_HOUR_SEARCH, profiles + rng.random(len(profiles)) * 0.999_999, side="right")
    hour = np.minimum(position - profiles * 24, 23)
    return np.asarray(day.start_ms + hour * HOUR_MS + rng.integers(0, HOUR_MS, size=len(profiles)), dtype=np.int64)


def awake(profiles: npt.NDArray[Any], hour: int) -> Floats:
    """Return how busy an hour is for each profile, 1 for the busiest profile."""
    weights = (_HOUR_WEIGHTS / _HOUR_WEIGHTS.sum(axis=1, keepdims=True))[:, hour]
    return np.asarray(weights[profiles] / weights[:OFFICE_HOURS].max())


def local_hours(moments_ms: Ints) -> Ints:
    """Return the local hour of each moment."""
    return np.asarray((moments_ms + LOCAL_OFFSET_MS) % DAY_MS // HOUR_MS)


def shaped(rng: np.random.Generator, raw_minor: npt.NDArray[Any], channel: npt.NDArray[Any]) -> Ints:
    """Round amounts the way people and shops do: whole reais on Pix, notes from a machine, .90 and .99 in shops."""
    amount = np.maximum(raw_minor, SMALLEST_MINOR).astype(np.int64)
    chance = rng.random(len(amount))
    reais = np.where(amount > 20_000, 1_000, np.where(amount > 3_000, 500, 100))
    whole = np.maximum(amount // reais, 1) * reais
    notes = np.maximum(amount // 2_000, 1) * 2_000
    shop = np.maximum(amount // 100, 1) * 100 - np.where(chance < 0.25, 10, 1)
    result = np.where((channel == PIX) & (chance < 0.62), whole, amount)
    result = np.where((channel == CARD) & (chance < 0.4), shop, result)
    result = np.where(channel == CASH, np.where(chance < 0.93, notes, whole), result)
    return np.asarray(np.maximum(result, SMALLEST_MINOR))


def within_night_limit(rng: np.random.Generator, amount: Ints, *, channel: npt.NDArray[Any], moments_ms: Ints) -> Ints:
    """Keep Pix at night under the usual limit, for all but those who raised theirs."""
    hour = local_hours(moments_ms)
    bound = (channel == PIX) & ((hour >= 20) | (hour < 6)) & (amount > NIGHT_PIX_LIMIT_MINOR)
    bound &= rng.random(len(amount)) >= SHARE_WITH_A_HIGHER_NIGHT_LIMIT
    lower = (NIGHT_PIX_LIMIT_MINOR * rng.beta(4, 1.5, size=len(amount))).astype(np.int64) // 1_000 * 1_000
    return np.where(bound, lower, amount)


def new_outside(rng: np.random.Generator, count: int) -> Ints:
    """Return numbers of people at other banks whom nobody here has paid before."""
    return NEW_OUTSIDE_FIRST + rng.integers(0, NEW_OUTSIDE_COUNT, size=count)


def with_arrival(rng: np.random.Generator, events: Events) -> Events:
    """Set `known_at`: moments later on Pix and cards, seconds on boletos, now and then hours for an offline terminal."""
    rows = len(events)
    usual = np.where(events.channel == CARD, 450.0, np.where(events.channel == BOLETO, 4_000.0, 110.0))
    delay = usual * np.exp(rng.normal(0, 0.5, rows))
    offline = (events.channel == CARD) & (rng.random(rows) < 0.004)
    delay = np.where(offline, rng.uniform(2 * 60_000, 5 * HOUR_MS, rows), delay)
    return events.replace(known_at=events.event_time + np.maximum(delay.astype(np.int64), 20))


def near_home(rng: np.random.Generator, latitude_e5: Ints, longitude_e5: Ints, *, told: float = 0.7) -> tuple[Ints, Ints]:
    """Return where a phone says it is: near home, or nothing where its owner shares no place."""
    rows = len(latitude_e5)
    known = rng.random(rows) < told
    latitude = latitude_e5 + rng.normal(0, 2_500, rows).astype(np.int64)
    longitude = longitude_e5 + rng.normal(0, 2_500, rows).astype(np.int64)
    return np.where(known, latitude, NO_PLACE), np.where(known, longitude, NO_PLACE)


def spread(rng: np.random.Generator, starts: Ints, sizes: Ints, *, median_gap_ms: npt.NDArray[Any] | float) -> Ints:
    """Return the moments of groups of events: each group begins at its start, with random gaps between its events."""
    total = int(sizes.sum())
    if total == 0:
        return np.zeros(0, dtype=np.int64)
    gaps = np.exp(rng.normal(0, 0.7, total)) * np.repeat(np.broadcast_to(median_gap_ms, len(sizes)), sizes)
    first = np.minimum(np.cumsum(sizes) - sizes, total - 1)
    gaps[first[sizes > 0]] = 0
    running = np.cumsum(gaps)
    return np.asarray(np.repeat(starts, sizes) + (running - np.repeat(running[first], sizes)), dtype=np.int64)


def order_in_group(sizes: Ints) -> Ints:
    """Return 0, 1, 2, ... within each group."""
    total = int(sizes.sum())
    first = np.cumsum(sizes) - sizes
    return np.arange(total) - np.repeat(first, sizes)
