"""Routes: what a customer's own movements say about their money."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from insight.projection import MOST_MONTHS
from kit.money import MAX_AMOUNT_MINOR
from serving.dependencies import Caller, Parts
from serving.edge.openapi import refusals
from serving.edge.schemas import CustomerId
from serving.insights.schemas import BudgetsOfMonth, CashCalendar, FinancialHealth, Recommendations, UnusualSpending

router = APIRouter(prefix="/v1/insights", tags=["insights"])
Whose = Annotated[CustomerId | None, Query(description="Whose; customers ask for their own")]
Currency = Annotated[str, Query(pattern="^[A-Z]{3}$", description="Of the accounts that are looked at, as ISO 4217 names it")]
# A projection is made of floats: sums stay far from where they lose centavos.
_MAX_PROJECTED_MINOR = MAX_AMOUNT_MINOR // 1_000


@router.get("/budgets", response_model=BudgetsOfMonth, responses=refusals(401, 403, 422, 503))
async def budgets(principal: Caller, parts: Parts, customer_id: Whose = None, currency: Currency = "BRL") -> dict[str, object]:
    """Say how this month stands against each of a customer's budgets, and where it is likely to end."""
    return await parts.insights.budgets(principal, customer_id=customer_id, currency=currency)


@router.get("/unusual", response_model=UnusualSpending, responses=refusals(401, 403, 422, 503))
async def unusual(
    principal: Caller,
    parts: Parts,
    customer_id: Whose = None,
    currency: Currency = "BRL",
    first: Annotated[
        date | None, Query(alias="from", description="First day that is looked at; without it the last 31 days are")
    ] = None,
) -> dict[str, object]:
    """Say which payments, and which months of a category, are unlike what the customer did before."""
    return await parts.insights.unusual(principal, customer_id=customer_id, currency=currency, first=first)


@router.get("/calendar", response_model=CashCalendar, responses=refusals(401, 403, 422, 503))
async def cash_calendar(
    principal: Caller, parts: Parts, customer_id: Whose = None, currency: Currency = "BRL"
) -> dict[str, object]:
    """Say what is expected to come and go on each of the next thirty days, what is left, and when that may be below zero."""
    return await parts.insights.calendar(principal, customer_id=customer_id, currency=currency)


@router.get("/health", response_model=FinancialHealth, responses=refusals(401, 403, 422, 503))
async def financial_health(
    principal: Caller, parts: Parts, customer_id: Whose = None, currency: Currency = "BRL"
) -> dict[str, object]:
    """Say how healthy a customer's money is, by parts, and what would move each.

    A description for the customer: no credit is decided by it.
    """
    return await parts.insights.health(principal, customer_id=customer_id, currency=currency)


@router.get("/recommendations", response_model=Recommendations, responses=refusals(401, 403, 409, 422, 503))
async def recommendations(
    principal: Caller,
    parts: Parts,
    customer_id: Whose = None,
    currency: Currency = "BRL",
    amount_minor: Annotated[int, Query(ge=0, le=_MAX_PROJECTED_MINOR, description="What is to be put by now")] = 0,
    monthly_minor: Annotated[
        int, Query(ge=0, le=_MAX_PROJECTED_MINOR, description="What is to be put by each month from now on")
    ] = 0,
    months: Annotated[int, Query(ge=1, le=MOST_MONTHS, description="After how many months it is wanted")] = 60,
) -> dict[str, object]:
    """Say how money may be put by for the customer's suitability profile, and what it may come to.

    Refused while no profile holds. Nothing is above the profile's risk class, and what a household needs at hand comes first.
    """
    return await parts.recommending.recommend(
        principal,
        customer_id=customer_id,
        currency=currency,
        amount_minor=amount_minor,
        monthly_minor=monthly_minor,
        months=months,
    )
