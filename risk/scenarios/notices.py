"""What a notice of a cash withdrawal covers. Pure.

A notice names an account, a day and an amount, and is given so many business days before that day. It may be changed: what
was said last in time counts, less what was said later that is lower; what is raised too late is not covered. Of one day's large
withdrawals those are covered that, with those before them, come to no more than that.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from kit.business_days import business_days_after
from ledger.days import day_of


@dataclass(frozen=True, slots=True)
class Notice:
    """One version of a notice for a day: so much (0: nothing after all), said at this moment (ms)."""

    amount_minor: int
    given_at: int


def in_time(given_at: int, *, day: date, business_days: int) -> bool:
    """Whether what is said at a moment is said so many business days before a day: the last of them may be the day itself."""
    return business_days_after(day_of(given_at), business_days) <= day


def noticed_minor(versions: Iterable[Notice], *, day: date, business_days: int, at_ms: int) -> int:
    """Return how much of a day's cash had been given notice of in time, by what was known at a moment of that day.

    `versions` are those of one account and day, in the order in which they were given.
    """
    noticed = 0
    for each in versions:
        if each.given_at > at_ms:
            break
        is_early = in_time(each.given_at, day=day, business_days=business_days)
        noticed = each.amount_minor if is_early else min(noticed, each.amount_minor)
    return noticed
