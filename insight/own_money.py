"""What a customer has and did in one currency, and what each insight is asked of it: by a route now, by a night of a day. Pure.

Whoever reads a customer's money, from whichever store, makes it into `OwnMoney` here, so that the answer of the API and the row
of the mart are one calculation. Only accounts that the customer opened count, not those that they hold with others.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from insight.budgets import Progress, progress
from insight.health import Health, health
from insight.history import MONTHS, History, history_of
from insight.recurring.series import Movement
from insight.spending import month_of, months_back
from insight.unusual import Unusual, unusual

# With more movements than these the oldest are left out.
MOST_MOVEMENTS = 50_000
UNUSUAL_DAYS = 31

DayEnds = Mapping[UUID, Mapping[date, int]]


class Booked(NamedTuple):
    """A movement with the balance of its account after it."""

    movement: Movement
    balance_after_minor: int


@dataclass(frozen=True, slots=True)
class Budget:
    """A limit a month on a category, or, where that is None, on all spending."""

    budget_id: UUID
    category: str | None
    version: int
    limit_minor: int


@dataclass(frozen=True, slots=True)
class OwnMoney:
    """What one customer has and did, in one currency. `day_ends`: the balance after each day's last movement, by account."""

    today: date
    available_minor: int
    set_aside_minor: int
    savings_accounts: frozenset[UUID]
    budgets: Sequence[Budget]
    history: History
    day_ends: DayEnds


def first_day(today: date) -> date:
    """Return the first day of which movements are looked at: this month and the twelve before it."""
    return months_back(month_of(today), MONTHS)


def read_history(newest_first: Iterable[Booked], *, today: date) -> tuple[History, DayEnds]:
    """Return the history of movements that come newest first, and the balances at the ends of days; of the newest alone."""
    rows = list(islice(newest_first, MOST_MOVEMENTS))
    cut_at = rows[-1].movement.booked_day if len(rows) == MOST_MOVEMENTS else None
    return history_of((row.movement for row in rows), today=today, cut_at=cut_at), _day_ends(rows)


def standings(own: OwnMoney) -> Iterator[tuple[Budget, Progress]]:
    """Yield how the month stands against each budget."""
    everything, by_category = own.history.spent(), own.history.spent_by_category()
    for budget in own.budgets:
        spent = everything if budget.category is None else by_category.get(budget.category, {})
        yield budget, progress(limit_minor=budget.limit_minor, spent=spent, since=own.history.since, today=own.today)


def unusual_since(own: OwnMoney) -> date:
    """Return the day from which on it is told what is unusual, unless another is asked for."""
    return own.today - timedelta(days=UNUSUAL_DAYS - 1)


def unusual_of(own: OwnMoney, *, first: date | None = None) -> list[Unusual]:
    """Return what is unusual from a day on, newest first."""
    return unusual(own.history, first=first or unusual_since(own))


def health_of(own: OwnMoney) -> Health | None:
    """Return how healthy the money is; None before a whole month is known."""
    return health(
        own.history,
        at_hand_minor=own.available_minor + own.set_aside_minor,
        day_ends=list(own.day_ends.values()),
        savings_accounts=own.savings_accounts,
    )


def _day_ends(rows: Sequence[Booked]) -> DayEnds:
    found: dict[UUID, dict[date, int]] = {}
    for movement, balance_after_minor in rows:  # newest first: the first of a day is its end
        found.setdefault(movement.account_id, {}).setdefault(movement.booked_day, balance_after_minor)
    return found
