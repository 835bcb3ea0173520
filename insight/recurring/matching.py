"""Which movements of a history a series is that was found earlier, and whether it has come again since. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from insight.recurring.finding import Found
from insight.recurring.series import Direction, Movement, Period, Recurring
from insight.spending import days_in, months_back

_STEP_DAYS = {Period.WEEKLY: 7, Period.FORTNIGHTLY: 14}
_STEP_MONTHS = {Period.MONTHLY: 1, Period.YEARLY: 12}
# How far from its turn a movement may lie, and how far beyond what its amounts were.
_DAYS_AROUND = {Period.WEEKLY: 2, Period.FORTNIGHTLY: 3, Period.MONTHLY: 5, Period.YEARLY: 5}
_BELOW, _ABOVE = (3, 4), (4, 3)
_MOST_TURNS = 60


def stepped(day: date, period: Period, count: int) -> date:
    """Return the day so many turns later, earlier where `count` is negative; a month's end where the month is shorter."""
    if period in _STEP_DAYS:
        return day + timedelta(days=_STEP_DAYS[period] * count)
    month = months_back(day.replace(day=1), -_STEP_MONTHS[period] * count)
    return month.replace(day=min(day.day, days_in(month)))


def matched(series: Recurring, movements: Sequence[Movement]) -> Found:
    """Return the series with the movements that it is: on the same account, of about the amount, one near each turn.

    Where it has come since it was found, its last day is that day and its next day a turn later.
    """
    mine = {each.transfer_id: each for each in movements if _alike(series, each)}
    found: list[Movement] = []
    since = None
    for turn, due in _turns(series):
        near = [each for each in mine.values() if abs((each.booked_day - due).days) <= _DAYS_AROUND[series.period]]
        if turn > 0:  # it was not there when the series was found
            near = [each for each in near if each.booked_day > series.last_day]
        if near:
            best = min(near, key=lambda each: (each.category != series.category, abs((each.booked_day - due).days)))
            found.append(mine.pop(best.transfer_id))
            since = best if turn > 0 else since
    return Found(series if since is None else _moved_on(series, since), tuple(each.transfer_id for each in found))


def _turns(series: Recurring) -> Iterator[tuple[int, date]]:
    """Yield turns with their days: the one to come, then those that were, newest first."""
    if series.next_day is not None:
        yield 1, series.next_day
    for back in range(min(_MOST_TURNS, series.count * 2)):
        day = stepped(series.last_day, series.period, -back)
        if day < series.first_day - timedelta(days=_DAYS_AROUND[series.period]):
            return
        yield -back, day


def _alike(series: Recurring, movement: Movement) -> bool:
    amount_minor = abs(movement.delta_minor)
    low_minor, high_minor = min(series.low_minor, series.amount_minor), max(series.high_minor, series.amount_minor)
    return (
        movement.account_id == series.account_id
        and (movement.delta_minor > 0) is (series.direction is Direction.IN)
        and low_minor * _BELOW[0] // _BELOW[1] <= amount_minor <= high_minor * _ABOVE[0] // _ABOVE[1]
    )


def _moved_on(series: Recurring, last: Movement) -> Recurring:
    def later(day: date | None) -> date | None:
        return None if day is None else stepped(day, series.period, 1)

    return replace(
        series,
        last_day=last.booked_day,
        count=series.count + 1,
        amount_minor=abs(last.delta_minor),
        next_day=later(series.next_day),
        earliest_day=later(series.earliest_day),
        latest_day=later(series.latest_day),
    )
