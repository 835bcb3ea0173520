"""What identity's routes take and give."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from serving.edge.principals import Role
from serving.edge.schemas import Text

ClientId = Annotated[str, Field(pattern=r"^[a-z0-9-]{3,48}$")]


class Login(BaseModel):
    """A person's e-mail and password."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"email": "risk@demo.example", "password": "abcd-efgh-jkmn-pqrs-tuvw"}]}
    )
    email: Text = Field(min_length=3, max_length=254)
    password: Text = Field(min_length=1, max_length=256)


class User(BaseModel):
    """Who is signed in."""

    id: str
    email: str | None
    name: str | None
    tenant_id: str
    roles: list[Role]
    customer_id: str | None


class Session(BaseModel):
    """A live session: its user, and the token that a browser's writes must carry in X-CSRF-Token."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "user": {
                        "id": "user:0193f2aa-1111-7222-8333-944445555666",
                        "email": "risk@demo.example",
                        "name": "Demo risk",
                        "tenant_id": "demo",
                        "roles": ["risk"],
                        "customer_id": None,
                    },
                    "csrf_token": "q0l3…",
                }
            ]
        }
    )
    user: User
    csrf_token: str | None


class TokenRequest(BaseModel):
    """OAuth 2.0 client credentials (RFC 6749, section 4.4), as JSON or as a form."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"grant_type": "client_credentials", "client_id": "demo-partner", "client_secret": "43 characters"}]
        }
    )
    grant_type: Text = Field(max_length=64)
    client_id: Text = Field(max_length=48)
    client_secret: Text = Field(max_length=64)


class AccessToken(BaseModel):
    """A bearer token and for how many seconds it is valid."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"access_token": "eyJhbGciOiJSUzI1NiIs…", "token_type": "Bearer", "expires_in": 900}]}
    )
    access_token: str
    token_type: str = "Bearer"  # noqa: S105 (the scheme's name)
    expires_in: int


class PublicKey(BaseModel):
    """One public key (RFC 7517)."""

    kty: str
    n: str
    e: str
    kid: str
    use: str
    alg: str


class PublicKeys(BaseModel):
    """The keys that our tokens are verified with, newest first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "keys": [
                        {
                            "kty": "RSA",
                            "n": "0vx7agoebGcQSuu…",
                            "e": "AQAB",
                            "kid": "0193f2aa-1111-7222-8333-944445555666",
                            "use": "sig",
                            "alg": "RS256",
                        }
                    ]
                }
            ]
        }
    )
    keys: list[PublicKey]


class NewClient(BaseModel):
    """A machine client to be made."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"client_id": "acme-pay", "name": "Acme Pay", "roles": ["partner"]}]}
    )
    client_id: ClientId
    name: Text = Field(min_length=1, max_length=128)
    roles: list[Role] = Field(min_length=1, max_length=8)


class MadeClient(BaseModel):
    """A machine client and, this once, its secret: `api_key` for X-Api-Key, `client_secret` for POST /v1/oauth/token."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"client_id": "acme-pay", "client_secret": "Zm9v…", "api_key": "acme-pay.Zm9v…"}]}
    )
    client_id: str
    client_secret: str
    api_key: str


class Client(BaseModel):
    """A machine client, without its secret."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "client_id": "acme-pay",
                    "name": "Acme Pay",
                    "roles": ["partner"],
                    "created_at": "2025-11-24T16:00:00Z",
                    "expires_at": None,
                    "revoked_at": None,
                }
            ]
        }
    )
    client_id: str
    name: str
    roles: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class ClientPage(BaseModel):
    """A page of machine clients."""

    items: list[Client]
    next_cursor: str | None


class AuditRow(BaseModel):
    """One write that was asked for. `status` is null for a transfer: GET /v1/transfers/{id} of its resource tells the end."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "audit_id": 4711,
                    "at": "2025-11-24T16:00:00.123Z",
                    "actor": "client:acme-pay",
                    "action": "POST /v1/clients",
                    "resource": "acme-pay",
                    "correlation_id": "0193f2aa-1111-7222-8333-944445555666",
                    "status": 201,
                    "detail": {"roles": ["partner"]},
                }
            ]
        }
    )
    audit_id: int
    at: datetime
    actor: str
    action: str
    resource: str | None
    correlation_id: str
    status: int | None
    detail: dict[str, object] | None


class AuditPage(BaseModel):
    """A page of audit rows, newest first."""

    items: list[AuditRow]
    next_cursor: str | None
