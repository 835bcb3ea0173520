"""What comes once a month from or to the same side, of about the same amount: the plainest kind of what comes again. Pure."""

import statistics
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from insight.history import History
from insight.recurring.series import Direction, Movement, Period, Recurring
from insight.spending import days_in, month_after, month_of

FEWEST = 3
# How far from its usual day of the month one may come: wages move by business days, and over a weekend and a holiday.
TOLERANCE_DAYS = 5
# How far from the middle amount each may be.
_TOLERANCE = 0.25


@dataclass(frozen=True, slots=True)
class _Side:
    account_id: UUID
    direction: Direction
    category: str
    counterparty: str


def monthly_series(history: History) -> list[Recurring]:
    """Return what came in each of the last months once, is of about the same amount, and has not stayed away since."""
    by_side: dict[_Side, list[Movement]] = defaultdict(list)
    for each in history.movements:
        direction = Direction.IN if each.delta_minor > 0 else Direction.OUT
        by_side[_Side(each.account_id, direction, each.category, each.counterparty)].append(each)
    return list(_found(by_side, history.today))


def _found(by_side: dict[_Side, list[Movement]], today: date) -> Iterator[Recurring]:
    for side, movements in by_side.items():
        series = _last_run(movements)
        if len(series) < FEWEST:
            continue
        amounts = [abs(each.delta_minor) for each in series]
        middle = statistics.median_low(amounts)
        if max(abs(amount - middle) for amount in amounts) > _TOLERANCE * middle:
            continue
        last = series[-1]
        due = _due(month_after(month_of(last.booked_day)), day=statistics.median_low(each.booked_day.day for each in series))
        if due + timedelta(days=TOLERANCE_DAYS) < today:
            continue
        yield Recurring(
            series_id=f"{side.account_id}:{side.direction}:{side.category}:{side.counterparty}",
            account_id=side.account_id,
            direction=side.direction,
            category=side.category,
            counterparty=side.counterparty,
            period=Period.MONTHLY,
            first_day=series[0].booked_day,
            last_day=last.booked_day,
            count=len(series),
            amount_minor=amounts[-1],
            next_day=due,
            earliest_day=due - timedelta(days=TOLERANCE_DAYS),
            latest_day=due + timedelta(days=TOLERANCE_DAYS),
            low_minor=min(amounts),
            high_minor=max(amounts),
            subscription=False,
        )


def _last_run(movements: Sequence[Movement]) -> list[Movement]:
    """Return the last movements that follow each other month by month, one each, on about the same day; oldest first."""
    run: list[Movement] = []
    for each in reversed(movements):
        if run:
            due = _due(month_after(month_of(each.booked_day)), day=each.booked_day.day)
            if abs((run[-1].booked_day - due).days) > TOLERANCE_DAYS:
                break
        run.append(each)
    return run[::-1]


def _due(month: date, *, day: int) -> date:
    return month.replace(day=min(day, days_in(month)))
