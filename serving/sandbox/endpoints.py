"""Routes of sandbox tenants: their clock, and money from nowhere."""

from fastapi import APIRouter, Response

from serving.dependencies import Caller, Correlation, Parts
from serving.edge.openapi import refusals
from serving.payments.once import IdempotencyKey
from serving.sandbox import schemas

router = APIRouter(prefix="/v1/sandbox", tags=["sandbox"])


@router.get("/clock", response_model=schemas.Clock, responses=refusals(401, 403, 404))
async def read_clock(principal: Caller, parts: Parts) -> dict[str, object]:
    """Say what time it is in a sandbox."""
    return await parts.sandbox.clock(principal)


@router.post("/clock", response_model=schemas.ClockMoved, responses=refusals(401, 403, 404, 409, 422))
async def move_clock(
    wanted: schemas.ClockMove, principal: Caller, parts: Parts, correlation_id: Correlation
) -> dict[str, object]:
    """Move a sandbox's clock forward. What becomes due on the way happens, each at its own moment, before the answer.

    A clock does not go back: a moment that has passed moves nothing. `advance_ms` sent twice moves twice; `to` does not.
    """
    moved = await parts.sandbox.move(principal, advance_ms=wanted.advance_ms, to=wanted.to, correlation_id=correlation_id)
    return moved.clock | {"done": moved.done, "stops": moved.stops, "reached": moved.reached}


@router.post("/deposits", status_code=201, response_model=schemas.Deposited, responses=refusals(401, 403, 404, 409, 422))
async def deposit(
    wanted: schemas.Deposit,
    principal: Caller,
    parts: Parts,
    correlation_id: Correlation,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Put money on an account of a sandbox, from nowhere: once a key."""
    done = await parts.sandbox.deposit(principal, wanted, idempotency_key=idempotency_key, correlation_id=correlation_id)
    return done.response()
