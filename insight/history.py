"""A customer's movements, and what days and months of them come to. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from insight.recurring.series import Movement
from insight.spending import INCOME, SPENDING, Days, month_before, month_of, months_back

# What a history is asked for: this month and a year before it.
MONTHS = 12


@dataclass(frozen=True, slots=True)
class History:
    """Movements of one customer's own accounts in one currency, oldest first, up to `today`.

    `since` is the first day of which everything is there: that of the first movement, or the day after what was left out.
    """

    today: date
    since: date
    movements: Sequence[Movement]

    def spent(self) -> Days:
        """Return what was spent on each day, on all that is spending."""
        return _by_day(each for each in self.movements if _is_spending(each))

    def spent_by_category(self) -> dict[str, Days]:
        """Return what was spent on each day by category of spending, those that there are."""
        found: dict[str, list[Movement]] = defaultdict(list)
        for each in self.movements:
            if _is_spending(each):
                found[each.category].append(each)
        return {category: _by_day(movements) for category, movements in found.items()}

    def received(self) -> Days:
        """Return what came in as income on each day."""
        return _by_day(each for each in self.movements if each.delta_minor > 0 and each.category in INCOME)

    def whole_months(self, most: int) -> list[date]:
        """Return the months before this one of which everything is known, oldest first, at most `most`."""
        month, first, found = month_before(month_of(self.today)), months_back(month_of(self.today), most), []
        while month >= max(first, self.since):
            found.append(month)
            month = month_before(month)
        return found[::-1]


def history_of(movements: Iterable[Movement], *, today: date, cut_at: date | None = None) -> History:
    """Return the history of movements in any order; `cut_at` is the oldest day that is known only in part."""
    ordered = sorted((each for each in movements if each.booked_day <= today), key=lambda each: each.booked_day)
    since = ordered[0].booked_day if ordered else today + timedelta(days=1)
    return History(today=today, since=since if cut_at is None else max(since, cut_at + timedelta(days=1)), movements=ordered)


def by_month(days: Days) -> dict[date, int]:
    """Return what the days of each month come to."""
    found: dict[date, int] = defaultdict(int)
    for day, amount in days.items():
        found[month_of(day)] += amount
    return dict(found)


def _is_spending(movement: Movement) -> bool:
    return movement.delta_minor < 0 and movement.category in SPENDING


def _by_day(movements: Iterable[Movement]) -> dict[date, int]:
    """Return what the movements of each day come to, whichever way they went."""
    found: dict[date, int] = defaultdict(int)
    for each in movements:
        found[each.booked_day] += abs(each.delta_minor)
    return found
