"""What counts as spending and as income, and days in months. Pure.

A day is one of America/Sao_Paulo, as the history's months are; a month is named by its first day.
"""

import calendar
from collections.abc import Mapping
from datetime import date, timedelta

from contracts.categories import Category

# Money of a customer's that changes its place, its currency, or is put right, is neither spent nor earned.
_MOVED = frozenset({Category.OWN_ACCOUNTS, Category.SAVINGS, Category.OPENING, Category.ADJUSTMENTS, Category.EXCHANGE})
# What comes back or is paid for keeping money, and never leaves as a purchase does.
_RECEIVED_ONLY = frozenset({Category.SALARY, Category.REFUNDS})
SPENDING = frozenset(category.value for category in Category if category not in _MOVED | _RECEIVED_ONLY)
# A refund gives back what was spent: it is no income. What people and other banks send is.
INCOME = frozenset(category.value for category in Category if category not in _MOVED | {Category.REFUNDS, Category.CASH})

# What was spent on each day, in minor units; a day that is not there had none.
Days = Mapping[date, int]


def month_of(day: date) -> date:
    """Return the first day of the day's month."""
    return day.replace(day=1)


def month_before(month: date) -> date:
    """Return the first day of the month before."""
    return month_of(month - timedelta(days=1))


def month_after(month: date) -> date:
    """Return the first day of the month after."""
    return month_of(month.replace(day=28) + timedelta(days=4))


def days_in(month: date) -> int:
    """Return how many days a month has."""
    return calendar.monthrange(month.year, month.month)[1]


def months_back(month: date, count: int) -> date:
    """Return the first day of the month `count` months earlier."""
    place = month.year * 12 + month.month - 1 - count
    return date(place // 12, place % 12 + 1, 1)
