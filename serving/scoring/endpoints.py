"""Route: what would be decided about a transaction that has not happened."""

from fastapi import APIRouter, Response

from serving.dependencies import Caller, Parts
from serving.edge.openapi import refusals
from serving.scoring.schemas import WhatIf, WhatIfAnswer

router = APIRouter(tags=["scoring"])


@router.post("/v1/score", response_model=WhatIfAnswer, responses=refusals(401, 403, 422, 503))
async def score(question: WhatIf, principal: Caller, parts: Parts) -> Response:
    """Ask what the decision would be. It changes no state, moves no money and leaves no decision behind."""
    return Response(await parts.scoring.what_if(principal, question), media_type="application/json")
