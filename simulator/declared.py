"""What a simulated bank's customers told it: what they earn, from which devices they pay, what cash they will take out. Pure.

It follows from the plan alone, as the people do. Devices are those that payments come from, each registered before it pays:
from the first day, from when its owner came, or from when a phone was replaced. Some are registered late or never, as in life.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import numpy as np
import numpy.typing as npt

from kit.business_days import business_days_after
from simulator.bank import Plan
from simulator.calendar import day_start_ms, last_business_day_until, local_date
from simulator.codes import DAY_MS, HOUR_MS
from simulator.ids import DEVICES_PER_CUSTOMER, account_id, customer_id, device_id
from simulator.population import Population, Segment

Ints = npt.NDArray[np.int64]

MINUTE_MS = 60_000
SOURCES = ("payslip", "bank-statement", "tax-return", "statement", "company-books")
"""By segment: what an income is shown by."""
FIRST_PHONE, SECOND_PHONE, NEW_PHONE, WAITING_PHONE = range(4)
SILENT_SHARE, DECLARES_ANEW_SHARE, TELLS_LESS_SHARE = 0.06, 0.08, 0.04
NEVER_SHARE, LATE_SHARE, REMOVES_SHARE = 0.05, 0.1, 0.6
LATE_DAYS = 3
KNOWN_PERSON = 42
"""Whose number the demo's customer has, and one of two hundred after it: they have one of everything to look at."""
EVERY_SO_MANY = 200
NOTICE_MINOR = 100_000
"""Cash is announced in whole thousands of reais."""


@dataclass(frozen=True, slots=True)
class Income:
    """What a customer earns in a month, in centavos: they said it on a day, the bank kept it then or later (ms)."""

    customer_id: str
    monthly_minor: int
    source: str
    declared_on: date
    kept_ms: int


@dataclass(frozen=True, slots=True)
class Device:
    """A device asked for, confirmed and removed at these moments (ms); None: not (yet)."""

    customer_id: str
    device_id: str
    asked_ms: int
    confirmed_ms: int | None
    removed_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """How much an account's customer said at a moment (ms) that they would take out on a day; 0: nothing after all."""

    account_id: UUID
    day: date
    amount_minor: int
    given_ms: int


@dataclass(frozen=True, slots=True)
class Declared:
    """All of it: incomes and notices in the order in which they were said, of each customer and of each account and day."""

    incomes: list[Income]
    devices: list[Device]
    notices: list[Notice]


def declared(plan: Plan, people: Population) -> Declared:
    """Return what the people of a plan had told their bank by its end."""
    rng = np.random.default_rng([plan.seed, 40])
    return Declared(
        incomes=_incomes(rng, plan, people), devices=_devices(rng, plan, people), notices=_notices(rng, plan, people)
    )


def opened_ms(plan: Plan) -> int:
    """Return the moment by which a plan's bank has been told of whoever is there from its first day on."""
    return day_start_ms(plan.first_day) - 10 * MINUTE_MS


def _day_of_progress(plan: Plan, fraction: float) -> int:
    """Return the first day (0 is the plan's first) on which a fraction of the period has passed."""
    return int(np.ceil(fraction * plan.days - 1e-9))


def _morning_ms(plan: Plan, day: int, minute: float) -> int:
    """Return a moment of the office's morning of a day, within the period."""
    at = day_start_ms(plan.first_day) + day * DAY_MS + 10 * HOUR_MS + int(minute) * MINUTE_MS
    return min(at, plan.until_ms - HOUR_MS)


def _incomes(rng: np.random.Generator, plan: Plan, people: Population) -> list[Income]:
    count = len(people)
    chance, minute, age_days = rng.random(count), rng.integers(0, 300, count), rng.integers(3, 300, count)
    anew, raised, when = rng.random(count), rng.uniform(1.05, 1.35, count), rng.uniform(0.2, 0.95, count)
    less = (people.segment == Segment.BUSINESS) & (rng.random(count) < TELLS_LESS_SHARE)
    told = people.income_minor * np.where(less, rng.uniform(0.08, 0.16, count), np.exp(rng.normal(0, 0.08, count)))
    step = np.where(people.segment == Segment.BUSINESS, 100_000, 5_000)
    found = []
    for number in range(count):
        is_known = number % EVERY_SO_MANY == KNOWN_PERSON
        if chance[number] < SILENT_SHARE and not is_known:
            continue
        who, source = customer_id(number), SOURCES[people.segment[number]]
        kept = opened_ms(plan)
        if people.joined[number] > 0:
            kept = _morning_ms(plan, _day_of_progress(plan, people.joined[number]), minute[number])
        monthly = _rounded(told[number], step[number])
        found.append(Income(who, monthly, source, local_date(kept) - timedelta(days=int(age_days[number])), kept))
        again = _morning_ms(plan, _day_of_progress(plan, max(when[number], people.joined[number])), minute[number])
        if (anew[number] < DECLARES_ANEW_SHARE or is_known) and local_date(again) > local_date(kept):
            more = _rounded(monthly * raised[number], step[number])
            found.append(Income(who, more, source, local_date(again) - timedelta(days=int(age_days[number] % 6)), again))
    return found


def _rounded(minor: float, step: int) -> int:
    return max(1, round(minor / step)) * int(step)


def _devices(rng: np.random.Generator, plan: Plan, people: Population) -> list[Device]:
    count = len(people)
    minutes, chance, removes = rng.integers(10, 600, count), rng.random(count), rng.random(count)
    found = []
    for number in range(count):
        who, first = customer_id(number), number * DEVICES_PER_CUSTOMER
        came = opened_ms(plan)
        if people.joined[number] > 0:
            came = _evening_ms(plan, _day_of_progress(plan, people.joined[number]), minutes[number])
        replaced = people.phone_replaced[number]
        new = _evening_ms(plan, _day_of_progress(plan, replaced), minutes[number]) if replaced <= 1 else None
        if new is None or new > came:
            removed = new + HOUR_MS if new is not None and removes[number] < REMOVES_SHARE else None
            if removed is not None and removed >= plan.until_ms:
                removed = None
            found.append(_registered(who, first + FIRST_PHONE, came, removed_ms=removed))
        if people.devices[number] > 1:
            found.append(_registered(who, first + SECOND_PHONE, came))
        if new is not None and chance[number] >= NEVER_SHARE:
            is_late = chance[number] < NEVER_SHARE + LATE_SHARE
            asked = max(came, new) + (LATE_DAYS * DAY_MS if is_late else 0)
            if asked < plan.until_ms - HOUR_MS:
                found.append(_registered(who, first + NEW_PHONE, asked))
        if number % EVERY_SO_MANY == KNOWN_PERSON:
            asked = plan.until_ms - int(minutes[number]) * MINUTE_MS // 2
            found.append(Device(who, device_id(first + WAITING_PHONE), asked, None))
    return found


def _evening_ms(plan: Plan, day: int, minutes: int) -> int:
    """Return a moment of the evening before a day, within the period: a phone is registered before it pays."""
    begins = min(day_start_ms(plan.first_day) + day * DAY_MS, plan.until_ms - 2 * HOUR_MS)
    return max(begins - int(minutes) // 2 * MINUTE_MS, opened_ms(plan))


def _registered(who: str, number: int, asked_ms: int, *, removed_ms: int | None = None) -> Device:
    return Device(who, device_id(number), asked_ms, asked_ms + 40_000 + number % 90 * 1_000, removed_ms)


def _notices(rng: np.random.Generator, plan: Plan, people: Population) -> list[Notice]:
    """Some businesses, and the known persons, take out cash in these weeks; most of them say so in time."""
    business = rng.permutation(np.flatnonzero(people.segment == Segment.BUSINESS))[: max(4, len(people) // 400)]
    persons = np.arange(KNOWN_PERSON, len(people), EVERY_SO_MANY)
    found = []
    for number in dict.fromkeys([*business.tolist(), *persons.tolist()]):
        is_business = people.segment[number] == Segment.BUSINESS
        account = account_id(tenant_id=plan.tenant_id, customer=number)
        given, ahead = _given_on(plan, int(rng.integers(0, 12))), int(rng.integers(1, 9))
        amount = int(rng.integers(50, 130 if is_business else 70)) * NOTICE_MINOR
        at = _noon_ms(plan, given, int(rng.integers(0, 240)))
        day = business_days_after(given, ahead)
        found.append(Notice(account, day, amount, at))
        changed = rng.random()
        if changed < 0.4 and at + HOUR_MS < plan.until_ms:
            other = 0 if changed < 0.12 else amount + int(rng.integers(-8, 12)) * NOTICE_MINOR
            if other != amount:
                found.append(Notice(account, day, other, at + HOUR_MS // 2))
    return found


def _given_on(plan: Plan, back: int) -> date:
    """Return a business day of the last weeks of the period, so many days back from its end."""
    return max(last_business_day_until(plan.last_day - timedelta(days=back)), plan.first_day)


def _noon_ms(plan: Plan, day: date, minute: int) -> int:
    return min(day_start_ms(day) + 12 * HOUR_MS + minute * MINUTE_MS, plan.until_ms - HOUR_MS)
