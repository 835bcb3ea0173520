"""The internet as the simulated bank sees it: who shares an address, and chance that is a hash of what it is about.

An address is a number. Homes, offices, carriers' shared addresses and the rest have ranges of their own inside the module;
`number` mixes them over all 2^24, so that an address tells nothing about what kind it is. Where somebody is at an hour is a
hash of who and which hour and not a draw: one burst of payments comes from one place, and the history and the live play agree.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from simulator.codes import NOTHING
from simulator.places import CITY_SHARE

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Hashes = npt.NDArray[np.uint64]

ADDRESS_SPACE = 2**24
"""As many as 10.0.0.0/8 has, so that each can be told as an address of its own (`ids.internet_address`)."""
LINES_PER_HOUSEHOLD = 8
"""A home's provider gives it one of these in turn."""
CUSTOMERS_PER_CARRIER_ADDRESS = 60
CUSTOMERS_PER_OFFICE = 60
CUSTOMERS_PER_PUBLIC_LINE = 100
CUSTOMERS_PER_PRIVACY_LINE = 400
CARRIERS_FIRST = 8_000_000
OFFICES_FIRST = 8_100_000
PUBLIC_FIRST = 8_200_000
"""Hotels, cafés, airports."""
PRIVACY_FIRST = 8_300_000
"""What sells privacy: many lawful people and some thieves appear at its few addresses."""
OTHER_FIRST = 10_000_000
OTHER_COUNT = 6_000_000
"""Lines that few people meet: a new flat's, a friend's, a thief's."""

_STREAM_STEP = 0x9E3779B97F4A7C15
_SPREADER = 0x5851F5
"""Odd, so that multiplying by it permutes the numbers below 2^24."""


@dataclass(frozen=True, slots=True)
class Internet:
    """Columns over customers: their household, their office (or none), and whether they buy privacy."""

    salt: int
    household: Ints
    office: Ints
    seeks_privacy: Flags
    carrier_first: Ints
    carrier_count: Ints

    def __len__(self) -> int:
        return len(self.household)

    @property
    def households(self) -> int:
        """How many households there are."""
        return int(self.household.max()) + 1

    def hashed(self, topic: int, *parts: npt.NDArray[Any]) -> Hashes:
        """Return a hash of the topic and the parts for each row: SplitMix64 (Steele, Lea and Flood 2014), once a part."""
        state = np.full(len(parts[0]), (self.salt + topic * _STREAM_STEP) % 2**64, dtype=np.uint64)
        for part in parts:
            state = _mixed(state + part.astype(np.uint64))
        return state

    def chance(self, topic: int, *parts: npt.NDArray[Any]) -> Floats:
        """Return a number from 0 to 1 (exclusive) for each row."""
        return np.asarray((self.hashed(topic, *parts) >> np.uint64(11)) * 2.0**-53)

    def pick(self, count: int | Ints, topic: int, *parts: npt.NDArray[Any]) -> Ints:
        """Return a whole number from 0 to `count` (exclusive) for each row."""
        limit = np.asarray(count).astype(np.uint64)
        return np.asarray((self.hashed(topic, *parts) % limit).astype(np.int64))

    def number(self, place: Ints) -> Ints:
        """Return the address of each place, unique and without its place's order; negative places have none."""
        spread = (place * _SPREADER + self.salt % ADDRESS_SPACE) % ADDRESS_SPACE
        return np.where(place >= 0, spread, NOTHING)

    def some(self, first: int, *, customers_each: int, picked: Hashes) -> Ints:
        """Return the place in a range that has one for so many customers."""
        count = max(len(self) // customers_each, 3)
        return np.asarray(first + (picked % np.uint64(count)).astype(np.int64))


def make_internet(*, seed: int, neighbours: Ints, city: Ints, works: Flags) -> Internet:
    """Return who shares what: some neighbours a home, colleagues an office (only those who may work have one)."""
    rng = np.random.default_rng([seed, 11])
    customers = len(city)
    household = np.empty(customers, dtype=np.int64)
    apart = rng.random(customers) < 0.68
    apart[1:] |= np.diff(city[neighbours]) != 0
    household[neighbours] = np.cumsum(apart) - apart[0]
    # A few offices are large.
    office = (rng.random(customers) ** 1.6 * max(customers // CUSTOMERS_PER_OFFICE, 3)).astype(np.int64)
    count = np.maximum((CITY_SHARE * customers / CUSTOMERS_PER_CARRIER_ADDRESS).round().astype(np.int64), 2)
    return Internet(
        salt=int(rng.integers(0, 2**63)),
        household=household,
        office=np.where(works & (rng.random(customers) < 0.55), office, NOTHING),
        seeks_privacy=rng.random(customers) < 0.03,
        carrier_first=CARRIERS_FIRST + np.cumsum(count) - count,
        carrier_count=count,
    )


def _mixed(state: Hashes) -> Hashes:
    state = state + np.uint64(_STREAM_STEP)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))
