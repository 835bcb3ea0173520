"""When something comes again: days that follow a rule of the calendar, and how well days that were seen follow it.

How well is counted in bits (minimum description length, Rissanen 1978): by how much rarer than by chance a payment lies where
the rule says. Payments of one counterparty that come at `rate` a day lie within d days of a given day by chance with a
probability of about (2d + 1) rate; a rhythm that explains n of them so well has won the sum of the logarithms. What should have
come and did not costs.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from math import log2

from insight.recurring.series import Period
from kit.business_days import Convention, adjusted, business_day_of_month, is_business_day, last_day_of_month

STEP_DAYS = {Period.WEEKLY: 7, Period.FORTNIGHTLY: 14, Period.MONTHLY: 30, Period.YEARLY: 365}
TOLERANCE_DAYS = {Period.WEEKLY: 2, Period.FORTNIGHTLY: 3, Period.MONTHLY: 5, Period.YEARLY: 8}
"""So far from its day something still is what was expected."""
MISSED_BITS = 3.0
_CANDIDATES = 4
"""Days of a month, or of a week, that are tried: the most frequent ones."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A rule: a weekday's phase, a day of the month (or its `business`-th business day), or a month and day of the year."""

    period: Period
    number: int
    convention: Convention = Convention.NONE
    business: bool = False


@dataclass(frozen=True, slots=True)
class Fit:
    """How days follow a rhythm.

    `places` are those of the days that do, in order; `slots` the turns of the rhythm that they take, `late_days` how many days
    after its turn's day each lies (negative: before).
    """

    rhythm: Rhythm
    places: tuple[int, ...]
    slots: tuple[int, ...]
    late_days: tuple[int, ...]
    bits: float

    @property
    def missed(self) -> int:
        """Turns between the first and the last that nothing took."""
        return self.slots[-1] - self.slots[0] + 1 - len(self.slots)


@lru_cache(maxsize=1 << 16)
def day_of(rhythm: Rhythm, slot: int) -> date:
    """Return the day of a turn. Turns count weeks, fortnights, months or years from the year 1 on."""
    if rhythm.period in (Period.WEEKLY, Period.FORTNIGHTLY):
        return date.fromordinal(slot * STEP_DAYS[rhythm.period] + rhythm.number)
    if rhythm.period is Period.MONTHLY:
        year, month = slot // 12, slot % 12 + 1
        if rhythm.business:
            return business_day_of_month(year, month, rhythm.number)
        return adjusted(_clamped(year, month, rhythm.number), rhythm.convention)
    return adjusted(_clamped(slot, rhythm.number // 32, rhythm.number % 32), rhythm.convention)


def rhythms(days: Sequence[date], period: Period) -> list[Rhythm]:
    """Return the rules of a period that days may follow: of the days that are most frequent."""
    if period in (Period.WEEKLY, Period.FORTNIGHTLY):
        phases = Counter(day.toordinal() % STEP_DAYS[period] for day in days)
        return [Rhythm(period, phase) for phase, _ in phases.most_common(_CANDIDATES)]
    if period is Period.MONTHLY:
        found = [
            Rhythm(period, number, convention)
            for number, _ in _days_of_month(days).most_common(_CANDIDATES)
            for convention in (Convention.NONE, Convention.FOLLOWING, Convention.PRECEDING)
        ]
        turns = Counter(_business_number(day) for day in days if is_business_day(day))
        return found + [Rhythm(period, number, business=True) for number, _ in turns.most_common(2)]
    newest = Counter(day.month * 32 + day.day for day in days)
    return [
        Rhythm(period, number, convention)
        for number, _ in newest.most_common(_CANDIDATES)
        for convention in (Convention.NONE, Convention.FOLLOWING)
    ]


def fitted(rhythm: Rhythm, days: Sequence[date], *, rate: float) -> Fit | None:
    """Return how days (in order) follow a rhythm, at most one a turn; None where fewer than two do."""
    first, turns = _turns(rhythm, days[0], days[-1])
    taken: dict[int, tuple[int, int]] = {}
    tolerance = TOLERANCE_DAYS[rhythm.period]
    for place, day in enumerate(days):
        ordinal = day.toordinal()
        turn = bisect_left(turns, ordinal)
        if turn and ordinal - turns[turn - 1] <= turns[turn] - ordinal:
            turn -= 1
        late = ordinal - turns[turn]
        if abs(late) <= tolerance and (turn not in taken or abs(late) < abs(taken[turn][1])):
            taken[turn] = (place, late)
    if len(taken) < 2:
        return None
    slots = tuple(sorted(taken))
    lates = tuple(taken[slot][1] for slot in slots)
    worth = [-log2(min(1.0, (2 * away + 1) * rate)) for away in range(tolerance + 1)]
    won = [worth[abs(late)] for late in lates]
    missed = slots[-1] - slots[0] + 1 - len(slots)
    return Fit(
        rhythm,
        tuple(taken[slot][0] for slot in slots),
        tuple(first + slot for slot in slots),
        lates,
        sum(won) - max(won) - MISSED_BITS * missed,  # where it begins is told by nothing
    )


@lru_cache(maxsize=1 << 12)
def _turns(rhythm: Rhythm, first: date, last: date) -> tuple[int, list[int]]:
    """The turn with which a table of turns' days begins, and the table: from before `first` to after `last`."""
    if rhythm.period in (Period.WEEKLY, Period.FORTNIGHTLY):
        step = STEP_DAYS[rhythm.period]
        low, high = ((day.toordinal() - rhythm.number) // step for day in (first, last))
    elif rhythm.period is Period.MONTHLY:
        low, high = (day.year * 12 + day.month - 1 for day in (first, last))
    else:
        low, high = first.year, last.year
    return low - 1, [day_of(rhythm, slot).toordinal() for slot in range(low - 1, high + 3)]


def rate_of(days: Sequence[date]) -> float:
    """Return how many there are a day, from the first to the last."""
    return (len(days) - 1) / max((days[-1] - days[0]).days, 1)


def _days_of_month(days: Sequence[date]) -> Counter[int]:
    """How often each day of a month is there. What lies on a Monday may be moved from the weekend."""
    found: Counter[int] = Counter()
    for day in days:
        found[day.day] += 1
        before = day - timedelta(days=1)
        while not is_business_day(before):
            found[before.day] += 1
            before -= timedelta(days=1)
    return found


def _business_number(day: date) -> int:
    return sum(is_business_day(day.replace(day=number)) for number in range(1, day.day + 1))


def _clamped(year: int, month: int, number: int) -> date:
    last = last_day_of_month(year, month)
    return last if number >= last.day else date(year, month, number)
