"""Route: the live feed, as server-sent events."""

from fastapi import APIRouter
from starlette.responses import StreamingResponse

from serving.dependencies import Caller, Parts
from serving.edge.openapi import refusals

router = APIRouter(tags=["live"])

_EXAMPLE = (
    'event: decision\ndata: {"transaction_id":"0190a3f2-7c5e-5d1b-8a4f-2f1c9d7e6b01","event_time":1764000000123,'
    '"scored_at":1764000000181,"channel":"pix","direction":"debit","amount_minor":125000,"currency":"BRL",'
    '"customer_id":"c000042","payee_id":null,"merchant_id":null,"verdict":"review","probability":0.731,'
    '"reasons":["customer_new_payee"],"source":"scorer","latency_us":812}\n\n'
    'event: stats\ndata: {"per_second":212,"p50_us":410,"p99_us":1900,"verdicts":{"allow":9120,"review":31,"step_up":0,'
    '"deny":7},"currency":"BRL","moved_minor":1203300,"saved_minor":88000,"other_currencies":[],"since":1764000000000}\n\n'
)


@router.get(
    "/v1/live",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "Events `decision`, `alert` and, once a second, `stats`; a comment each 15 seconds",
            "content": {"text/event-stream": {"schema": {"type": "string"}, "example": _EXAMPLE}},
        },
        **refusals(401, 403, 503),
    },
)
async def live(principal: Caller, parts: Parts) -> StreamingResponse:
    """Stream the tenant's decisions and alerts. Of allowed ones at most 200 a second are shown; `stats` count all.

    They count decisions by verdict, and money by what the ledger made of it: posted money has moved, denied money was saved.
    """
    parts.live.admit(principal.tenant_id)
    return StreamingResponse(
        parts.live.read(principal.tenant_id), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
    )
