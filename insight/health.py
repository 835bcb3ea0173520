"""A customer's financial health: five parts of 0 to 100, each with its measure, its thresholds and the next step. Pure.

The parts are those of the Financial Health Network's eight indicators ("FinHealth Score Toolkit", finhealthnetwork.org) that
an account can tell: spending less than income, liquid savings, debt that is manageable, and saving for later. Bills on time,
credit score, insurance and planning are asked of people there, and are not guessed here; in their place stands how regular
income is, whose swings are what families with little set aside suffer from (JPMorgan Chase Institute, "Weathering Volatility",
2015). As theirs, each part is a scale that is the same for everybody, and the score their mean: 80 and above is healthy, 40
and above coping, below vulnerable. The thresholds are choices of ours in that spirit, written down once, in `PARTS`. It
describes; it is no credit score, and decides nothing.
"""

import math
import statistics
from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from uuid import UUID

from contracts.categories import Category
from insight.history import History, by_month

MONTHS = 6
RECENT_MONTHS = 3
DEBT_DAYS = 90
# A score needs this many whole months.
FEWEST_MONTHS = 1


class Part(StrEnum):
    """What is looked at."""

    LIQUIDITY = "liquidity"
    SPENDING = "spending"
    DEBT = "debt"
    INCOME = "income"
    SAVINGS = "savings"


class HealthBand(StrEnum):
    """What a score says in a word."""

    HEALTHY = "healthy"
    COPING = "coping"
    VULNERABLE = "vulnerable"


@dataclass(frozen=True, slots=True)
class Scale:
    """How a measure becomes points: straight lines between (measure, points), flat beyond them; points go one way."""

    unit: str
    meaning: str
    marks: tuple[tuple[float, float], ...]

    def points(self, measure: float) -> float:
        """Return the points of a measure, 0 to 100."""
        marks = sorted(self.marks)
        if measure <= marks[0][0]:
            return marks[0][1]
        for (below, low), (above, high) in pairwise(marks):
            if measure <= above:
                return low + (high - low) * (measure - below) / (above - below)
        return marks[-1][1]

    def next_mark(self, measure: float) -> tuple[float, float] | None:
        """Return the nearest (measure, points) that wins at least half a point; None at the top."""
        better = [mark for mark in self.marks if mark[1] >= self.points(measure) + 0.5]
        return min(better, key=lambda mark: mark[1], default=None)


PARTS: Mapping[Part, Scale] = {
    Part.LIQUIDITY: Scale(
        "months",
        "what is at hand, in months of usual spending",
        ((0.0, 0.0), (0.25, 25.0), (1.0, 50.0), (3.0, 75.0), (6.0, 100.0)),
    ),
    Part.SPENDING: Scale(
        "pct",
        "spending as a share of income, over the last three months",
        ((80.0, 100.0), (95.0, 75.0), (100.0, 50.0), (110.0, 25.0), (130.0, 0.0)),
    ),
    Part.DEBT: Scale(
        "pct", "days of the last ninety that ended below zero", ((0.0, 100.0), (10.0, 50.0), (50.0, 0.0))
    ),
    Part.INCOME: Scale(
        "pct",
        "how much income differs from month to month: its standard deviation as a share of its mean",
        ((10.0, 100.0), (30.0, 75.0), (60.0, 40.0), (120.0, 0.0)),
    ),
    Part.SAVINGS: Scale(
        "pct",
        "what is set aside, less what is taken back, as a share of income over the last three months",
        ((0.0, 0.0), (5.0, 50.0), (10.0, 75.0), (20.0, 100.0)),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class NextStep:
    """What would move a part to its next mark: the measure to reach, what the score wins, and about how much money it takes.

    `amount_minor` is to be had at hand more, a month to be spent less, or a month to be set aside more; None where money alone
    does it not.
    """

    target: float
    score_gain: float
    amount_minor: int | None


@dataclass(frozen=True, slots=True)
class Judged:
    """One part. `measure` is in the unit of its scale."""

    part: Part
    points: int
    measure: float
    step: NextStep | None


@dataclass(frozen=True, slots=True)
class Health:
    """The whole: the mean of the parts that can be told. `moves_most` is the part whose next step wins the most."""

    score: int
    band: HealthBand
    months: int
    parts: Sequence[Judged]
    moves_most: Part | None


def health(
    history: History,
    *,
    at_hand_minor: int,
    day_ends: Sequence[Mapping[date, int]],
    savings_accounts: Container[UUID] = frozenset(),
) -> Health | None:
    """Return how a customer's money is, None before a whole month is known.

    `at_hand_minor` is what they have and have set aside, `day_ends` the balance at the end of each day with a movement, by
    account.
    """
    months = history.whole_months(MONTHS)
    if len(months) < FEWEST_MONTHS:
        return None
    recent = months[-RECENT_MONTHS:]
    spent, received = by_month(history.spent()), by_month(history.received())
    monthly_spent = statistics.fmean(spent.get(month, 0) for month in recent)
    monthly_income = statistics.fmean(received.get(month, 0) for month in recent)
    set_aside = _set_aside(history, savings_accounts)
    measures: dict[Part, float] = {
        Part.LIQUIDITY: _capped_ratio(max(at_hand_minor, 0), monthly_spent, most=24.0),
        Part.DEBT: 100.0 * _below_zero(history, day_ends),
    }
    if monthly_income > 0.0:
        measures[Part.SPENDING] = min(100.0 * monthly_spent / monthly_income, 1_000.0)
        measures[Part.SAVINGS] = 100.0 * statistics.fmean(set_aside.get(month, 0) for month in recent) / monthly_income
    incomes = [received.get(month, 0) for month in months]
    if len(months) >= RECENT_MONTHS and any(incomes):
        measures[Part.INCOME] = 100.0 * statistics.pstdev(incomes) / statistics.fmean(incomes)
    return _judged(measures, months=len(months), monthly_spent=monthly_spent, monthly_income=monthly_income)


def band_of(score: float) -> HealthBand:
    """Return the word for a score (Financial Health Network: 80 to 100, 40 to 79, below 40)."""
    return HealthBand.HEALTHY if score >= 80 else HealthBand.COPING if score >= 40 else HealthBand.VULNERABLE


def _judged(measures: Mapping[Part, float], *, months: int, monthly_spent: float, monthly_income: float) -> Health:
    points = {part: PARTS[part].points(measure) for part, measure in measures.items()}
    score = round(statistics.fmean(points.values()))
    per_unit = {  # how much money one unit of a measure is
        Part.LIQUIDITY: monthly_spent, Part.SPENDING: -monthly_income / 100.0, Part.SAVINGS: monthly_income / 100.0,
    }  # fmt: skip
    parts = []
    for part in Part:
        if part in measures:
            step = _step(PARTS[part], measures[part], share=1.0 / len(points), per_unit=per_unit.get(part))
            parts.append(Judged(part, round(points[part]), round(measures[part], 2), step))
    steps = [(each.step.score_gain, each.part) for each in parts if each.step is not None]
    return Health(score, band_of(score), months, parts, max(steps, default=(0.0, None))[1])


def _step(scale: Scale, measure: float, *, share: float, per_unit: float | None) -> NextStep | None:
    mark = scale.next_mark(measure)
    if mark is None:
        return None
    target, points = mark
    return NextStep(
        target=target,
        score_gain=round(share * (points - scale.points(measure)), 1),
        amount_minor=None if per_unit is None else math.ceil((target - measure) * per_unit),
    )


def _capped_ratio(amount: float, by: float, *, most: float) -> float:
    return most if by <= 0.0 else min(amount / by, most)


def _set_aside(history: History, savings_accounts: Container[UUID]) -> dict[date, int]:
    """Return what was set aside in each month, less what was taken back: for goals, and on the customer's savings accounts."""
    days: dict[date, int] = defaultdict(int)
    for each in history.movements:
        if each.category == Category.SAVINGS:
            days[each.booked_day] -= each.delta_minor
        elif each.category == Category.OWN_ACCOUNTS and each.account_id in savings_accounts:
            days[each.booked_day] += each.delta_minor
    return by_month(days)


def _below_zero(history: History, day_ends: Sequence[Mapping[date, int]]) -> float:
    """Return the share of the last days at whose end an account was below zero; one without movements ends as it began."""
    first = max(history.since, history.today - timedelta(days=DEBT_DAYS - 1))
    days = (history.today - first).days + 1
    if days <= 0:
        return 0.0
    below = set()
    for ends in day_ends:
        earlier = [day for day in ends if day < first]
        balance = ends[max(earlier)] if earlier else 0
        for ahead in range(days):
            balance = ends.get(first + timedelta(days=ahead), balance)
            if balance < 0:
                below.add(ahead)
    return len(below) / days
