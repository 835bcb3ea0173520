"""Routes: what is expected to come and go, of a customer and of the bank."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from serving.dependencies import Caller, Parts
from serving.edge.openapi import refusals
from serving.edge.schemas import CustomerId
from serving.forecasts.schemas import CashFlowForecast, LiquidityForecast

router = APIRouter(prefix="/v1/forecasts", tags=["forecasts"])
NOT_MODIFIED = 304
IfNoneMatch = Annotated[
    str | None, Header(alias="If-None-Match", max_length=256, description="The ETag of the forecast that the reader has")
]
Currency = Annotated[str, Query(pattern="^[A-Z]{3}$", description="Whose minor units, as ISO 4217 names it")]
_UNCHANGED: dict[int | str, dict[str, object]] = {NOT_MODIFIED: {"description": "The reader has the newest forecast"}}


@router.get("/cash-flow", response_model=CashFlowForecast, responses=_UNCHANGED | refusals(401, 403, 422, 503))
async def cash_flow(
    principal: Caller,
    parts: Parts,
    response: Response,
    customer_id: Annotated[CustomerId | None, Query(description="Whose; customers ask for their own")] = None,
    currency: Currency = "BRL",
    if_none_match: IfNoneMatch = None,
) -> object:
    """Say what is expected to come to a customer's accounts and to leave them in the next days, with intervals.

    Made every night from the days before. With the ETag of the last answer in If-None-Match, 304 says that it still holds.
    """
    tag, found = await parts.forecasts.cash_flow(principal, customer_id=customer_id, currency=currency, known=if_none_match)
    return _tagged(response, tag, found)


@router.get("/liquidity", response_model=LiquidityForecast, responses=_UNCHANGED | refusals(401, 403, 422, 503))
async def liquidity(
    principal: Caller, parts: Parts, response: Response, currency: Currency = "BRL", if_none_match: IfNoneMatch = None
) -> object:
    """Say what each rail is expected to bring to the bank and to take from it in the next days, with intervals."""
    tag, found = await parts.forecasts.liquidity(principal, currency=currency, known=if_none_match)
    return _tagged(response, tag, found)


def _tagged(response: Response, tag: str, found: object | None) -> object:
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if found is None:
        return Response(status_code=NOT_MODIFIED, headers=headers)
    response.headers.update(headers)
    return found
