"""How a month's budget stands, and where the month is likely to end, with an interval that holds it in 80% of cases. Pure.

Two things tell what is still to come: what the customer spent over the same days of earlier months, and how much they spend on
a day of late. The months know of rent and bills, but are few; the days are many. The mean is drawn from both. So is the
variance: that of the months, shrunk to what independent days would have, as one shrinks the variance of few replicates to a
prior (Smyth, 2004, "Linear models and empirical Bayes methods", section 3), with Student's t for how little is known. Spending
is never negative and has a long tail to the right, so that what is to come is a gamma. How often the interval holds the truth
is measured (`baas bench insight`).
"""

import math
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from insight.quantiles import NORMAL_90, gamma_quantile, gamma_z, normal_below, student
from insight.spending import Days, days_in, month_before, month_of, months_back

MOST_MONTHS = 12
RECENT_DAYS = 120
# With fewer days of history than this nothing is said of the month's end.
FEWEST_DAYS = 14
# How many months the variance of independent days counts for, and how many the recent days count for in the mean.
_PRIOR_MONTHS = 6.0
_RECENT_MONTHS = 2.0
_FEWEST_DEGREES = 3.0


class Standing(StrEnum):
    """How a budget stands: `at-risk` when the month is likelier than not to end above it."""

    ON_TRACK = "on-track"
    AT_RISK = "at-risk"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class MonthEnd:
    """What the month is likely to come to. Between `low_80_minor` and `high_80_minor` in 80 of a hundred cases."""

    expected_minor: int
    low_80_minor: int
    high_80_minor: int
    chance_over_pct: float


@dataclass(frozen=True, slots=True)
class Progress:
    """A month's budget on a day. `left_minor` is negative once it is over; `end` is None where too little is known."""

    month: date
    spent_minor: int
    left_minor: int
    days_left: int
    standing: Standing
    end: MonthEnd | None


@dataclass(frozen=True, slots=True)
class _ToCome:
    mean: float
    std: float
    degrees: float


def progress(*, limit_minor: int, spent: Days, since: date, today: date) -> Progress:
    """Return how the month of `today` stands against a limit.

    `spent` is what was spent on each day up to `today`, of this month and of earlier ones; `since` is the first day of which it
    knows everything. What is still to come are the days after `today`.
    """
    month = month_of(today)
    spent_minor = sum(amount for day, amount in spent.items() if month <= day <= today)
    days_left = days_in(month) - today.day
    end = (
        _month_end(limit_minor, spent_minor, spent, since=since, today=today) if days_left else _ended(limit_minor, spent_minor)
    )
    if spent_minor > limit_minor:
        standing = Standing.OVER
    elif end is not None and end.chance_over_pct > 50.0:
        standing = Standing.AT_RISK
    else:
        standing = Standing.ON_TRACK
    return Progress(month, spent_minor, limit_minor - spent_minor, days_left, standing, end)


def _ended(limit_minor: int, spent_minor: int) -> MonthEnd:
    return MonthEnd(spent_minor, spent_minor, spent_minor, 100.0 if spent_minor > limit_minor else 0.0)


def _month_end(limit_minor: int, spent_minor: int, spent: Days, *, since: date, today: date) -> MonthEnd | None:
    found = _to_come(spent, since=since, today=today)
    if found is None:
        return None
    z = student(NORMAL_90, found.degrees)
    low, high = (gamma_quantile(found.mean, found.std, side) for side in (-z, z))
    beyond = limit_minor - spent_minor
    # Where the limit lies in units of the wider distribution's own spread.
    over = 1.0 if beyond < 0 else 1.0 - normal_below(gamma_z(found.mean, found.std, beyond) * NORMAL_90 / z)
    expected_minor = spent_minor + round(found.mean)
    return MonthEnd(
        expected_minor=expected_minor,
        low_80_minor=min(spent_minor + math.floor(low), expected_minor),
        high_80_minor=max(spent_minor + math.ceil(high), expected_minor),
        chance_over_pct=round(100.0 * over, 1),
    )


def _to_come(spent: Days, *, since: date, today: date) -> _ToCome | None:
    """Return mean and spread of what is spent after `today` until the month's end; None where too little is known."""
    first = max(since, today - timedelta(days=RECENT_DAYS - 1))
    days = (today - first).days + 1
    if days < FEWEST_DAYS:
        return None
    daily = [spent.get(first + timedelta(days=ahead), 0) for ahead in range(days)]
    rate, left = statistics.fmean(daily), days_in(today) - today.day
    months = list(_same_days(spent, since=since, today=today, left=left))
    count = len(months)
    mean = (sum(months) + _RECENT_MONTHS * rate * left) / (count + _RECENT_MONTHS)
    independent = statistics.pvariance(daily, rate) * left
    between = sum((each - statistics.fmean(months)) ** 2 for each in months) if months else 0.0
    freedom = _PRIOR_MONTHS + max(count - 1, 0)
    # The mean itself is uncertain: by a share of a day's variance for each day that it is drawn from. Where there were few
    # payments their variance is known less well than the days are many.
    variance = (_PRIOR_MONTHS * independent + between) / freedom * (1.0 + left / days)
    payments = sum(1 for each in daily if each)
    return _ToCome(mean, math.sqrt(variance * (1.0 + 1.0 / max(payments, 1))), max(min(freedom, payments), _FEWEST_DEGREES))


def _same_days(spent: Days, *, since: date, today: date, left: int) -> Iterator[float]:
    """Yield what was spent after the same day of each earlier month, made as long as what is left of this one."""
    month, first = month_before(month_of(today)), months_back(month_of(today), MOST_MONTHS)
    while month >= first:
        start, length = today.day + 1, days_in(month) - today.day
        if length > 0 and month.replace(day=start) >= since:
            total = sum(spent.get(month.replace(day=day), 0) for day in range(start, start + length))
            yield total * left / length
        month = month_before(month)
