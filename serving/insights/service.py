"""Insights: a customer's own money, read once, and what the pure functions of `insight` make of it."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta

from insight.budgets import Progress
from insight.calendar import CashCalendar, calendar
from insight.health import PARTS, Health
from insight.own_money import Budget, health_of, standings, unusual_of, unusual_since
from insight.recurring.finding import find
from insight.recurring.matching import matched
from insight.recurring.series import Recurring
from insight.spending import days_in, month_of
from serving.edge.errors import InvalidRequest
from serving.edge.principals import Principal
from serving.insights.reading import MoneyReader, OwnMoney
from serving.insights.repository import Row

MAX_UNUSUAL_DAYS = 366


class InsightsService:
    """What the insight routes do but recommend. Nothing is stored: each answer is made of what is there when it is asked."""

    def __init__(self, reader: MoneyReader) -> None:
        self._reader = reader

    async def budgets(self, principal: Principal, *, customer_id: str | None, currency: str) -> Row:
        """Return how this month stands against each of a customer's budgets. Raises as `MoneyReader.read` does."""
        own = await self._reader.read(principal, customer_id=customer_id, currency=currency)
        month = month_of(own.today)
        items = await asyncio.to_thread(_stand, own)
        return own.said | {"month": month, "days_left": days_in(month) - own.today.day, "items": items}

    async def unusual(self, principal: Principal, *, customer_id: str | None, currency: str, first: date | None) -> Row:
        """Return what was unusual from a day on, of the last month without one. Raises as `MoneyReader.read` does."""
        own = await self._reader.read(principal, customer_id=customer_id, currency=currency)
        first = first or unusual_since(own)
        if not timedelta(0) <= own.today - first < timedelta(days=MAX_UNUSUAL_DAYS):
            raise InvalidRequest(f"from: a day of the last {MAX_UNUSUAL_DAYS}", field="from")
        found = await asyncio.to_thread(unusual_of, own, first=first)
        return own.said | {"first_day": first, "items": found}

    async def calendar(self, principal: Principal, *, customer_id: str | None, currency: str) -> Row:
        """Return what is expected of the next days. Raises as `MoneyReader.read` does."""
        own = await self._reader.read(principal, customer_id=customer_id, currency=currency)
        known_on, known = await self._reader.recurring(principal, own)
        found = await asyncio.to_thread(_calendar, own, known)
        return own.said | {
            "series_known_on": known_on,
            "available_minor": own.available_minor,
            "below_zero_on": found.below_zero_on,
            "may_be_below_zero_on": found.may_be_below_zero_on,
            "days": found.days,
        }

    async def health(self, principal: Principal, *, customer_id: str | None, currency: str) -> Row:
        """Return how healthy a customer's money is. Raises as `MoneyReader.read` does."""
        own = await self._reader.read(principal, customer_id=customer_id, currency=currency)
        found = await asyncio.to_thread(health_of, own)
        return own.said | {"health": None if found is None else _explained(found)}


def _calendar(own: OwnMoney, known: Sequence[Recurring]) -> CashCalendar:
    """Return the calendar of what was found last night, or, where nothing was, of what the history tells by itself."""
    movements = own.history.movements
    series = [matched(each, movements) for each in known] if known else find(movements, as_of=own.today)
    return calendar(own.history, series, balance_minor=own.available_minor)


def _stand(own: OwnMoney) -> list[Row]:
    return [_progress(budget, found) for budget, found in standings(own)]


def _progress(budget: Budget, found: Progress) -> Row:
    return {
        "budget_id": budget.budget_id,
        "category": budget.category,
        "version": budget.version,
        "limit_minor": budget.limit_minor,
        "spent_minor": found.spent_minor,
        "left_minor": found.left_minor,
        "standing": found.standing,
        "end": found.end,
    }


def _explained(found: Health) -> Row:
    parts = [
        {
            "part": each.part, "points": each.points, "measure": each.measure, "unit": PARTS[each.part].unit,
            "meaning": PARTS[each.part].meaning, "marks": PARTS[each.part].marks, "step": each.step,
        }
        for each in found.parts
    ]  # fmt: skip
    return {
        "score": found.score, "band": found.band, "months": found.months, "moves_most": found.moves_most, "parts": parts,
    }  # fmt: skip
