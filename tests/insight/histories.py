"""Histories that tests make: movements of one account, a line each."""

import uuid
from collections.abc import Iterable
from datetime import date, timedelta

from insight.history import History, history_of
from insight.recurring.series import Movement

TODAY = date(2026, 3, 20)
ACCOUNT = uuid.UUID(int=7)
Line = tuple[date, int, str]


def movement(day: date, delta_minor: int, category: str, *, number: int = 0) -> Movement:
    return Movement(uuid.UUID(int=number + 1), ACCOUNT, day, delta_minor, "BRL", category, "other", None)


def history(lines: Iterable[Line], *, today: date = TODAY) -> History:
    return history_of((movement(*line, number=number) for number, line in enumerate(lines)), today=today)


def every(days: int, delta_minor: int, category: str, *, since: date, until: date = TODAY) -> list[Line]:
    """One movement every so many days."""
    return [(since + timedelta(ahead), delta_minor, category) for ahead in range(0, (until - since).days + 1, days)]
