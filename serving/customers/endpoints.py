"""Routes: customers."""

from fastapi import APIRouter

from serving.customers.schemas import Customer, CustomerPage, NewCustomer
from serving.dependencies import Caller, Correlation, Parts
from serving.edge.openapi import refusals
from serving.edge.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, page
from serving.edge.schemas import CustomerId

router = APIRouter(tags=["customers"])


@router.post("/v1/customers", status_code=201, response_model=Customer, responses=refusals(401, 403, 409, 422))
async def make_customer(
    customer: NewCustomer, principal: Caller, parts: Parts, correlation_id: Correlation
) -> dict[str, object]:
    """Make a customer."""
    return await parts.customers.make(principal, customer, correlation_id=correlation_id)


@router.get("/v1/customers", response_model=CustomerPage, responses=refusals(401, 403, 422))
async def list_customers(
    principal: Caller, parts: Parts, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> dict[str, object]:
    """List customers by id."""
    after = decode_cursor(cursor, str)
    rows = await parts.customers.page(principal, after=after[0] if after else None, limit=limit + 1)
    return page(rows, limit=limit, key=lambda row: (str(row["customer_id"]),))


@router.get("/v1/customers/{customer_id}", response_model=Customer, responses=refusals(401, 403, 404, 422))
async def get_customer(customer_id: CustomerId, principal: Caller, parts: Parts) -> dict[str, object]:
    """Return one customer; a customer sees only themselves."""
    return await parts.customers.get(principal, customer_id)
