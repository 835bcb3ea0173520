"""Routes: products and their terms."""

from typing import cast

from fastapi import APIRouter, Response

from serving.dependencies import Caller, Correlation, Parts
from serving.edge.openapi import refusals
from serving.edge.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, page
from serving.edge.versions import IfMatch, tagged, version_of
from serving.products.schemas import CurrencyCode, NewProduct, Product, ProductChange, ProductCode, ProductPage

router = APIRouter(tags=["products"])


@router.post("/v1/products", status_code=201, response_model=Product, responses=refusals(401, 403, 409, 422))
async def make_product(
    product: NewProduct, response: Response, principal: Caller, parts: Parts, correlation_id: Correlation
) -> dict[str, object]:
    """Offer a product: the overdraft, interest and fees of the accounts that are opened under it."""
    return tagged(response, await parts.products.make(principal, product, correlation_id=correlation_id))


@router.get("/v1/products", response_model=ProductPage, responses=refusals(401, 403, 422))
async def list_products(
    principal: Caller, parts: Parts, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> dict[str, object]:
    """List products by code and currency."""
    after = cast("tuple[str, str] | None", decode_cursor(cursor, str, str))
    rows = await parts.products.page(principal, after=after, limit=limit + 1)
    return page(rows, limit=limit, key=lambda row: (str(row["code"]), str(row["currency"])))


@router.get("/v1/products/{code}/{currency}", response_model=Product, responses=refusals(401, 403, 404, 422))
async def get_product(
    code: ProductCode, currency: CurrencyCode, response: Response, principal: Caller, parts: Parts
) -> dict[str, object]:
    """Return one product's terms."""
    return tagged(response, await parts.products.get(principal, code, currency))


@router.patch("/v1/products/{code}/{currency}", response_model=Product, responses=refusals(401, 403, 404, 412, 422, 428))
async def change_product(
    code: ProductCode,
    currency: CurrencyCode,
    wanted: ProductChange,
    response: Response,
    principal: Caller,
    parts: Parts,
    correlation_id: Correlation,
    if_match: IfMatch = None,
) -> dict[str, object]:
    """Change a product's terms, or withdraw it from new accounts; If-Match says which version was read."""
    changed = await parts.products.change(
        principal, code, currency, wanted, version=version_of(if_match), correlation_id=correlation_id
    )
    return tagged(response, changed)
