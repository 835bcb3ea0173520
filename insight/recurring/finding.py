"""Finds what comes again among an account's movements, and says when and how much to expect next. Pure.

Movements of one counterparty in one direction are looked at together, and those whose amounts lie apart also by themselves. The
rhythm that wins most bits is taken where it wins enough; what it explains is put aside, and the rest is looked at again: wages
and their advance are two.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from contracts.categories import Category
from insight.recurring import amounts as money
from insight.recurring.counterparties import keys
from insight.recurring.rhythm import STEP_DAYS, Fit, day_of, fitted, rate_of, rhythms
from insight.recurring.series import Direction, Movement, Period, Recurring

ENOUGH_BITS = {Period.WEEKLY: 14.0, Period.FORTNIGHTLY: 14.0, Period.MONTHLY: 14.0, Period.YEARLY: 9.0}
"""A rhythm wins 14 bits by chance about once in 16,000 tries; an account has some hundreds. Two days a year apart cannot win
them, so that there must be nothing else with that counterparty."""
ENOUGH_EACH_BITS = 3.6
"""What each movement has to win on average: hundreds of visits to a shop win much together by winning little each."""
LEAST_PURE = {Period.WEEKLY: 0.45, Period.FORTNIGHTLY: 0.45, Period.MONTHLY: 0.45, Period.YEARLY: 0.8}
"""The share of a counterparty's movements, or of those of about an amount, that a rhythm has to explain."""
FEWEST = {Period.WEEKLY: 4, Period.FORTNIGHTLY: 4, Period.MONTHLY: 3, Period.YEARLY: 2}
LEAST_KEPT = 0.6
"""Of the turns between the first and the last: so many were taken."""
MOST_OF_A_COUNTERPARTY = 4
MOST_MOVEMENTS = 2_000
"""Of one counterparty; the newest are looked at."""
OVERDUE_DAYS = {Period.WEEKLY: 11, Period.FORTNIGHTLY: 18, Period.MONTHLY: 20, Period.YEARLY: 45}
"""So long after the day on which it was expected, it has ended."""
_SURE_OF_DAYS = 10
_TWICE = 2
_EVERYDAY = frozenset({
    Category.GROCERIES, Category.RESTAURANTS, Category.FUEL, Category.TRANSPORT, Category.SHOPPING, Category.PEOPLE,
    Category.TRANSFERS,
})  # fmt: skip
"""What was bought twice, a year apart, was bought twice."""
_NEVER = frozenset({
    Category.CASH, Category.REFUNDS, Category.ADJUSTMENTS, Category.OPENING, Category.EXCHANGE, Category.INTEREST,
})  # fmt: skip
_NO_SUBSCRIPTION = frozenset({
    Category.HOME, Category.UTILITIES, Category.INSURANCE, Category.BILLS, Category.PEOPLE, Category.OWN_ACCOUNTS,
    Category.TRANSFERS, Category.SALARY, Category.FEES, Category.SAVINGS, Category.EDUCATION, Category.HEALTH,
    Category.GROCERIES, Category.FUEL, Category.TRANSPORT,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """Something that comes again, and the movements that it is, in order."""

    recurring: Recurring
    transfer_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class _Taken:
    movements: tuple[Movement, ...]
    fit: Fit


def find(movements: Iterable[Movement], *, as_of: date) -> list[Found]:
    """Return what comes again on each account, as known at the end of `as_of`; movements may be in any order."""
    by_account: dict[UUID, list[Movement]] = defaultdict(list)
    for movement in movements:
        if movement.booked_day <= as_of and movement.delta_minor and movement.category not in _NEVER:
            by_account[movement.account_id].append(movement)
    return [found for account in sorted(by_account) for found in _of_account(by_account[account], as_of=as_of)]


def _of_account(movements: list[Movement], *, as_of: date) -> list[Found]:
    groups: dict[tuple[Direction, str, str], list[Movement]] = defaultdict(list)
    for movement, key in zip(movements, keys(movements), strict=True):
        if not key:
            continue  # nobody knows who is on the other side, and no text says it
        direction = Direction.IN if movement.delta_minor > 0 else Direction.OUT
        groups[direction, movement.currency, key].append(movement)
    found = []
    for (direction, _, key), group in sorted(groups.items()):
        group.sort(key=lambda movement: (movement.booked_day, movement.transfer_id))
        for turn, taken in enumerate(_rhythmic(group[-MOST_MOVEMENTS:])):
            found.append(_described(taken, direction=direction, key=key, turn=turn, as_of=as_of))
    return found


def _rhythmic(group: list[Movement]) -> list[_Taken]:
    """Take one rhythm after another out of the movements of a counterparty."""
    found: list[_Taken] = []
    rest = group
    while len(rest) >= min(FEWEST.values()) and len(found) < MOST_OF_A_COUNTERPARTY:
        best = _best(rest)
        if best is None:
            break
        found.append(best)
        mine = {movement.transfer_id for movement in best.movements}
        rest = [movement for movement in rest if movement.transfer_id not in mine]
    return found


def _best(group: list[Movement]) -> _Taken | None:
    """The rhythm that wins most, of all the movements or of those whose amounts lie apart from the others'."""
    parts = money.apart([abs(movement.delta_minor) for movement in group])
    tried = [list(range(len(group))), *(parts if len(parts) > 1 else [])]
    best, most = None, 0.0
    for places in tried:
        part = [group[place] for place in places]
        if len(part) < _TWICE or (len(part) == _TWICE and (len(group) > _TWICE or part[0].category in _EVERYDAY)):
            continue
        for fit, bits in _fits(part):
            if bits > most:
                best, most = _Taken(tuple(part[place] for place in fit.places), fit), bits
    return best


def _fits(part: Sequence[Movement]) -> Iterable[tuple[Fit, float]]:
    days = [movement.booked_day for movement in part]
    rate = rate_of(days)
    for period in Period:
        turns = (days[-1] - days[0]).days // STEP_DAYS[period] + 2
        if len(part) < FEWEST[period] or turns < LEAST_PURE[period] * len(part):
            continue  # too few, or so many that no rhythm of this period can explain enough of them
        bound = max(rate, 1 / STEP_DAYS[period])
        for rhythm in rhythms(days, period):
            fit = fitted(rhythm, days, rate=bound)
            if fit is None or len(fit.places) < FEWEST[period]:
                continue
            of_turns, of_part = LEAST_KEPT * (len(fit.places) + fit.missed), LEAST_PURE[period] * len(part)
            if len(fit.places) < max(of_turns, of_part):
                continue
            paid = [abs(part[place].delta_minor) for place in fit.places]
            bits = fit.bits + money.bits(paid)
            if bits >= max(ENOUGH_BITS[period], ENOUGH_EACH_BITS * (len(paid) - 1)) and money.is_steady(paid, period):
                yield fit, bits


def _described(taken: _Taken, *, direction: Direction, key: str, turn: int, as_of: date) -> Found:
    mine, fit = taken.movements, taken.fit
    last = mine[-1]
    paid = [abs(movement.delta_minor) for movement in mine]
    category = Counter(movement.category for movement in mine).most_common(1)[0][0]
    low, high = money.interval(paid)
    expected = _next(fit, as_of=as_of)
    return Found(
        Recurring(
            series_id=_series_id(last.account_id, direction, key, fit.rhythm.period, turn),
            account_id=last.account_id,
            direction=direction,
            category=category,
            counterparty=key,
            period=fit.rhythm.period,
            first_day=mine[0].booked_day,
            last_day=last.booked_day,
            count=len(mine),
            amount_minor=paid[-1],
            next_day=expected[0] if expected else None,
            earliest_day=expected[1] if expected else None,
            latest_day=expected[2] if expected else None,
            low_minor=low,
            high_minor=high,
            subscription=direction is Direction.OUT and category not in _NO_SUBSCRIPTION and money.is_flat(paid),
        ),
        tuple(movement.transfer_id for movement in mine),
    )


def _next(fit: Fit, *, as_of: date) -> tuple[date, date, date] | None:
    """The day on which it should come next, and around it the days on which it may; None where it has ended."""
    slot = fit.slots[-1] + 1
    if as_of > day_of(fit.rhythm, slot) + timedelta(days=OVERDUE_DAYS[fit.rhythm.period]):
        return None
    early, late = money.quantiles(fit.late_days)
    if len(fit.late_days) < _SURE_OF_DAYS:
        early, late = early - 1, late + 1
    while day_of(fit.rhythm, slot) + timedelta(days=late) <= as_of:
        slot += 1
    usual = money.median(fit.late_days)
    tomorrow = as_of + timedelta(days=1)
    day = day_of(fit.rhythm, slot)
    return (
        max(day + timedelta(days=usual), tomorrow),
        max(day + timedelta(days=early), tomorrow),
        max(day + timedelta(days=late), tomorrow),
    )


def _series_id(account_id: UUID, direction: Direction, key: str, period: Period, turn: int) -> str:
    """The same as long as the account, its counterparty and the period are: a new movement does not make another series."""
    return hashlib.sha256(f"{account_id}|{direction}|{key}|{period}|{turn}".encode()).hexdigest()[:24]
