"""Routes: rates, quotes, exchanges, positions."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from serving.dependencies import Caller, Correlation, Parts
from serving.edge.openapi import refusals
from serving.exchange import schemas
from serving.payments.claims import REPLAYED_HEADER
from serving.payments.once import IdempotencyKey

router = APIRouter(tags=["exchange"])
Pair = Annotated[str, Path(pattern=r"^[A-Z]{3}-[A-Z]{3}$", description="Base and quote currency, e.g. USD-BRL")]
Shown = dict[str, object]


@router.put("/v1/exchange/rates/{pair}", response_model=schemas.Rate, responses=refusals(401, 403, 409, 422))
async def set_rate(pair: Pair, rate: schemas.NewRate, principal: Caller, parts: Parts, correlation_id: Correlation) -> Shown:
    """Set what the bank pays and asks for the base currency; it is used for quotes of the next day."""
    return await parts.exchange.set_rate(principal, pair, rate, correlation_id=correlation_id)


@router.get("/v1/exchange/rates", response_model=schemas.Rates, responses=refusals(401, 403))
async def list_rates(principal: Caller, parts: Parts) -> Shown:
    """Return every pair that the bank exchanges."""
    return {"items": await parts.exchange.rates(principal)}


@router.post("/v1/exchange/quotes", status_code=201, response_model=schemas.Quote, responses=refusals(401, 403, 404, 409, 422))
async def make_quote(
    quote: schemas.NewQuote,
    principal: Caller,
    parts: Parts,
    correlation_id: Correlation,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Say what an amount costs or brings. The quote is good for half a minute and for one exchange."""
    done = await parts.exchange.quote(principal, quote, idempotency_key=idempotency_key, correlation_id=correlation_id)
    return done.response()


@router.get("/v1/exchange/quotes/{quote_id}", response_model=schemas.Quote, responses=refusals(401, 403, 404, 422))
async def get_quote(quote_id: UUID, principal: Caller, parts: Parts) -> Shown:
    """Return a quote as it stands."""
    return await parts.exchange.get(principal, quote_id)


@router.post("/v1/exchanges", status_code=201, response_model=schemas.Exchange, responses=refusals(401, 403, 404, 409, 422))
async def make_exchange(
    exchange: schemas.NewExchange, principal: Caller, parts: Parts, correlation_id: Correlation, response: Response
) -> Shown:
    """Use a quote: the customer's two accounts move together. The same quote and accounts always get the same answer."""
    made, replayed = await parts.exchange.exchange(principal, exchange, correlation_id=correlation_id)
    if replayed:
        response.headers[REPLAYED_HEADER] = "true"
    return made


@router.get("/v1/exchange/positions", response_model=schemas.Positions, responses=refusals(401, 403))
async def positions(principal: Caller, parts: Parts) -> Shown:
    """Return what the bank holds of each currency through exchanges."""
    return {"items": await parts.exchange.positions(principal)}
