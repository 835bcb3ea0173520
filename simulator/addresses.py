"""Which internet address each event comes from.

A customer pays from home, from the office, from a telephone on its carrier's shared address (another one each day), now and
then from a hotel or by way of a seller of privacy; providers give homes another address every few weeks, and people move.
Whoever pays with somebody else's account or card comes from a line of their own, which few victims share, or hides: among a
carrier's customers, at a seller of privacy, behind the router of a home that is not theirs.

Cash, credits and what happens in a shop or a branch have no address. Nothing here draws from a day's chance.
"""

from enum import IntEnum, auto
from typing import Any

import numpy as np
import numpy.typing as npt

from simulator.calendar import LOCAL_OFFSET_MS
from simulator.codes import BOLETO, CARD, DEBIT, ENTRY, HOUR_MS, INTERNAL, KIND, NOTHING, PIX, TED
from simulator.events import Events
from simulator.ids import DEVICES_PER_CUSTOMER
from simulator.internet import (
    CUSTOMERS_PER_PRIVACY_LINE,
    CUSTOMERS_PER_PUBLIC_LINE,
    LINES_PER_HOUSEHOLD,
    OFFICES_FIRST,
    OTHER_COUNT,
    OTHER_FIRST,
    PRIVACY_FIRST,
    PUBLIC_FIRST,
    Internet,
)
from simulator.places import CITY_SHARE
from simulator.population import Population, Segment

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

LEASE_DAYS = 21
DAYS_A_YEAR = 365
HANDLER_DAYS = 7
"""How long somebody runs the accounts of the same mules."""
MULES_PER_HANDLER = 6
SHARE_OF_SHOPS_THAT_TELL = 0.85
_OFFICE_OPENS, _OFFICE_CLOSES, _WEEKEND = 9, 18, 5
_FIRST_WEEKDAY = 3  # 1 January 1970 was a Thursday

_BY_NUMBER = (KIND["card_testing"], KIND["stolen_card"])
_BY_MULE = (KIND["mule_fan_in"], KIND["mule_fan_out"], KIND["structuring"])


class _Topic(IntEnum):
    """What a hash is about, so that no two of them are the same chance."""

    PLACE = auto()
    LEASE = auto()
    MOVES = auto()
    MOVING_DAY = auto()
    NEW_HOME = auto()
    CARRIER = auto()
    AWAY = auto()
    HOTEL = auto()
    PRIVATE_NOW = auto()
    PRIVACY_LINE = auto()
    SHOP_TELLS = auto()
    ATTACK = auto()
    ATTACK_CITY = auto()
    ATTACK_HOME = auto()
    ATTACK_LINE = auto()
    LINE_OF_DEVICE = auto()
    HANDLED = auto()
    HANDLER = auto()
    BORROWED = auto()
    FRIEND = auto()


def addresses_of(people: Population, events: Events) -> Ints:
    """Return the number of each event's address, NOTHING where there is none or nobody tells it."""
    found = np.full(len(events), NOTHING, dtype=np.int64)
    rows = np.flatnonzero(_on_the_internet(people, events))
    if not len(rows):
        return found
    here = events.take(rows)
    who = people.account_owner[here.account]
    place = _own(people, here, who)
    for driven, elsewhere in (
        (_with_a_borrowed_device(here, who), _borrowed),
        (_handled(people, here, who), _handlers),
        (_by_an_attacker(here, who), _attackers),
    ):
        some = np.flatnonzero(driven)
        place[some] = elsewhere(people, here.take(some), place[some])
    found[rows] = people.internet.number(place)
    return found


def _on_the_internet(people: Population, events: Events) -> Flags:
    by_app = np.isin(events.channel, (PIX, TED, BOLETO, INTERNAL))
    online = (events.channel == CARD) & (events.entry == ENTRY["ecommerce"])
    tells = people.internet.chance(_Topic.SHOP_TELLS, events.merchant) < SHARE_OF_SHOPS_THAT_TELL
    return np.asarray((events.direction == DEBIT) & (by_app | (online & tells)))


def _foreign_device(events: Events, who: Ints) -> Flags:
    return np.asarray((events.device != NOTHING) & (events.device // DEVICES_PER_CUSTOMER != who))


def _with_a_borrowed_device(events: Events, who: Ints) -> Flags:
    return np.asarray(_foreign_device(events, who) & (events.kind == KIND["legitimate"]))


def _by_an_attacker(events: Events, who: Ints) -> Flags:
    """Whoever uses another's account from a device of their own, or the number of another's card."""
    by_number = np.isin(events.kind, _BY_NUMBER) & (events.channel == CARD)
    return np.asarray(by_number | (_foreign_device(events, who) & (events.kind != KIND["legitimate"])))


def _handled(people: Population, events: Events, who: Ints) -> Flags:
    """Payments of mules that are made at the place of whoever runs them."""
    by_mule = np.isin(events.kind, _BY_MULE) & people.is_mule[who]
    return by_mule & (people.internet.chance(_Topic.HANDLED, events.case) < 0.5)


# -- ordinary life ---------------------------------------------------------------------------------------------------------


def _own(people: Population, events: Events, who: Ints) -> Ints:
    """Where the account's owner is at that hour."""
    internet = people.internet
    hour = (events.event_time + LOCAL_OFFSET_MS) // HOUR_MS
    day = hour // 24
    chance = internet.chance(_Topic.PLACE, who, hour)
    in_business = people.segment[who] == Segment.BUSINESS
    office = internet.office[who]
    open_now = (hour % 24 >= _OFFICE_OPENS) & (hour % 24 < _OFFICE_CLOSES) & ((day + _FIRST_WEEKDAY) % 7 < _WEEKEND)
    at_office = (office >= 0) & open_now & (chance < 0.5)
    at_home = chance < np.where(in_business, 0.9, 0.62)
    place = np.where(at_home, _homes(internet, who, day), _carriers(internet, people.city[who], who, day))
    place = np.where(at_office, OFFICES_FIRST + office, place)
    away = internet.chance(_Topic.AWAY, who, day // 7) < 0.03
    place = np.where(away & (at_home | at_office), _hotels(internet, who, day // 7), place)
    # A code on a counter is read by a telephone that is out.
    place = np.where(events.entry == ENTRY["qr"], _carriers(internet, people.city[who], who, day), place)
    private = internet.seeks_privacy[who] & (internet.chance(_Topic.PRIVATE_NOW, who, hour) < 0.6)
    return np.where(private, _privacy(internet, who, day), place)


def _homes(internet: Internet, who: Ints, day: Ints) -> Ints:
    """The home's line that day: of the household, or, after moving, of the new flat."""
    place = _home_lines(internet, internet.household[who], day)
    moves = internet.chance(_Topic.MOVES, who) < 0.1
    moved = moves & (day % DAYS_A_YEAR >= internet.pick(DAYS_A_YEAR, _Topic.MOVING_DAY, who))
    return np.where(moved, OTHER_FIRST + internet.pick(OTHER_COUNT, _Topic.NEW_HOME, who), place)


def _home_lines(internet: Internet, household: Ints, day: Ints) -> Ints:
    turn = (day + internet.pick(LEASE_DAYS * LINES_PER_HOUSEHOLD, _Topic.LEASE, household)) // LEASE_DAYS
    return np.asarray(household * LINES_PER_HOUSEHOLD + turn % LINES_PER_HOUSEHOLD)


def _carriers(internet: Internet, city: Ints, *whose: Ints) -> Ints:
    return internet.carrier_first[city] + internet.pick(internet.carrier_count[city], _Topic.CARRIER, *whose)


def _hotels(internet: Internet, *whose: Ints) -> Ints:
    picked = internet.hashed(_Topic.HOTEL, *whose)
    return internet.some(PUBLIC_FIRST, customers_each=CUSTOMERS_PER_PUBLIC_LINE, picked=picked)


def _privacy(internet: Internet, *whose: Ints) -> Ints:
    picked = internet.hashed(_Topic.PRIVACY_LINE, *whose)
    return internet.some(PRIVACY_FIRST, customers_each=CUSTOMERS_PER_PRIVACY_LINE, picked=picked)


def _borrowed(people: Population, events: Events, _own_place: Ints) -> Ints:
    """A telephone on trial or a friend's: at a hotel or in a café, in the friend's home, or in a flat with a new line."""
    internet, device = people.internet, events.device
    chance = internet.chance(_Topic.BORROWED, device)
    day = (events.event_time + LOCAL_OFFSET_MS) // (24 * HOUR_MS)
    friend = _home_lines(internet, internet.pick(internet.households, _Topic.FRIEND, device), day)
    place = np.where(chance < 0.35, _hotels(internet, device), friend)
    return np.where(chance >= 0.6, _line_of(internet, device), place)


# -- fraud -----------------------------------------------------------------------------------------------------------------


def _attackers(people: Population, events: Events, _own_place: Ints) -> Ints:
    """A line of the crew, which its victims have in common, or a place to hide in; for one case and hour the same."""
    internet = people.internet
    hour = (events.event_time + LOCAL_OFFSET_MS) // HOUR_MS
    day = hour // 24
    chance = internet.chance(_Topic.ATTACK, events.case, hour)
    alone = internet.hashed(_Topic.ATTACK_LINE, events.case).astype(np.int64)
    line = _line_of(internet, np.where(events.device != NOTHING, events.device, alone))
    city = np.searchsorted(np.cumsum(CITY_SHARE), internet.chance(_Topic.ATTACK_CITY, events.case))
    carrier = _carriers(internet, np.minimum(city, len(CITY_SHARE) - 1), events.case, day)
    household = internet.pick(internet.households, _Topic.ATTACK_HOME, events.case, hour)
    place = np.where(chance < 0.34, line, _privacy(internet, events.case, hour))
    place = np.where(chance >= 0.5, carrier, place)
    return np.where(chance >= 0.78, _home_lines(internet, household, day), place)


def _handlers(people: Population, events: Events, own_place: Ints) -> Ints:
    """The line of whoever runs this mule, and some others, these days; a telephone of theirs now and then."""
    internet = people.internet
    who = people.account_owner[events.account]
    hour = (events.event_time + LOCAL_OFFSET_MS) // HOUR_MS
    day = hour // 24
    handlers = max(int(people.is_mule.sum()) // MULES_PER_HANDLER, 2)
    handler = internet.pick(handlers, _Topic.HANDLER, who) + day // HANDLER_DAYS * handlers
    at_line = internet.chance(_Topic.ATTACK, events.case, hour) < 0.6
    return np.where(at_line, _line_of(internet, -1 - handler), own_place)


def _line_of(internet: Internet, owner: npt.NDArray[Any]) -> Ints:
    return OTHER_FIRST + internet.pick(OTHER_COUNT, _Topic.LINE_OF_DEVICE, owner)
