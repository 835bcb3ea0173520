"""Routes: sign in and out, tokens, keys of verification, machine clients, the audit log."""

from typing import Annotated
from urllib.parse import parse_qsl

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError

from serving.dependencies import Caller, Correlation, Parts
from serving.edge.authentication import API_KEY_SEPARATOR, SESSION_COOKIE, csrf_token
from serving.edge.errors import InvalidRequest, MalformedBody
from serving.edge.openapi import refusals
from serving.edge.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, page
from serving.edge.principals import Principal
from serving.edge.schemas import Text
from serving.identity.keys import TOKEN_LIFETIME_S
from serving.identity.schemas import (
    AccessToken,
    AuditPage,
    ClientId,
    ClientPage,
    Login,
    MadeClient,
    NewClient,
    PublicKeys,
    Session,
    TokenRequest,
    User,
)
from serving.identity.service import SESSION_LIFETIME_S

router = APIRouter(tags=["identity"])


def _user(principal: Principal) -> User:
    return User(
        id=principal.subject,
        email=principal.email,
        name=principal.name,
        tenant_id=principal.tenant_id,
        roles=sorted(principal.roles),
        customer_id=principal.customer_id,
    )


@router.post("/v1/session", responses=refusals(401, 422, 429))
async def sign_in(login: Login, request: Request, response: Response, parts: Parts, correlation_id: Correlation) -> Session:
    """Sign a person in: sets the httpOnly cookie `baas_session` and returns the CSRF token for writes."""
    started = await parts.identity.sign_in(email=login.email, password=login.password, correlation_id=correlation_id)
    response.set_cookie(
        SESSION_COOKIE,
        started.token,
        max_age=SESSION_LIFETIME_S,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
        path="/",
    )
    return Session(user=_user(started.principal), csrf_token=started.csrf_token)


@router.get("/v1/session", responses=refusals(401))
async def read_session(request: Request, principal: Caller) -> Session:
    """Say who is asking; for a browser session also its CSRF token."""
    token = request.cookies.get(SESSION_COOKIE)
    return Session(user=_user(principal), csrf_token=csrf_token(token) if token and principal.email else None)


@router.delete("/v1/session", status_code=204, responses=refusals(401, 403))
async def sign_out(request: Request, response: Response, principal: Caller, parts: Parts, correlation_id: Correlation) -> None:
    """End the session and take the cookie back."""
    token = request.cookies.get(SESSION_COOKIE)
    await parts.identity.sign_out(principal, session_token=token, correlation_id=correlation_id)
    response.delete_cookie(SESSION_COOKIE, path="/")


@router.post(
    "/v1/oauth/token",
    responses=refusals(400, 401, 422, 429),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                kind: {"schema": TokenRequest.model_json_schema()}
                for kind in ("application/json", "application/x-www-form-urlencoded")
            },
        }
    },
)
async def token(request: Request, parts: Parts) -> AccessToken:
    """Exchange client credentials for a bearer token (RFC 6749, section 4.4)."""
    wanted = await _token_request(request)
    if wanted.grant_type != "client_credentials":
        raise InvalidRequest("grant_type: only client_credentials is taken", field="grant_type")
    access_token = await parts.identity.access_token(client_id=wanted.client_id, client_secret=wanted.client_secret)
    return AccessToken(access_token=access_token, expires_in=TOKEN_LIFETIME_S)


async def _token_request(request: Request) -> TokenRequest:
    body = await request.body()
    try:
        if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return TokenRequest.model_validate(dict(parse_qsl(body.decode(), max_num_fields=16)))
        return TokenRequest.model_validate(orjson.loads(body))
    except ValidationError as problem:
        first = problem.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise InvalidRequest(f"{field}: {first['msg']}", field=field) from problem
    except ValueError as problem:
        raise MalformedBody("the body is neither a form nor JSON") from problem


@router.get("/.well-known/jwks.json", response_model=PublicKeys)
async def jwks(parts: Parts, response: Response) -> dict[str, list[dict[str, str]]]:
    """Return the public keys that our tokens are verified with (RFC 7517)."""
    response.headers["Cache-Control"] = "public, max-age=60"
    return parts.keys.public_jwks()


@router.post("/v1/clients", status_code=201, responses=refusals(401, 403, 409, 422))
async def make_client(client: NewClient, principal: Caller, parts: Parts, correlation_id: Correlation) -> MadeClient:
    """Make a machine client; its secret is shown this once."""
    secret = await parts.identity.make_client(
        principal, client_id=client.client_id, name=client.name, roles=client.roles, correlation_id=correlation_id
    )
    return MadeClient(
        client_id=client.client_id, client_secret=secret, api_key=f"{client.client_id}{API_KEY_SEPARATOR}{secret}"
    )


@router.get("/v1/clients", response_model=ClientPage, responses=refusals(401, 403, 422))
async def clients(principal: Caller, parts: Parts, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT) -> dict[str, object]:
    """List the tenant's machine clients."""
    after = decode_cursor(cursor, str)
    rows = await parts.identity.clients(principal, after=after[0] if after else None, limit=limit + 1)
    return page(rows, limit=limit, key=lambda row: (str(row["client_id"]),))


@router.delete("/v1/clients/{client_id}", status_code=204, responses=refusals(401, 403, 404, 422))
async def revoke_client(client_id: ClientId, principal: Caller, parts: Parts, correlation_id: Correlation) -> None:
    """Revoke a machine client; its API key stops working within seconds, its tokens when they expire."""
    await parts.identity.revoke_client(principal, client_id=client_id, correlation_id=correlation_id)


@router.get("/v1/audit", response_model=AuditPage, responses=refusals(401, 403, 422))
async def audit(
    principal: Caller,
    parts: Parts,
    resource: Annotated[Text | None, Query(max_length=200, description="Only rows about this resource")] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> dict[str, object]:
    """List who asked to write what, newest first."""
    before = decode_cursor(cursor, int)
    rows = await parts.identity.audit(principal, before=before[0] if before else None, resource=resource, limit=limit + 1)
    return page(rows, limit=limit, key=lambda row: (int(str(row["audit_id"])),))
