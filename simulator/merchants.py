"""Where cards are used: merchants with a category code, a place, terminals and a popularity."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from simulator.places import ABROAD, ABROAD_SHARE, CITIES, CITY_SHARE, LATITUDE_E5, LONGITUDE_E5

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MAX_TERMINALS = 5
ONLINE_PLACE = len(CITIES) + len(ABROAD)
"""The group of merchants that sell over the internet; they follow the places."""


class Category(NamedTuple):
    """An ISO 18245 category: its share of merchants, its usual ticket in reais and spread, and its share online."""

    code: int
    name: str
    share: float
    median_reais: float
    sigma: float
    online: float


CATEGORIES: tuple[Category, ...] = (
    Category(5411, "grocery", 15, 78, 0.85, 0.05),
    Category(5814, "fast food", 13, 34, 0.55, 0.25),
    Category(5812, "restaurant", 12, 62, 0.65, 0.02),
    Category(5541, "fuel", 6, 130, 0.5, 0.0),
    Category(5912, "pharmacy", 9, 55, 0.75, 0.1),
    Category(5462, "bakery", 8, 19, 0.55, 0.0),
    Category(4121, "ride hailing", 2, 22, 0.55, 1.0),
    Category(5651, "clothing", 8, 140, 0.75, 0.25),
    Category(5732, "electronics", 3, 420, 1.0, 0.5),
    Category(5311, "department store", 4, 160, 0.85, 0.4),
    Category(5816, "digital games", 1.5, 28, 0.9, 1.0),
    Category(4899, "streaming", 1.0, 35, 0.35, 1.0),
    Category(5942, "books", 2, 65, 0.6, 0.5),
    Category(5200, "home supply", 4, 150, 0.95, 0.1),
    Category(7230, "beauty", 5, 70, 0.6, 0.0),
    Category(8099, "health", 3, 190, 0.85, 0.0),
    Category(4511, "airline", 0.5, 780, 0.7, 1.0),
    Category(7011, "hotel", 1.5, 420, 0.7, 0.3),
    Category(5999, "marketplace", 1.5, 95, 1.0, 1.0),
)


@dataclass(frozen=True, slots=True)
class Merchants:
    """All merchants, ordered by place, with what a draw needs."""

    place: Ints
    mcc: Ints
    category: Ints
    latitude_e5: Ints
    longitude_e5: Ints
    terminals: Ints
    ticket_log: Floats
    ticket_sigma: Floats
    popularity: Floats
    first_of_place: Ints

    def __len__(self) -> int:
        return len(self.place)

    def draw(self, rng: np.random.Generator, places: npt.NDArray[Any]) -> Ints:
        """Return a merchant in each of the places, popular ones more often."""
        cumulative = np.concatenate(([0.0], np.cumsum(self.popularity)))
        low, high = cumulative[self.first_of_place[places]], cumulative[self.first_of_place[places + 1]]
        at = low + rng.random(len(places)) * (high - low)
        found = np.searchsorted(cumulative, at, side="right") - 1
        return np.asarray(np.clip(found, self.first_of_place[places], self.first_of_place[places + 1] - 1))

    def is_online(self, numbers: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
        """Tell which of the merchants sell over the internet."""
        return np.asarray(self.place[numbers] == ONLINE_PLACE)

    def terminal(self, rng: np.random.Generator, numbers: npt.NDArray[Any]) -> Ints:
        """Return the number of one of each merchant's terminals."""
        which = (rng.random(len(numbers)) * self.terminals[numbers]).astype(np.int64)
        return np.asarray(numbers * MAX_TERMINALS + which)


def make_merchants(rng: np.random.Generator, *, customers: int) -> Merchants:
    """Make about one merchant for every four customers, and at least two in every place."""
    count = max(customers // 4, 400)
    shares = np.array([category.share for category in CATEGORIES])
    category = rng.choice(len(CATEGORIES), size=count, p=shares / shares.sum())
    online = rng.random(count) < np.array([c.online for c in CATEGORIES])[category]
    place = np.where(online, ONLINE_PLACE, rng.choice(len(CITIES), size=count, p=CITY_SHARE))
    abroad = len(CITIES) + rng.choice(len(ABROAD), size=max(count // 12, 4 * len(ABROAD)), p=ABROAD_SHARE)
    every_place_twice = np.tile(np.arange(ONLINE_PLACE + 1), 2)
    extra = np.concatenate((abroad, every_place_twice))
    order_category = np.concatenate((category, rng.integers(0, 4, size=len(extra))))
    everywhere = np.concatenate((place, extra))
    order = np.argsort(everywhere, kind="stable")
    return _finish(rng, place=everywhere[order], category=order_category[order])


def _finish(rng: np.random.Generator, *, place: Ints, category: Ints) -> Merchants:
    count = len(place)
    online = place == ONLINE_PLACE
    city = np.where(online, 0, place)
    table = np.array([(c.code, np.log(c.median_reais * 100), c.sigma) for c in CATEGORIES])
    popularity = rng.pareto(1.3, size=count) + 0.15
    return Merchants(
        place=place.astype(np.int64),
        mcc=table[category, 0].astype(np.int64),
        category=category.astype(np.int64),
        latitude_e5=(LATITUDE_E5[city] + rng.normal(0, 4_000, count)).astype(np.int64),
        longitude_e5=(LONGITUDE_E5[city] + rng.normal(0, 4_000, count)).astype(np.int64),
        terminals=np.where(online, 1, 1 + np.minimum(popularity, MAX_TERMINALS - 1).astype(np.int64)),
        ticket_log=table[category, 1] + rng.normal(0, 0.25, count),
        ticket_sigma=table[category, 2],
        popularity=np.minimum(popularity, 40.0),
        first_of_place=np.searchsorted(place, np.arange(ONLINE_PLACE + 2)).astype(np.int64),
    )
