"""The route of reversals."""

from uuid import UUID

from fastapi import APIRouter, Response

from serving.dependencies import Caller, Correlation, Parts
from serving.edge.openapi import refusals
from serving.payments.once import IdempotencyKey
from serving.reversals.schemas import NewReversal, Reversal

router = APIRouter(tags=["transfers"])


@router.post(
    "/v1/transfers/{transfer_id}/reversals",
    status_code=201,
    response_model=Reversal,
    responses=refusals(401, 403, 404, 409, 422),
)
async def reverse_transfer(
    transfer_id: UUID,
    reversal: NewReversal,
    principal: Caller,
    parts: Parts,
    correlation_id: Correlation,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Take a posted transfer back, whole or in part, by a new transfer that points at it: once a key."""
    done = await parts.reversals.reverse(
        principal, transfer_id, reversal, idempotency_key=idempotency_key, correlation_id=correlation_id
    )
    return done.response()
