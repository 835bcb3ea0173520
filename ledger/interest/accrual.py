"""The mathematics of interest. Pure; whole numbers all the way.

A part is 1/365,000,000,000 of a minor unit: a day of simple interest on a whole balance at a rate in ppm is a whole number of
parts, so that it is never rounded before it is charged. Compound interest is rounded half-even to a part a day. What is charged
is rounded half-even to a minor unit, and the rest is carried to the next month.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal
from enum import StrEnum
from functools import lru_cache

from kit.business_days import is_business_day
from kit.money import divide_half_even

DAYS_A_YEAR = 365
BUSINESS_DAYS_A_YEAR = 252
PPM = 10**6
PARTS_PER_MINOR = DAYS_A_YEAR * 10**9
FACTOR_E8 = 10**8
_PRECISE = Context(prec=50)


class DayCount(StrEnum):
    """How a year's rate becomes a day's."""

    ACTUAL_365 = "actual/365"
    BUSINESS_252 = "business/252"


class Side(StrEnum):
    """Whose interest it is: `credit-interest` is what the bank pays on a positive balance, `debit-interest` what it asks."""

    CREDIT = "credit-interest"
    DEBIT = "debit-interest"


@dataclass(frozen=True, slots=True)
class Terms:
    """A product's rates on one day, a year's, in ppm."""

    credit_rate_ppm: int
    debit_rate_ppm: int
    day_count: DayCount

    def rate_ppm(self, side: Side) -> int:
        """Return the rate of one side."""
        return self.credit_rate_ppm if side is Side.CREDIT else self.debit_rate_ppm


@dataclass(frozen=True, slots=True)
class DayBalance:
    """A day, the balance at its end by value date, and the terms that were in force; None when there were none yet."""

    day: date
    balance_minor: int
    terms: Terms | None


@lru_cache(maxsize=1_024)
def daily_factor_e8(rate_ppm: int) -> int:
    """Return (1 + rate)^(1/252) - 1 in hundred-millionths, rounded to that place.

    Source: the daily factor of the Brazilian market, with eight decimals (B3, Caderno de Formulas, TDI_k; the Central Bank
    publishes the same for the Selic rate). Computed with 50 digits.
    """
    base = Decimal(1) + Decimal(rate_ppm) / PPM
    factor = _PRECISE.power(base, _PRECISE.divide(Decimal(1), Decimal(BUSINESS_DAYS_A_YEAR)))
    return int((_PRECISE.subtract(factor, Decimal(1)) * FACTOR_E8).to_integral_value())


def parts_of_day(*, principal_minor: int, carried_parts: int, rate_ppm: int, day_count: DayCount, day: date) -> int:
    """Return a day's interest in parts on a balance of at least 0 and on what has accrued and is not charged yet.

    actual/365: simple interest every calendar day; what has accrued earns nothing. business/252: compound interest every
    business day; what has accrued earns as the balance does. Without a balance nothing is earned.
    """
    if principal_minor <= 0 or rate_ppm == 0:
        return 0
    if day_count is DayCount.ACTUAL_365:
        return principal_minor * rate_ppm * (PARTS_PER_MINOR // (DAYS_A_YEAR * PPM))
    if not is_business_day(day):
        return 0
    return divide_half_even((principal_minor * PARTS_PER_MINOR + carried_parts) * daily_factor_e8(rate_ppm), FACTOR_E8)


def accrue(
    days: Iterable[DayBalance], *, side: Side, carried_parts: int, charged_parts: Mapping[date, int]
) -> Iterator[tuple[DayBalance, int]]:
    """Yield each day, in order, with its parts.

    `carried_parts` is what had accrued before the first day and was not charged; `charged_parts` is what was charged with value
    on a day: it has left what is carried, and stands in the balance from that day on.
    """
    for day in days:
        carried_parts -= charged_parts.get(day.day, 0)
        parts = 0
        if day.terms is not None:
            parts = parts_of_day(
                principal_minor=day.balance_minor if side is Side.CREDIT else -day.balance_minor,
                carried_parts=carried_parts,
                rate_ppm=day.terms.rate_ppm(side),
                day_count=day.terms.day_count,
                day=day.day,
            )
        carried_parts += parts
        yield day, parts


def charge_minor(carried_parts: int) -> int:
    """Return what is charged of what has accrued: half-even to a minor unit, and nothing when that is not positive."""
    return max(0, divide_half_even(carried_parts, PARTS_PER_MINOR))
