"""Routes: what customers declare that they earn."""

from fastapi import APIRouter

from serving.dependencies import Caller, Correlation, Parts
from serving.edge.openapi import refusals
from serving.edge.schemas import CustomerId
from serving.incomes.schemas import Incomes, NewIncome

router = APIRouter(prefix="/v1/customers/{customer_id}/income", tags=["customers"])


@router.get("", response_model=Incomes, responses=refusals(401, 403, 404, 422))
async def get_income(customer_id: CustomerId, principal: Caller, parts: Parts) -> dict[str, object]:
    """Return the income that a customer declared, and those before it; a customer sees only their own."""
    return await parts.incomes.get(principal, customer_id)


@router.put("", response_model=Incomes, responses=refusals(401, 403, 404, 409, 422))
async def put_income(
    customer_id: CustomerId, wanted: NewIncome, principal: Caller, parts: Parts, correlation_id: Correlation
) -> dict[str, object]:
    """Keep what a customer declared that they earn in a month: it holds from today on, and past days keep what held on them.

    The same again changes nothing.
    """
    return await parts.incomes.put(principal, customer_id, wanted, correlation_id=correlation_id)
