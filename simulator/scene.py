"""What a look-alike or a fraud needs to know of its day: people to choose from, and amounts that ordinary people pay."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from simulator.calendar import Day
from simulator.chance import new_outside, shaped, with_arrival, within_night_limit
from simulator.codes import CARD, CREDIT, DEBIT, ENTRY, NOTHING, PIX, PayeeKind, payee_code
from simulator.events import Events
from simulator.habits import with_instruments
from simulator.population import Population, Segment

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

CASES_PER_DAY = 4_096
AMONG_CUSTOMERS = 12_500
BORROWED_DEVICES_FIRST = 20_000_000
"""Devices that are no customer's own: a new phone on trial, a cyber café, a thief's."""


@dataclass
class Scene:
    """One day on the stage. `ordinary` is the day's own ordinary life, from which amounts are drawn."""

    rng: np.random.Generator
    people: Population
    day: Day
    progress: float
    ordinary: Events
    intensity: float = 1.0
    cases: int = 0
    _sorted: dict[int, Ints] = field(default_factory=dict)

    def count(self, per_day: float) -> int:
        """Return how many there are today of something that happens `per_day` times a day among so many customers."""
        return int(self.rng.poisson(per_day * self.intensity * len(self.people) / AMONG_CUSTOMERS))

    def new_cases(self, count: int) -> Ints:
        """Return numbers for new fraud cases, unique over all days."""
        first = self.day.number * CASES_PER_DAY + self.cases
        self.cases += count
        return first + np.arange(count)

    def persons(self, count: int, weights: Floats | None = None) -> Ints:
        """Choose people (no businesses) who have joined; the same one may come twice."""
        who = np.flatnonzero((self.people.joined <= self.progress) & (self.people.segment != Segment.BUSINESS))
        if weights is None:
            return self.rng.choice(who, size=count)
        return self.rng.choice(who, size=count, p=weights[who] / weights[who].sum())

    def mules(self, count: int) -> Ints:
        """Choose customers who lend their account to others; before any such has joined, any who have."""
        who = np.flatnonzero(self.people.is_mule & (self.people.joined <= self.progress))
        return self.rng.choice(who, size=count) if len(who) else self.persons(count)

    def amounts(self, count: int, *, channel: int, low: float = 0.0, high: float = 1.0, noise: float = 0.25) -> Ints:
        """Draw amounts from today's ordinary ones of a channel, between two quantiles, with a little noise."""
        if channel not in self._sorted:
            found = np.sort(self.ordinary.amount[self.ordinary.channel == channel])
            self._sorted[channel] = found if len(found) else np.array([5_000, 10_000, 20_000])
        pool = self._sorted[channel]
        position = (self.rng.uniform(low, high, count) * (len(pool) - 1)).astype(np.int64)
        raw = pool[position] * np.exp(self.rng.normal(0, noise, count))
        return shaped(self.rng, raw, np.full(count, channel))

    def strangers(self, count: int) -> Ints:
        """Return payee codes of people at other banks whom nobody here knows."""
        return payee_code(PayeeKind.OUTSIDE) + new_outside(self.rng, count)

    def accounts(self, customers: Ints) -> Ints:
        """Return payee codes of customers' checking accounts."""
        return payee_code(PayeeKind.ACCOUNT) + customers

    def crew_devices(self, count: int) -> Ints:
        """Return devices of the crews at work these days: few, so that one meets several victims."""
        crews = max(len(self.people) // 1_250, 2)
        crew = (self.day.number // 4) * 1_000 % 9_000_000 + self.rng.integers(0, crews, count)
        alone = 10_000_000 + self.rng.integers(0, 50_000_000, count)
        return BORROWED_DEVICES_FIRST + np.where(self.rng.random(count) < 0.55, crew, alone)

    def pix(self, when: Ints, who: Ints, *, payee: Ints, amount: Ints, kind: int = 0, case: Ints | int = NOTHING) -> Events:
        """Return Pix payments as the account's owner would make them: own device, own place, within the night limit.

        A payee who turns out to be the payer is somebody at another bank instead: no money moves from an account to itself.
        """
        himself = payee == self.accounts(who)
        if himself.any():
            payee = np.where(himself, self.strangers(len(who)), payee)
        amount = within_night_limit(self.rng, amount, channel=np.full(len(who), PIX), moments_ms=when)
        events = Events.of(
            event_time=when, channel=PIX, direction=DEBIT, amount=amount, account=who, payee=payee, kind=kind, case=case
        )
        return self.finish(events, merchant=np.full(len(who), NOTHING))

    def finish(self, events: Events, *, merchant: Ints) -> Events:
        """Fill in instruments and arrival."""
        filled = with_instruments(self.rng, self.people, events, merchant=merchant, progress=self.progress)
        return with_arrival(self.rng, filled)

    def credits(
        self, when: Ints, who: Ints, *, payer: Ints, amount: Ints, channel: int, kind: int = 0, case: Ints | int = NOTHING
    ) -> Events:
        """Return money that comes in from other banks."""
        return with_arrival(
            self.rng,
            Events.of(
                event_time=when, channel=channel, direction=CREDIT, amount=amount, account=who, payee=payer,
                entry=ENTRY["transfer"], country=0, kind=kind, case=case,
            ),
        )  # fmt: skip

    def cards(
        self, when: Ints, who: Ints, *, merchant: Ints, amount: Ints, kind: int = 0, case: Ints | int = NOTHING
    ) -> Events:
        """Return card payments at merchants."""
        terminal = payee_code(PayeeKind.TERMINAL) + self.people.merchants.terminal(self.rng, merchant)
        events = Events.of(
            event_time=when, channel=CARD, direction=DEBIT, amount=amount, account=who, payee=terminal, kind=kind, case=case
        )
        return self.finish(events, merchant=merchant)
