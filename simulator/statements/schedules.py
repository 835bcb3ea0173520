"""When something that comes again happened, and for how much: planned days, moved and missed ones; prices that rise."""

from collections.abc import Iterable
from datetime import date, timedelta

import numpy as np

from kit.business_days import Convention, adjusted, last_day_of_month
from simulator.statements.kinds import FORTNIGHTLY, MONTHLY, WEEKLY, Due

SHARE_MISSED, SHARE_RETRIED, SHARE_A_DAY_LATER = 0.015, 0.03, 0.08
_WEEKS = {WEEKLY: 7, FORTNIGHTLY: 14}
# What somebody who pays by hand does: days after the day that was meant, and how often.
_HAND_DAYS, _HAND_SHARES = (-4, -3, -2, -1, 0, 1, 2), (0.03, 0.05, 0.08, 0.14, 0.58, 0.08, 0.04)
_WEEK_HAND_DAYS, _WEEK_HAND_SHARES = (-1, 0, 1), (0.08, 0.84, 0.08)


def planned_days(rng: np.random.Generator, *, period: str, first: date, past: date) -> list[date]:
    """Return the days that were meant, of [first, past), from a first one within a period of `first`."""
    if period in _WEEKS:
        step = timedelta(days=_WEEKS[period])
        day = first + timedelta(days=int(rng.integers(0, step.days)))
        return [day + number * step for number in range((past - day + step - timedelta(1)) // step)] if day < past else []
    if period == MONTHLY:
        number = int(rng.integers(1, 29)) if rng.random() < 0.93 else int(rng.integers(29, 32))
        months = ((first.year + month // 12, month % 12 + 1) for month in range(first.month - 1, first.month + 239))
        return _within((_in_month(year, month, number) for year, month in months), first=first, past=past)
    start = first + timedelta(days=int(rng.integers(0, 365)))
    return _within((_in_month(start.year + years, start.month, start.day) for years in range(20)), first=first, past=past)


def happened(rng: np.random.Generator, days: list[date], *, due: Due, period: str) -> list[date]:
    """Return the days on which it came about, in order: moved by how it is paid, some never."""
    found: list[date] = []
    for day in days:
        if rng.random() < SHARE_MISSED:
            continue
        moved = _moved(rng, day, due=due, weekly=period in _WEEKS)
        if not found or moved > found[-1]:
            found.append(moved)
    return found


def prices(
    rng: np.random.Generator, days: list[date], *, base_minor: float, noise: float, rise: float, whole: bool
) -> list[int]:
    """Return an amount for each day: the usual one, risen once a year at a day of its own, each with its noise."""
    if not days:
        return []
    renewal = days[0] + timedelta(days=int(rng.integers(30, 395)))
    price, found = base_minor, []
    for day in days:
        while day >= renewal:
            price *= 1 + (rise * float(rng.uniform(0.4, 1.8)) if rise and rng.random() < 0.8 else 0.0)
            renewal += timedelta(days=365)
        amount = price * float(np.exp(rng.normal(0, noise))) if noise else price
        found.append(_rounded(amount, whole=whole, exact=noise > 0))
    return found


def _rounded(amount_minor: float, *, whole: bool, exact: bool) -> int:
    if exact:
        return max(round(amount_minor), 100)
    if whole:
        return max(round(amount_minor / 1_000) * 1_000, 1_000)
    return max(round(amount_minor / 100) * 100 - 10, 90)


def _moved(rng: np.random.Generator, day: date, *, due: Due, weekly: bool) -> date:
    if due is Due.CARD:
        chance = rng.random()
        if chance < SHARE_RETRIED:
            return day + timedelta(days=int(rng.integers(2, 5)))
        return day + timedelta(days=1) if chance < SHARE_RETRIED + SHARE_A_DAY_LATER else day
    if due is Due.AUTOMATIC:
        return adjusted(day, Convention.FOLLOWING)
    days, shares = (_WEEK_HAND_DAYS, _WEEK_HAND_SHARES) if weekly else (_HAND_DAYS, _HAND_SHARES)
    base = day if weekly else adjusted(day, Convention.FOLLOWING)
    return base + timedelta(days=int(rng.choice(days, p=shares)))


def _in_month(year: int, month: int, number: int) -> date:
    return min(last_day_of_month(year, month), date(year, month, min(number, 28)) + timedelta(days=max(number - 28, 0)))


def _within(days: Iterable[date], *, first: date, past: date) -> list[date]:
    return [day for day in days if first <= day < past]
