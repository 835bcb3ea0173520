"""Who banks here: people and small businesses, with income, age, home, habits, cards, devices and usual payees.

A population is a function of (seed, number of customers, tenant) alone, so that the history, the live play and a test mean
the same people. Where a fact needs the period (when somebody joined, when a phone was replaced) it is a fraction of it.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from simulator.codes import BOLETO, CARD, CASH, NOTHING, PIX, TED, PayeeKind, payee_code
from simulator.ids import CHECKING, DEVICES_PER_CUSTOMER, SAVINGS
from simulator.internet import Internet, make_internet
from simulator.merchants import Merchants, make_merchants
from simulator.places import CITIES, CITY_SHARE, LATITUDE_E5, LONGITUDE_E5
from simulator.text import account_texts

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

FAVOURITE_MERCHANTS = 12
FAVOURITE_PAYEES = 8
OUTSIDE_PER_CUSTOMER = 64
"""Payees at other banks whom only one customer knows have numbers of their own."""
MINIMUM_WAGE_REAIS = 1_518
"""Decreto 12.342/2024: the minimum wage of 2025."""
HOUSEHOLD_CHANNELS = (PIX, CARD, BOLETO, TED, CASH)


class Segment(IntEnum):
    """How money comes in."""

    SALARIED = 0
    RETIRED = 1
    FREELANCER = 2
    STUDENT = 3
    BUSINESS = 4


class Trade(IntEnum):
    """What a business account does all month; the benign twins of mules."""

    NONE = 0
    SHOP = 1
    MARKETPLACE = 2
    PAYROLL = 3
    RENT_COLLECTOR = 4


_SEGMENT_SHARE = (0.56, 0.13, 0.17, 0.11, 0.03)
_INCOME_MEDIAN_REAIS = np.array([3_300.0, 2_300.0, 3_000.0, 1_100.0, 42_000.0])
_INCOME_SIGMA = np.array([0.62, 0.5, 0.75, 0.4, 0.8])
_RATE_PER_DAY = np.array([1.2, 0.68, 1.24, 1.28, 3.2])
# pix, card, boleto, ted, cash, by segment
_CHANNEL_MIX = np.array(
    [
        [0.50, 0.395, 0.055, 0.004, 0.046],
        [0.36, 0.360, 0.110, 0.006, 0.164],
        [0.58, 0.320, 0.045, 0.005, 0.050],
        [0.57, 0.390, 0.010, 0.001, 0.029],
        [0.55, 0.160, 0.180, 0.050, 0.060],
    ]
)


@dataclass(frozen=True, slots=True)
class Population:
    """Columns over customers; `account_*` columns over accounts (a customer's checking account has the customer's number)."""

    tenant_id: str
    segment: Ints
    trade: Ints
    age: Ints
    income_minor: Ints
    city: Ints
    latitude_e5: Ints
    longitude_e5: Ints
    rate_per_day: Floats
    channel_cumulative: Floats
    hour_profile: Ints
    spending: Floats
    joined: Floats
    tenure_days: Ints
    cards: Ints
    devices: Ints
    phone_replaced: Floats
    favourite_merchants: Ints
    favourite_payees: Ints
    employer: Ints
    pay_scheme: Ints
    is_mule: Flags
    neighbours: Ints
    neighbour_rank: Ints
    account_owner: Ints
    account_index: Ints
    account_text: npt.NDArray[np.uint8]
    savings_account: Ints
    merchants: Merchants
    internet: Internet

    def __len__(self) -> int:
        return len(self.segment)

    def main_device(self, customers: npt.NDArray[Any], progress: float) -> Ints:
        """Return each customer's usual device at a moment of the period (`progress` from 0 to 1)."""
        slot = np.where(self.phone_replaced[customers] <= progress, 2, 0)
        return np.asarray(customers * DEVICES_PER_CUSTOMER + slot)

    def acquaintances(self, rng: np.random.Generator, customers: npt.NDArray[Any]) -> Ints:
        """Return for each customer another one, mostly from the same city."""
        distance = 1 + rng.geometric(0.02, size=len(customers))
        signed = np.where(rng.random(len(customers)) < 0.5, distance, -distance)
        return np.asarray(self.neighbours[(self.neighbour_rank[customers] + signed) % len(self)])


def make_population(*, seed: int, customers: int, tenant_id: str = "demo") -> Population:
    """Return the people of a seed. Raises ValueError below 200 customers: scenarios need people to choose from."""
    if not 200 <= customers <= 999_999:
        raise ValueError(f"{customers} customers; from 200 to 999,999 can be simulated")
    rng = np.random.default_rng([seed, 1])
    segment = rng.choice(5, size=customers, p=_SEGMENT_SHARE)
    income = _income_minor(rng, segment)
    city = rng.choice(len(CITIES), size=customers, p=CITY_SHARE)
    order = np.argsort(city, kind="stable")
    rank = np.empty(customers, dtype=np.int64)
    rank[order] = np.arange(customers)
    rate = _RATE_PER_DAY[segment] * (income / 330_000.0) ** 0.12 * rng.gamma(2.2, 1 / 2.2, size=customers)
    rate = np.clip(rate, 0.08, 14.0)
    has_savings = rng.random(customers) < 0.15
    owners = np.concatenate((np.arange(customers), np.flatnonzero(has_savings)))
    indices = np.concatenate((np.full(customers, CHECKING), np.full(has_savings.sum(), SAVINGS)))
    savings = np.full(customers, NOTHING)
    savings[has_savings] = customers + np.arange(has_savings.sum())
    merchants = make_merchants(np.random.default_rng([seed, 2]), customers=customers)
    joined = np.where(rng.random(customers) < 0.92, 0.0, rng.random(customers) * 0.97)
    trade = _trades(rng, segment)
    return Population(
        tenant_id=tenant_id,
        segment=segment,
        trade=trade,
        age=_ages(rng, segment),
        income_minor=income,
        city=city,
        latitude_e5=(LATITUDE_E5[city] + rng.normal(0, 5_000, customers)).astype(np.int64),
        longitude_e5=(LONGITUDE_E5[city] + rng.normal(0, 5_000, customers)).astype(np.int64),
        rate_per_day=rate,
        channel_cumulative=_channel_habits(rng, segment),
        hour_profile=_hour_profiles(rng, segment),
        spending=_spending(rng, income=income, rate=rate, segment=segment),
        joined=joined,
        tenure_days=np.where(joined > 0, 0, rng.integers(20, 2_500, size=customers)),
        cards=1 + (rng.random(customers) < 0.22) - (rng.random(customers) < 0.08),
        devices=1 + (rng.random(customers) < 0.25),
        phone_replaced=np.where(rng.random(customers) < 0.12, rng.random(customers), 9.0),
        favourite_merchants=_favourite_merchants(rng, merchants, city),
        favourite_payees=_favourite_payees(rng, order, rank),
        employer=_employers(rng, trade, customers),
        pay_scheme=rng.choice(3, size=customers, p=(0.55, 0.3, 0.15)),
        is_mule=_mules(rng, segment, joined),
        neighbours=order,
        neighbour_rank=rank,
        account_owner=owners,
        account_index=indices,
        account_text=account_texts(tenant_id, owners, indices),
        savings_account=savings,
        merchants=merchants,
        internet=make_internet(
            seed=seed, neighbours=order, city=city, works=(segment == Segment.SALARIED) | (segment == Segment.STUDENT)
        ),
    )


def _income_minor(rng: np.random.Generator, segment: Ints) -> Ints:
    reais = _INCOME_MEDIAN_REAIS[segment] * np.exp(rng.normal(0, 1, len(segment)) * _INCOME_SIGMA[segment])
    floor = np.where(segment == Segment.STUDENT, 400, MINIMUM_WAGE_REAIS)
    return np.asarray((np.clip(reais, floor, 400_000) * 100).astype(np.int64))


def _ages(rng: np.random.Generator, segment: Ints) -> Ints:
    middle = np.array([37, 69, 36, 21, 44])[segment]
    spread = np.array([10, 7, 10, 2.5, 10])[segment]
    return np.clip(rng.normal(middle, spread), 18, 96).astype(np.int64)


def _channel_habits(rng: np.random.Generator, segment: Ints) -> Floats:
    mix = rng.gamma(_CHANNEL_MIX[segment] * 9.0)
    return np.asarray(np.cumsum(mix / mix.sum(axis=1, keepdims=True), axis=1))


def _hour_profiles(rng: np.random.Generator, segment: Ints) -> Ints:
    shares = np.array([[0.7, 0.1, 0.2], [0.2, 0.78, 0.02], [0.65, 0.1, 0.25], [0.38, 0.02, 0.6], [0.9, 0.1, 0.0]])
    drawn = (rng.random(len(segment))[:, None] > np.cumsum(shares[segment], axis=1)).sum(axis=1)
    return np.where(segment == Segment.BUSINESS, 3, np.minimum(drawn, 2)).astype(np.int64)


def _spending(rng: np.random.Generator, *, income: Ints, rate: Floats, segment: Ints) -> Floats:
    """How large somebody's amounts are against the usual ones, so that a month's spending fits a month's income."""
    usual_month = rate * 30 * 115_00
    share = np.where(segment == Segment.BUSINESS, 0.5, 0.72)
    return np.clip(share * income / usual_month * np.exp(rng.normal(0, 0.15, len(rate))), 0.25, 6.0)


def _trades(rng: np.random.Generator, segment: Ints) -> Ints:
    drawn = rng.choice(
        [Trade.SHOP, Trade.MARKETPLACE, Trade.PAYROLL, Trade.RENT_COLLECTOR], len(segment), p=(0.5, 0.1, 0.25, 0.15)
    )
    return np.where(segment == Segment.BUSINESS, drawn, Trade.NONE).astype(np.int64)


def _favourite_merchants(rng: np.random.Generator, merchants: Merchants, city: Ints) -> Ints:
    online = rng.random((len(city), FAVOURITE_MERCHANTS)) < 0.22
    place = np.where(online, len(merchants.first_of_place) - 2, city[:, None])
    return merchants.draw(rng, place.reshape(-1)).reshape(place.shape)


def _favourite_payees(rng: np.random.Generator, order: Ints, rank: Ints) -> Ints:
    shape = (len(order), FAVOURITE_PAYEES)
    near = (rank[:, None] + rng.geometric(0.02, size=shape) + 1) % len(order)
    account = payee_code(PayeeKind.ACCOUNT) + order[near]
    outside = (
        payee_code(PayeeKind.OUTSIDE)
        + np.arange(len(order))[:, None] * OUTSIDE_PER_CUSTOMER
        + np.arange(FAVOURITE_PAYEES)[None, :]
    )
    return np.where(rng.random(shape) < 0.55, account, outside)


def _employers(rng: np.random.Generator, trade: Ints, customers: int) -> Ints:
    """Return who pays each customer: a payroll business of this bank for some, otherwise nobody here."""
    payers = np.flatnonzero(trade == Trade.PAYROLL)
    if not len(payers):
        return np.full(customers, NOTHING)
    return np.where(rng.random(customers) < 0.2, payers[rng.integers(0, len(payers), customers)], NOTHING)


def _mules(rng: np.random.Generator, segment: Ints, joined: Floats) -> Flags:
    weight = np.where((segment == Segment.STUDENT) | (segment == Segment.FREELANCER), 0.02, 0.006) * np.where(
        joined > 0, 2.0, 1.0
    )
    return np.asarray((rng.random(len(segment)) < weight) & (segment != Segment.BUSINESS))
