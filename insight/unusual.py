"""Payments, and months of a category, that are unlike what their customer ever did, with what would have been usual. Pure.

Amounts are judged on their logarithm, by a median and a median absolute deviation, which what is unusual itself does not move
(Huber, Ronchetti, "Robust Statistics", 2009, chapter 5). Both are shrunk where little is known: a category's centre to that of
all payments of the customer, and its spread to what is common. To be told, a payment has to be far above the usual, above
everything before it, and matter beside what the customer spends in a month: an alarm that is false costs attention, and there
is little of it.
"""

import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from insight.history import History, by_month
from insight.quantiles import MAD_TO_STD
from insight.recurring.series import Movement
from insight.spending import SPENDING, Days, month_after, month_of

# Before so much is known of a customer nothing is said.
FEWEST_DAYS = 45
FEWEST_PAYMENTS = 12
FEWEST_MONTHS = 2
# A month of fewer payments is judged by them alone.
FEWEST_OF_A_MONTH = 3
MOST_PAYMENTS = 300
MOST_MONTHS = 12
# How far above the usual something is, in standard deviations of the logarithm; and what share of a usual month it has to be.
PAYMENT_SCORE, MONTH_SCORE = 2.6, 2.6
PAYMENT_SHARE, MONTH_SHARE = 0.15, 0.25
# How much more it is than the most before.
PAYMENT_ABOVE, MONTH_ABOVE = 2.0, 1.8
# How many payments, and how many months, what is common counts for; and the spread that is common.
_PRIOR_PAYMENTS, _PRIOR_SPREAD_PAYMENTS, _COMMON_PAYMENT_SPREAD = 3.0, 8.0, 1.0
_PRIOR_SPREAD_MONTHS, _COMMON_MONTH_SPREAD = 4.0, 0.45
# What a month of nothing counts as: a share of a usual month, so that it has a logarithm.
_FLOOR_SHARE = 0.03


class Kind(StrEnum):
    """One payment, or all that a month has of a category."""

    PAYMENT = "payment"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Unusual:
    """Something unlike before. `usual_minor` is the middle of what was, `high_minor` what would still have been usual.

    `day` is the payment's, or the month's first; `transfer_id` is None of a month. `score` counts standard deviations.
    """

    kind: Kind
    day: date
    category: str
    transfer_id: UUID | None
    amount_minor: int
    usual_minor: int
    high_minor: int
    score: float


def unusual(history: History, *, first: date) -> list[Unusual]:
    """Return what is unusual of the payments from `first` to the history's today, and of their months, newest first.

    A payment is held against those of earlier days, a month against earlier whole months; one that has not ended, as it stands.
    A month that single unusual payments explain is not told beside them.
    """
    if (history.today - history.since).days < FEWEST_DAYS:
        return []
    payments = list(_unusual_payments(history, month_of(first)))
    months = [found for found in _unusual_months(history, first) if not _explained(found, payments)]
    asked = [found for found in payments if found.day >= first]
    return sorted([*asked, *months], key=lambda found: (found.day, found.amount_minor), reverse=True)


@dataclass(frozen=True, slots=True)
class _Usual:
    centre: float
    spread: float
    most_minor: int

    def judge(self, amount_minor: float) -> float:
        return (math.log(amount_minor) - self.centre) / self.spread


def _unusual_payments(history: History, first: date) -> Iterator[Unusual]:
    month_minor = _usual_month(history)
    before: dict[str, list[int]] = defaultdict(list)
    everything: list[int] = []
    waiting: list[Movement] = []
    for each in history.movements:
        if each.delta_minor >= 0 or each.category not in SPENDING:
            continue
        if waiting and waiting[0].booked_day < each.booked_day:
            _learn(waiting, before, everything)
        waiting.append(each)
        amount_minor = -each.delta_minor
        if each.booked_day < first or amount_minor < PAYMENT_SHARE * month_minor or len(everything) < FEWEST_PAYMENTS:
            continue
        usual = _usual_payment(before[each.category], everything)
        score = usual.judge(amount_minor)
        if score >= PAYMENT_SCORE and amount_minor > PAYMENT_ABOVE * usual.most_minor:
            yield _found(Kind.PAYMENT, each.booked_day, each.category, each.transfer_id, amount_minor, usual, PAYMENT_SCORE)


def _learn(waiting: list[Movement], before: dict[str, list[int]], everything: list[int]) -> None:
    for earlier in waiting:
        before[earlier.category].append(-earlier.delta_minor)
        everything.append(-earlier.delta_minor)
    waiting.clear()


def _usual_payment(own: Sequence[int], everything: Sequence[int]) -> _Usual:
    """Return what is usual of a category: its own payments, drawn to all where they are few."""
    logs = [math.log(amount) for amount in own[-MOST_PAYMENTS:]]
    all_logs = [math.log(amount) for amount in everything[-MOST_PAYMENTS:]]
    count, overall = len(logs), statistics.median(all_logs)
    own_centre = statistics.median(logs) if logs else overall
    centre = (count * own_centre + _PRIOR_PAYMENTS * overall) / (count + _PRIOR_PAYMENTS)
    spread = _shrunk(_spread(logs, own_centre), count, _COMMON_PAYMENT_SPREAD, _PRIOR_SPREAD_PAYMENTS)
    # In a category that is new to the customer anything up to the largest payment of all is theirs.
    return _Usual(centre, spread, max(own, default=max(everything)))


def _unusual_months(history: History, first: date) -> Iterator[Unusual]:
    month_minor = _usual_month(history)
    if not month_minor:
        return
    months = history.whole_months(MOST_MONTHS)
    counts = Counter((each.category, month_of(each.booked_day)) for each in history.movements if each.delta_minor < 0)
    for category, days in sorted(history.spent_by_category().items()):
        totals = by_month(days)
        month = month_of(first)
        while month <= history.today:
            earlier = [totals.get(other, 0) for other in months if other < month]
            amount_minor = totals.get(month, 0)
            if len(earlier) >= FEWEST_MONTHS and amount_minor:
                usual = _usual_of_months(earlier, floor=_FLOOR_SHARE * month_minor)
                enough = amount_minor - statistics.median(earlier) >= MONTH_SHARE * month_minor
                above = amount_minor > MONTH_ABOVE * usual.most_minor
                several = counts[category, month] >= FEWEST_OF_A_MONTH
                if several and enough and above and usual.judge(amount_minor) >= MONTH_SCORE:
                    yield _found(Kind.MONTH, month, category, None, amount_minor, usual, MONTH_SCORE)
            month = month_after(month)


def _usual_of_months(earlier: Sequence[int], *, floor: float) -> _Usual:
    logs = [math.log(max(amount, floor)) for amount in earlier]
    centre = statistics.median(logs)
    spread = _shrunk(_spread(logs, centre), len(logs), _COMMON_MONTH_SPREAD, _PRIOR_SPREAD_MONTHS)
    return _Usual(centre, spread, max(earlier))


def _usual_month(history: History) -> float:
    """Return what the customer spends in a usual month: the median of whole months, or the days that there are made as long."""
    spent = history.spent()
    months = history.whole_months(MOST_MONTHS)
    totals: Days = by_month(spent)
    if len(months) >= FEWEST_MONTHS:
        return statistics.median(totals.get(month, 0) for month in months)
    days = (history.today - history.since).days + 1
    return sum(spent.values()) * 30.0 / days


def _spread(logs: Sequence[float], centre: float) -> float:
    return MAD_TO_STD * statistics.median(abs(each - centre) for each in logs) if logs else 0.0


def _shrunk(spread: float, count: int, common: float, prior: float) -> float:
    return math.sqrt((count * spread**2 + prior * common**2) / (count + prior))


def _found(
    kind: Kind, day: date, category: str, transfer_id: UUID | None, amount_minor: int, usual: _Usual, score: float
) -> Unusual:
    return Unusual(
        kind=kind,
        day=day,
        category=category,
        transfer_id=transfer_id,
        amount_minor=amount_minor,
        usual_minor=round(math.exp(usual.centre)),
        high_minor=round(math.exp(usual.centre + score * usual.spread)),
        score=round(usual.judge(amount_minor), 2),
    )


def _explained(month: Unusual, payments: Sequence[Unusual]) -> bool:
    """Whether a month would be usual without the payments that are told by themselves."""
    told = sum(each.amount_minor for each in payments if each.category == month.category and month_of(each.day) == month.day)
    return month.amount_minor - told <= month.high_minor
