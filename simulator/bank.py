"""The bank over a period: one day after another, in bounded memory, from nothing but a seed.

Each day's chance is seeded by (seed, day), so that a day does not depend on how the days before it were cut into files.
Events that arrive after midnight (a fraud case that goes on, a late terminal) wait for their day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from simulator.calendar import Day, day_of, local_date
from simulator.events import NO_EVENTS, Events, concatenate
from simulator.fraud import frauds
from simulator.fraud.ring import BEGINS_BEFORE_END_MS, Ring, make_ring, ring_events
from simulator.funds import afford, opening_balances
from simulator.habits import ordinary_day
from simulator.income import income_of
from simulator.labels import Labels, labels_of
from simulator.population import Population, make_population
from simulator.scene import Scene
from simulator.twins import look_alikes


@dataclass(frozen=True, slots=True)
class Plan:
    """What to simulate: the `days` local days up to `until_ms` (exclusive), the last of them cut there."""

    customers: int
    days: int
    seed: int
    until_ms: int
    tenant_id: str = "demo"

    @property
    def run(self) -> str:
        """What the external ids of this plan begin with: another period has other transactions."""
        return f"s{self.seed}.{self.last_day:%y%m%d}"

    @property
    def last_day(self) -> date:
        """The local day of the last millisecond."""
        return local_date(self.until_ms - 1)

    @property
    def first_day(self) -> date:
        """The first local day."""
        return self.last_day - timedelta(days=self.days - 1)


@dataclass(frozen=True, slots=True)
class SimulatedDay:
    """A day's events in the order of their arrival, and what will be said about them."""

    day: Day
    events: Events
    labels: Labels


class Bank:
    """The people of a plan and their money. `days()` may be walked once."""

    def __init__(self, plan: Plan) -> None:
        if plan.days < 1:
            raise ValueError(f"{plan.days} days; at least one is simulated")
        self.plan = plan
        self.people: Population = make_population(seed=plan.seed, customers=plan.customers, tenant_id=plan.tenant_id)
        self.ring: Ring = make_ring(self.people, seed=plan.seed)
        self.opening: npt.NDArray[np.int64] = opening_balances(self.people, seed=plan.seed)
        self.balances = self.opening.copy()
        self.wanted = 0
        self._waiting = NO_EVENTS

    def days(self) -> Iterator[SimulatedDay]:
        """Yield the period day by day."""
        for number in range(self.plan.days):
            yield self._one(day_of(self.plan.first_day + timedelta(days=number)), progress=number / self.plan.days)

    def _one(self, day: Day, *, progress: float) -> SimulatedDay:
        rng = np.random.default_rng([self.plan.seed, 5, day.number])
        drafted = concatenate([self._waiting, draft(rng, self.people, day, progress=progress), self._ring(rng, day, progress)])
        drafted = drafted.take(np.argsort(drafted.known_at, kind="stable"))
        end_ms = min(day.end_ms, self.plan.until_ms)
        now = int(np.searchsorted(drafted.known_at, end_ms))
        self._waiting = drafted.take(np.arange(now, len(drafted)))
        arrived = drafted.take(np.arange(now))
        self.wanted += now
        events = afford(rng, arrived, self.balances)
        return SimulatedDay(day=day, events=events, labels=labels_of(rng, events))

    def _ring(self, rng: np.random.Generator, day: Day, progress: float) -> Events:
        starts_ms = self.plan.until_ms - BEGINS_BEFORE_END_MS
        if not day.start_ms <= starts_ms < day.end_ms:
            return NO_EVENTS
        scene = Scene(rng=rng, people=self.people, day=day, progress=progress, ordinary=NO_EVENTS)
        return ring_events(scene, self.ring, starts_ms=starts_ms)


def draft(rng: np.random.Generator, people: Population, day: Day, *, progress: float, scale: float = 1.0) -> Events:
    """Return everything that somebody wants to do on a day, in no order and before anybody looked at the funds."""
    ordinary = ordinary_day(rng, people, day, progress=progress, scale=scale)
    scene = Scene(rng=rng, people=people, day=day, progress=progress, ordinary=ordinary)
    drafted = concatenate([ordinary, income_of(rng, people, day, progress=progress), look_alikes(scene), frauds(scene)])
    # What would begin before midnight would arrive behind yesterday's file.
    early_ms = np.maximum(day.start_ms - drafted.event_time, 0)
    return drafted.replace(event_time=drafted.event_time + early_ms, known_at=drafted.known_at + early_ms)
