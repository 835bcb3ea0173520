"""Routes: who pays into the bank."""

from typing import Annotated

from fastapi import APIRouter, Path

from serving.dependencies import Caller, Correlation, Parts
from serving.edge.openapi import refusals
from serving.inbound_payers.schemas import InboundPayer, PayerId, ToldPayer

router = APIRouter(prefix="/v1/inbound-payers/{payer_id}", tags=["screening"])
Named = Annotated[PayerId, Path()]


@router.put("", response_model=InboundPayer, responses=refusals(401, 403, 409, 422))
async def put_inbound_payer(
    payer_id: Named, told: ToldPayer, principal: Caller, parts: Parts, correlation_id: Correlation
) -> dict[str, object]:
    """Say who a payer is, before a payment that names them by this id is brought: so that it is screened before it is credited.

    The same again changes nothing. What nobody has repeated for 400 days is forgotten.
    """
    return await parts.inbound_payers.put(principal, payer_id, told, correlation_id=correlation_id)


@router.get("", response_model=InboundPayer, responses=refusals(401, 403, 404, 422))
async def get_inbound_payer(payer_id: Named, principal: Caller, parts: Parts) -> dict[str, object]:
    """Return who a payer is, as it was told last."""
    return await parts.inbound_payers.get(principal, payer_id)
