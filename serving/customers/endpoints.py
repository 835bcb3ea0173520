"""Routes: customers."""

from fastapi import APIRouter, Response

from serving.customers.schemas import Customer, CustomerChange, CustomerMove, CustomerPage, NewCustomer
from serving.dependencies import Caller, Correlation, Parts
from serving.edge.openapi import refusals
from serving.edge.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, page
from serving.edge.schemas import CustomerId
from serving.edge.versions import IfMatch, tagged, version_of

router = APIRouter(tags=["customers"])


@router.post("/v1/customers", status_code=201, response_model=Customer, responses=refusals(401, 403, 409, 422))
async def make_customer(
    customer: NewCustomer, response: Response, principal: Caller, parts: Parts, correlation_id: Correlation
) -> dict[str, object]:
    """Make a customer: a person with a CPF, or a business with a CNPJ; both may be told later."""
    return tagged(response, await parts.customers.make(principal, customer, correlation_id=correlation_id))


@router.get("/v1/customers", response_model=CustomerPage, responses=refusals(401, 403, 422))
async def list_customers(
    principal: Caller, parts: Parts, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> dict[str, object]:
    """List customers by id."""
    after = decode_cursor(cursor, str)
    rows = await parts.customers.page(principal, after=after[0] if after else None, limit=limit + 1)
    return page(rows, limit=limit, key=lambda row: (str(row["customer_id"]),))


@router.get("/v1/customers/{customer_id}", response_model=Customer, responses=refusals(401, 403, 404, 422))
async def get_customer(customer_id: CustomerId, response: Response, principal: Caller, parts: Parts) -> dict[str, object]:
    """Return one customer; a customer sees only themselves."""
    return tagged(response, await parts.customers.get(principal, customer_id))


@router.patch("/v1/customers/{customer_id}", response_model=Customer, responses=refusals(401, 403, 404, 409, 412, 422, 428))
async def change_customer(
    customer_id: CustomerId,
    wanted: CustomerChange,
    response: Response,
    principal: Caller,
    parts: Parts,
    correlation_id: Correlation,
    if_match: IfMatch = None,
) -> dict[str, object]:
    """Change what is known of who a customer is; If-Match says which version was read."""
    changed = await parts.customers.change(
        principal, customer_id, wanted, version=version_of(if_match), correlation_id=correlation_id
    )
    return tagged(response, changed)


@router.post(
    "/v1/customers/{customer_id}/status", response_model=Customer, responses=refusals(401, 403, 404, 409, 412, 422, 428)
)
async def move_customer(
    customer_id: CustomerId,
    wanted: CustomerMove,
    response: Response,
    principal: Caller,
    parts: Parts,
    correlation_id: Correlation,
    if_match: IfMatch = None,
) -> dict[str, object]:
    """Block a customer, make one active again, or close one whose accounts are closed."""
    moved = await parts.customers.move(
        principal, customer_id, wanted, version=version_of(if_match), correlation_id=correlation_id
    )
    return tagged(response, moved)


@router.delete("/v1/customers/{customer_id}/person", response_model=Customer, responses=refusals(401, 403, 404, 409, 422))
async def erase_person(
    customer_id: CustomerId, response: Response, principal: Caller, parts: Parts, correlation_id: Correlation
) -> dict[str, object]:
    """Erase who a closed customer was: name, documents, addresses, payees. Their entries stay, under the pseudonym alone."""
    return tagged(response, await parts.customers.erase(principal, customer_id, correlation_id=correlation_id))
