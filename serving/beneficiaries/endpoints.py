"""Routes: saved payees."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from serving.beneficiaries.schemas import Beneficiary, BeneficiaryChange, BeneficiaryPage, NewBeneficiary
from serving.dependencies import Caller, Correlation, Parts
from serving.edge.openapi import refusals
from serving.edge.pages import DEFAULT_LIMIT, Cursor, Limit, page, uuid_of
from serving.edge.schemas import CustomerId
from serving.edge.versions import FIRST_VERSION, IfMatch, etag, tagged, version_of
from serving.payments.once import IdempotencyKey

router = APIRouter(tags=["beneficiaries"])


@router.post("/v1/beneficiaries", status_code=201, response_model=Beneficiary, responses=refusals(401, 403, 404, 409, 422))
async def save_beneficiary(
    beneficiary: NewBeneficiary,
    principal: Caller,
    parts: Parts,
    correlation_id: Correlation,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Save a payee for a customer: once a key, however often it is sent."""
    done = await parts.beneficiaries.save(
        principal, beneficiary, idempotency_key=idempotency_key, correlation_id=correlation_id
    )
    return done.response(ETag=etag(FIRST_VERSION))


@router.get("/v1/beneficiaries", response_model=BeneficiaryPage, responses=refusals(401, 403, 422))
async def list_beneficiaries(
    principal: Caller,
    parts: Parts,
    customer_id: Annotated[CustomerId | None, Query(description="Only this customer's")] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> dict[str, object]:
    """List saved payees in the order in which they were saved; a customer sees their own."""
    rows = await parts.beneficiaries.page(principal, customer_id=customer_id, after=uuid_of(cursor), limit=limit + 1)
    return page(rows, limit=limit, key=lambda row: (str(row["beneficiary_id"]),))


@router.get("/v1/beneficiaries/{beneficiary_id}", response_model=Beneficiary, responses=refusals(401, 403, 404, 422))
async def get_beneficiary(beneficiary_id: UUID, response: Response, principal: Caller, parts: Parts) -> dict[str, object]:
    """Return one saved payee."""
    return tagged(response, await parts.beneficiaries.get(principal, beneficiary_id))


@router.patch(
    "/v1/beneficiaries/{beneficiary_id}", response_model=Beneficiary, responses=refusals(401, 403, 404, 412, 422, 428)
)
async def change_beneficiary(
    beneficiary_id: UUID,
    wanted: BeneficiaryChange,
    response: Response,
    principal: Caller,
    parts: Parts,
    correlation_id: Correlation,
    if_match: IfMatch = None,
) -> dict[str, object]:
    """Rename a saved payee; If-Match says which version was read."""
    changed = await parts.beneficiaries.change(
        principal, beneficiary_id, wanted, version=version_of(if_match), correlation_id=correlation_id
    )
    return tagged(response, changed)


@router.delete("/v1/beneficiaries/{beneficiary_id}", status_code=204, responses=refusals(401, 403, 404, 422))
async def forget_beneficiary(beneficiary_id: UUID, principal: Caller, parts: Parts, correlation_id: Correlation) -> None:
    """Forget a saved payee; what was paid to them stays."""
    await parts.beneficiaries.forget(principal, beneficiary_id, correlation_id=correlation_id)
