"""Routes: requests to erase somebody, and holds that keep their records."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from serving.dependencies import Caller, Correlation, Parts
from serving.edge.openapi import refusals
from serving.edge.schemas import CustomerId
from serving.erasures.schemas import Erasure, HoldList, NewHold

router = APIRouter(tags=["erasures"])
HoldName = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,48}$")]
Shown = dict[str, object]


@router.post(
    "/v1/customers/{customer_id}/erasure", status_code=202, response_model=Erasure, responses=refusals(401, 403, 404, 409, 422)
)
async def ask_for_erasure(customer_id: CustomerId, principal: Caller, parts: Parts, correlation_id: Correlation) -> Shown:
    """Have a customer who has left erased everywhere, as soon as the law allows; until then their records are blocked.

    Asked again, it says how the request stands, by the holds of now.
    """
    return await parts.erasures.ask(principal, customer_id, correlation_id=correlation_id)


@router.get("/v1/erasures/{erasure_id}", response_model=Erasure, responses=refusals(401, 403, 404, 422))
async def get_erasure(erasure_id: UUID, principal: Caller, parts: Parts) -> Shown:
    """Return how a request stands: what holds it, which stores are done, and its proof."""
    return await parts.erasures.get(principal, erasure_id)


@router.get("/v1/customers/{customer_id}/holds", response_model=HoldList, responses=refusals(401, 403, 404, 422))
async def list_holds(customer_id: CustomerId, principal: Caller, parts: Parts) -> Shown:
    """List what compliance has placed on a customer's records, what was lifted too."""
    return await parts.erasures.holds(principal, customer_id)


@router.put("/v1/customers/{customer_id}/holds/{name}", response_model=HoldList, responses=refusals(401, 403, 404, 409, 422))
async def place_hold(
    customer_id: CustomerId, name: HoldName, hold: NewHold, principal: Caller, parts: Parts, correlation_id: Correlation
) -> Shown:
    """Have a customer's records kept, whoever asks for their erasure; the same again changes nothing."""
    return await parts.erasures.place(principal, customer_id, name, hold, correlation_id=correlation_id)


@router.delete("/v1/customers/{customer_id}/holds/{name}", response_model=HoldList, responses=refusals(401, 403, 404, 422))
async def lift_hold(
    customer_id: CustomerId, name: HoldName, principal: Caller, parts: Parts, correlation_id: Correlation
) -> Shown:
    """Lift a hold; again, it changes nothing."""
    return await parts.erasures.lift(principal, customer_id, name, correlation_id=correlation_id)
