"""Routes: make a transfer, read it, end its hold."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from serving.dependencies import Caller, Parts
from serving.edge.correlation import Trace
from serving.edge.exchange import JSON, Asked, Headers, Reply, asked_of, refusal, response_of
from serving.edge.openapi import refusals
from serving.payments.claims import REPLAYED_HEADER
from serving.payments.schemas import ANSWER_EXAMPLE, Resolution, Transfer, TransferAnswer, transfer_request_schema
from serving.payments.service import TransfersService
from serving.resources import Resources

router = APIRouter(tags=["transfers"])

_KEY_PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "One key an intent, 1 to 128 visible ASCII characters; the same one when trying again",
    "schema": {"type": "string", "minLength": 1, "maxLength": 128},
    "example": "7f0c6d1e-6a5b-4c3d-9e8f-0a1b2c3d4e5f",
}


def trace_of(request: Request) -> Trace:
    """Return the request's ids, as the gateway found or made them."""
    return Trace(request.state.correlation_id, request.state.traceparent)


@router.post(
    "/v1/transfers",
    status_code=201,
    response_model=TransferAnswer,
    responses={
        202: {
            "description": "Held: somebody looks at it first",
            "model": TransferAnswer,
            "content": {"application/json": {"example": ANSWER_EXAMPLE | {"status": "held"}}},
        },
        **refusals(400, 401, 403, 404, 409, 413, 422, 429, 503),
    },
    openapi_extra={
        "parameters": [_KEY_PARAMETER],
        "requestBody": {"required": True, "content": {"application/json": {"schema": transfer_request_schema()}}},
    },
)
async def create_transfer(request: Request) -> Response:
    """Move money: decided about first, then posted (201), held (202), or denied (403, problem `transfer-denied`).

    The same key and body always get the same answer, with `Idempotent-Replayed: true` from the second time on.
    """
    parts: Resources = request.app.state.resources
    return response_of(request, await transfer(parts.transfers, await asked_of(request)))


async def transfer(transfers: TransfersService, asked: Asked) -> Reply:
    """Carry out a transfer, whichever way it was asked for. Raises what refuses it before it is decided."""
    key = asked.headers.get(b"idempotency-key")
    answered = await transfers.create(
        asked.principal,
        asked.body,
        idempotency_key=None if key is None else key.decode("latin-1"),
        connection=asked.address,
        trace=asked.trace,
    )
    headers: Headers = ((b"location", f"/v1/transfers/{answered.transfer_id}".encode()),)
    if answered.replayed:
        headers += ((REPLAYED_HEADER.lower().encode(), b"true"),)
    if answered.error is not None:
        return refusal(answered.error, path=asked.path, correlation_id=asked.trace.correlation_id, more=headers)
    return Reply(answered.status, answered.body, (JSON, *headers))


@router.get("/v1/transfers/{transfer_id}", response_model=Transfer, responses=refusals(401, 403, 404, 422))
async def get_transfer(transfer_id: UUID, principal: Caller, parts: Parts) -> dict[str, object]:
    """Return a transfer as it stands."""
    return await parts.transfers.get(principal, transfer_id)


@router.post("/v1/transfers/{transfer_id}/resolution", response_model=Transfer, responses=refusals(401, 403, 404, 409, 422))
async def resolve_transfer(
    transfer_id: UUID, resolution: Resolution, request: Request, principal: Caller, parts: Parts
) -> dict[str, object]:
    """End the hold of a transfer under review: `release` posts it, `deny` lets the money go back to being available."""
    return await parts.transfers.resolve(
        principal, transfer_id, action=resolution.action, note=resolution.note, trace=trace_of(request)
    )
