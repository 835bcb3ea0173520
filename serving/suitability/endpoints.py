"""Routes: what customers say of themselves as investors."""

from typing import Annotated

from fastapi import APIRouter, Query

from serving.dependencies import Caller, Correlation, Parts
from serving.edge.openapi import refusals
from serving.edge.schemas import CustomerId
from serving.suitability.schemas import NewSuitability, SuitabilityProfile

router = APIRouter(prefix="/v1/suitability", tags=["insights"])


@router.put("", response_model=SuitabilityProfile, responses=refusals(401, 403, 404, 409, 422))
async def put_suitability(
    suitability: NewSuitability, principal: Caller, parts: Parts, correlation_id: Correlation
) -> dict[str, object]:
    """Answer the questionnaire; the profile that it comes to holds for 24 months.

    Each time is a version of its own, and earlier ones are kept. Sending the same again on the same day changes nothing.
    """
    return await parts.suitability.put(principal, suitability, correlation_id=correlation_id)


@router.get("", response_model=SuitabilityProfile, responses=refusals(401, 403, 404, 422))
async def get_suitability(
    principal: Caller,
    parts: Parts,
    customer_id: Annotated[CustomerId | None, Query(description="Whose; customers ask for their own")] = None,
) -> dict[str, object]:
    """Return what a customer answered last, and whether the profile still holds."""
    return await parts.suitability.get(principal, customer_id=customer_id)
