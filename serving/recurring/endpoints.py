"""Route: what comes again on a customer's accounts."""

from typing import Annotated

from fastapi import APIRouter, Query

from serving.dependencies import Caller, Parts
from serving.edge.openapi import refusals
from serving.edge.schemas import CustomerId
from serving.recurring.schemas import RecurringPayments

router = APIRouter(prefix="/v1/insights", tags=["insights"])


@router.get("/recurring", response_model=RecurringPayments, responses=refusals(401, 403, 422, 503))
async def recurring(
    principal: Caller,
    parts: Parts,
    customer_id: Annotated[CustomerId | None, Query(description="Whose; customers ask for their own")] = None,
) -> dict[str, object]:
    """Say which payments and incomes of a customer come again, and when and how much to expect next.

    Found every night in what moved until then (docs/insight.md). A description for the customer: nothing is decided by it.
    """
    return await parts.recurring.of_customer(principal, customer_id=customer_id)
