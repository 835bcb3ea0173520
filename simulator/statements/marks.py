"""What holders call their movements: some look through a month now and then, and put right most of what the rule got wrong.

What a movement was for is a matter of who says it: some holders call some shops otherwise than others do.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from contracts.categories import Category, category_of
from simulator.statements.plan import Line, Mark

SHARE_WHO_MARK, SHARE_LOOKED_AT, SHARE_PUT_RIGHT, SHARE_MISTAKEN = 0.3, 0.4, 0.7, 0.004
SHARE_OF_OWN_MIND = 0.04
MOST_DAYS_LATER = 12
_OTHERWISE = {
    Category.GROCERIES: Category.RESTAURANTS, Category.RESTAURANTS: Category.LEISURE, Category.SHOPPING: Category.HOME,
    Category.HEALTH: Category.SHOPPING, Category.EDUCATION: Category.LEISURE, Category.SERVICES: Category.HEALTH,
    Category.TRANSFERS: Category.HOME, Category.PEOPLE: Category.LEISURE,
}  # fmt: skip
_ANY = tuple(sorted({*_OTHERWISE, *_OTHERWISE.values()}))


def ruled(line: Line) -> Category:
    """Return what the rule says of a line, from nothing but what is to be seen."""
    return category_of(
        purpose=line.purpose,
        channel=line.channel,
        mcc=line.mcc,
        counterparty=line.counterparty_kind,
        received=line.amount_minor > 0,
    )


def marked(rng: np.random.Generator, lines: list[Line], *, past: date) -> tuple[list[Line], list[Mark]]:
    """Return the lines with what their holder would call them, and what the holder did call them before `past`."""
    if rng.random() >= SHARE_WHO_MARK:
        return lines, []
    payees = sorted({line.payee for line in lines if line.category in _OTHERWISE and line.series is None})
    own_mind = {payee for payee, chance in zip(payees, rng.random(len(payees)), strict=True) if chance < SHARE_OF_OWN_MIND}
    meant = [
        replace(line, category=_OTHERWISE[line.category])
        if line.payee in own_mind and line.series is None and line.category in _OTHERWISE
        else line
        for line in lines
    ]
    return meant, list(_marks(rng, meant, past=past))


def _marks(rng: np.random.Generator, lines: Iterable[Line], *, past: date) -> Iterator[Mark]:
    looked: dict[tuple[int, int], bool] = {}
    for line in lines:
        month = (line.booked_day.year, line.booked_day.month)
        if month not in looked:
            looked[month] = bool(rng.random() < SHARE_LOOKED_AT)
        if not looked[month]:
            continue
        chance, wrong = rng.random(), ruled(line) != line.category
        after = date(month[0] + month[1] // 12, month[1] % 12 + 1, 1) + timedelta(days=int(rng.integers(0, MOST_DAYS_LATER)))
        if after >= past:
            continue
        if wrong and chance < SHARE_PUT_RIGHT:
            yield Mark(line_id=line.line_id, category=line.category, marked_day=after)
        elif chance > 1 - SHARE_MISTAKEN:
            yield Mark(line_id=line.line_id, category=_ANY[int(rng.integers(0, len(_ANY)))], marked_day=after)
