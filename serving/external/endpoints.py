"""Routes: customers' accounts at other banks."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from serving.dependencies import Caller, Correlation, Parts
from serving.edge.openapi import refusals
from serving.edge.pages import DEFAULT_LIMIT, Cursor, Limit, page, uuid_of
from serving.edge.schemas import CustomerId
from serving.external.schemas import ExternalAccount, ExternalAccountPage, NewLink, Proof, StatementProof
from serving.payments.once import IdempotencyKey

router = APIRouter(tags=["external accounts"])


@router.post(
    "/v1/external-accounts", status_code=201, response_model=ExternalAccount, responses=refusals(401, 403, 404, 409, 422, 503)
)
async def link_account(
    link: NewLink,
    principal: Caller,
    parts: Parts,
    correlation_id: Correlation,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Link a customer's account at another bank; two small amounts are sent to it, which prove that it is theirs."""
    done = await parts.external_accounts.link(principal, link, idempotency_key=idempotency_key, correlation_id=correlation_id)
    return done.response()


@router.get("/v1/external-accounts", response_model=ExternalAccountPage, responses=refusals(401, 403, 422))
async def list_external_accounts(
    principal: Caller,
    parts: Parts,
    customer_id: Annotated[CustomerId | None, Query(description="Only this customer's")] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> dict[str, object]:
    """List accounts at other banks in the order in which they were linked; a customer sees their own."""
    rows = await parts.external_accounts.page(principal, customer_id=customer_id, after=uuid_of(cursor), limit=limit + 1)
    return page(rows, limit=limit, key=lambda row: (str(row["external_account_id"]),))


@router.get(
    "/v1/external-accounts/{external_account_id}", response_model=ExternalAccount, responses=refusals(401, 403, 404, 422)
)
async def get_external_account(external_account_id: UUID, principal: Caller, parts: Parts) -> dict[str, object]:
    """Return one account at another bank, and how far its proof is."""
    return await parts.external_accounts.get(principal, external_account_id)


@router.post(
    "/v1/external-accounts/{external_account_id}/proofs",
    status_code=201,
    response_model=ExternalAccount,
    responses=refusals(401, 403, 404, 409, 422),
)
async def prove_account(
    external_account_id: UUID,
    proof: Proof,
    principal: Caller,
    parts: Parts,
    correlation_id: Correlation,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Repeat the two amounts that arrived: the answer's `status` says whether they were right. There are three tries."""
    done = await parts.external_accounts.prove(
        principal, external_account_id, proof, idempotency_key=idempotency_key, correlation_id=correlation_id
    )
    return done.response()


@router.post(
    "/v1/external-accounts/{external_account_id}/statement",
    response_model=ExternalAccount,
    responses=refusals(401, 403, 404, 409, 422),
)
async def vouch_for_account(
    external_account_id: UUID, proof: StatementProof, principal: Caller, parts: Parts, correlation_id: Correlation
) -> dict[str, object]:
    """Take a signed bank statement for proof; open to the bank's staff."""
    return await parts.external_accounts.vouch(principal, external_account_id, proof, correlation_id=correlation_id)


@router.delete("/v1/external-accounts/{external_account_id}", status_code=204, responses=refusals(401, 403, 404, 422))
async def unlink_account(external_account_id: UUID, principal: Caller, parts: Parts, correlation_id: Correlation) -> None:
    """Take a link away."""
    await parts.external_accounts.unlink(principal, external_account_id, correlation_id=correlation_id)
