"""The present: an hour of the simulated bank at a set rate, made of the same habits, look-alikes and frauds as its history.

At twenty events a second ten thousand people would spend a month's wages in a day, so wages come as fast as spending does.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from simulator.calendar import Day, day_of, local_date
from simulator.chance import with_arrival
from simulator.codes import HOUR_MS
from simulator.events import Events, concatenate
from simulator.fraud import frauds
from simulator.funds import opening_balances, try_all
from simulator.habits import ordinary_day
from simulator.income import irregular_income, wages_at_any_time
from simulator.population import Population
from simulator.scene import Scene
from simulator.tables import event_table
from simulator.twins import spontaneous

MOST_EVENTS_AN_HOUR = 2_000_000


@dataclass(frozen=True, slots=True)
class Hour:
    """The events of one hour in the order of their moments, as messages and as truth."""

    starts_ms: int
    table: pa.Table
    kind: tuple[int, ...]
    due_ms: tuple[int, ...]


def hours(people: Population, *, seed: int, rate_per_s: float, from_ms: int, run: str) -> Iterator[Hour]:
    """Yield one hour after another from `from_ms` on; the first begins there. `run` makes the transactions' ids.

    Raises ValueError for a rate that is not positive or makes an hour of more than MOST_EVENTS_AN_HOUR events.
    """
    if not 0 < rate_per_s * 3_600 <= MOST_EVENTS_AN_HOUR:
        raise ValueError(f"{rate_per_s} events a second; more than none and up to {MOST_EVENTS_AN_HOUR // 3_600} can be played")
    serial = 0
    balances = opening_balances(people, seed=seed)
    starts_ms = from_ms
    while True:
        ends_ms = (starts_ms // HOUR_MS + 1) * HOUR_MS
        rng = np.random.default_rng([seed, 8, starts_ms])
        wanted = round(rate_per_s * (ends_ms - starts_ms) / 1_000)
        events = try_all(_events(rng, people, starts_ms=starts_ms, ends_ms=ends_ms, wanted=wanted), balances)
        table = event_table(people, events, run=run, first_serial=serial)
        yield Hour(starts_ms, table, tuple(events.kind.tolist()), tuple(events.event_time.tolist()))
        serial += len(events)
        starts_ms = ends_ms


def _events(rng: np.random.Generator, people: Population, *, starts_ms: int, ends_ms: int, wanted: int) -> Events:
    day = day_of(local_date(starts_ms))
    hour = (starts_ms - day.start_ms) // HOUR_MS
    this_hour = replace(day, only_hour=int(hour))
    probe = len(_draft(np.random.default_rng([1, starts_ms]), people, this_hour, scale=1.0))
    # The hour's share that is left is played at the rate of the whole hour.
    share = (ends_ms - starts_ms) / HOUR_MS
    scale = wanted / max(probe * share, 1.0)
    drafted = _draft(rng, people, this_hour, scale=scale)
    drafted = drafted.take((drafted.event_time >= starts_ms) & (drafted.event_time < ends_ms))
    return drafted.take(np.argsort(drafted.event_time, kind="stable"))


def _draft(rng: np.random.Generator, people: Population, day: Day, *, scale: float) -> Events:
    ordinary = ordinary_day(rng, people, day, progress=1.0, scale=scale)
    scene = Scene(rng=rng, people=people, day=day, progress=1.0, ordinary=ordinary, intensity=scale)
    here = people.joined <= 1.0
    extra = with_arrival(rng, irregular_income(rng, people, day, here, scale=scale))
    income = [extra, wages_at_any_time(rng, people, day, scale=scale)]
    return concatenate([ordinary, *income, *spontaneous(scene), frauds(scene)])
