"""Signing in and out, tokens for machines, and the machine clients of a tenant."""

import hashlib
import re
import secrets
from dataclasses import dataclass

from psycopg import AsyncConnection
from psycopg.errors import UniqueViolation
from psycopg_pool import AsyncConnectionPool

from kit.errors import Conflict, NotFound
from kit.postgres import tenant_transaction
from serving.edge.authentication import Authenticator, csrf_token, secret_hash
from serving.edge.errors import Forbidden, TooManyRequests, WrongCredentials
from serving.edge.principals import Principal, Role, Scheme, roles_from
from serving.identity import repository
from serving.identity.passwords import PasswordChecks
from serving.identity.tokens import Tokens

SESSION_LIFETIME_S = 12 * 3600
FAILURES_ALLOWED = 5
FAILURE_WINDOW_S = 900
_CLIENT_ID = re.compile(r"[a-z0-9-]{3,48}")


class ClientExists(Conflict):
    """The client id is taken."""

    code = "client-exists"
    title = "There is a client with this id already"
    remedy = "Choose another client_id; ids are shared by all tenants and never used again."


@dataclass(frozen=True, slots=True)
class StartedSession:
    """A new browser session: the cookie's value, the CSRF token, the user."""

    token: str
    csrf_token: str
    principal: Principal


def new_secret() -> str:
    """Return 256 random bits as 43 URL-safe characters."""
    return secrets.token_urlsafe(32)


class IdentityService:
    """What identity's routes do."""

    def __init__(self, pool: AsyncConnectionPool, *, authenticator: Authenticator, tokens: Tokens) -> None:
        self._pool = pool
        self._authenticator = authenticator
        self._tokens = tokens
        self._passwords = PasswordChecks()

    async def sign_in(self, *, email: str, password: str, correlation_id: str) -> StartedSession:
        """Start a session. Raises WrongCredentials, or TooManyRequests while the name has to wait."""
        name_hash = hashlib.sha256(b"user:" + email.lower().encode()).digest()
        async with self._passwords.turn() as check:
            async with self._pool.connection() as connection:
                await self._refuse_while_waiting(connection, name_hash)
                row = await repository.find_login(connection, email)
            fits = await check.fits(row.password_hash if row else None, password)
            if row is None or not fits:
                await self._failed(name_hash)
                raise WrongCredentials("this e-mail and password do not belong together")
        token = new_secret()
        principal = Principal(
            subject=f"user:{row.user_id}",
            tenant_id=row.tenant_id,
            roles=roles_from(row.roles),
            scheme=Scheme.COOKIE,
            customer_id=row.customer_id,
            email=email.lower(),
            name=row.display_name,
        )
        async with self._pool.connection() as connection, tenant_transaction(connection, row.tenant_id):
            await repository.insert_session(
                connection,
                token_hash=secret_hash(token),
                tenant_id=row.tenant_id,
                user_id=row.user_id,
                lifetime_s=SESSION_LIFETIME_S,
            )
            await repository.forget_login_failures(connection, name_hash)
            await repository.insert_audit(
                connection,
                tenant_id=row.tenant_id,
                actor=principal.subject,
                action="POST /v1/session",
                resource=None,
                correlation_id=correlation_id,
                status=200,
            )
        return StartedSession(token, csrf_token(token), principal)

    async def sign_out(self, principal: Principal, *, session_token: str | None, correlation_id: str) -> None:
        """End the cookie's session; a bearer token simply expires."""
        async with self._pool.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            if session_token is not None:
                await repository.end_session(connection, secret_hash(session_token))
                self._authenticator.forget_session(session_token)
            await repository.insert_audit(
                connection,
                tenant_id=principal.tenant_id,
                actor=principal.subject,
                action="DELETE /v1/session",
                resource=None,
                correlation_id=correlation_id,
                status=204,
            )

    async def access_token(self, *, client_id: str, client_secret: str) -> str:
        """Return a bearer token for a machine client. Raises WrongCredentials, or TooManyRequests while it has to wait."""
        name_hash = hashlib.sha256(b"client:" + client_id.encode()).digest()
        async with self._pool.connection() as connection:
            await self._refuse_while_waiting(connection, name_hash)
        principal = await self._authenticator.client(client_id, client_secret) if _CLIENT_ID.fullmatch(client_id) else None
        if principal is None:
            await self._failed(name_hash)
            raise WrongCredentials("this client_id and client_secret do not belong together")
        return self._tokens.issue(principal)

    async def make_client(
        self, principal: Principal, *, client_id: str, name: str, roles: list[Role], correlation_id: str
    ) -> str:
        """Store a machine client of the caller's tenant and return its secret, which cannot be read again."""
        if Role.CUSTOMER in roles:
            raise Forbidden("a machine client cannot be a customer; give it partner")
        secret = new_secret()
        async with self._pool.connection() as connection:
            try:
                async with tenant_transaction(connection, principal.tenant_id):
                    await repository.insert_client(
                        connection,
                        client_id=client_id,
                        tenant_id=principal.tenant_id,
                        name=name,
                        secret_hash=secret_hash(secret),
                        roles=[role.value for role in roles],
                    )
                    await repository.insert_audit(
                        connection,
                        tenant_id=principal.tenant_id,
                        actor=principal.subject,
                        action="POST /v1/clients",
                        resource=client_id,
                        correlation_id=correlation_id,
                        status=201,
                        detail={"roles": [role.value for role in roles]},
                    )
            except UniqueViolation as taken:
                raise ClientExists(f"{client_id} is taken") from taken
        return secret

    async def revoke_client(self, principal: Principal, *, client_id: str, correlation_id: str) -> None:
        """Revoke a machine client of the caller's tenant. Raises NotFound."""
        async with self._pool.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            if not await repository.revoke_client(connection, client_id):
                raise NotFound(f"no client {client_id} that could be revoked")
            await repository.insert_audit(
                connection,
                tenant_id=principal.tenant_id,
                actor=principal.subject,
                action="DELETE /v1/clients/{client_id}",
                resource=client_id,
                correlation_id=correlation_id,
                status=204,
            )

    async def clients(self, principal: Principal, *, after: str | None, limit: int) -> list[dict[str, object]]:
        """Return up to `limit` machine clients of the tenant after an id."""
        async with self._pool.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            return await repository.list_clients(connection, after=after, limit=limit)

    async def audit(
        self, principal: Principal, *, before: int | None, resource: str | None, limit: int
    ) -> list[dict[str, object]]:
        """Return up to `limit` audit rows of the tenant before an id, newest first."""
        async with self._pool.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            return await repository.list_audit(connection, before=before, resource=resource, limit=limit)

    async def audit_refusal(
        self, principal: Principal, *, action: str, resource: str, correlation_id: str, status: int, code: str | None
    ) -> None:
        """Store that a write was refused."""
        async with self._pool.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            await repository.insert_audit(
                connection,
                tenant_id=principal.tenant_id,
                actor=principal.subject,
                action=action,
                resource=resource,
                correlation_id=correlation_id,
                status=status,
                detail={"code": code} if code else None,
            )

    async def sweep(self) -> int:
        """Drop what nobody can use any more."""
        async with self._pool.connection() as connection:
            return await repository.sweep(connection)

    async def _refuse_while_waiting(self, connection: AsyncConnection, name_hash: bytes) -> None:
        wait_s = await repository.login_wait_s(connection, name_hash)
        if wait_s > 0:
            raise TooManyRequests("too many failures under this name; it has to wait", retry_after_s=wait_s)

    async def _failed(self, name_hash: bytes) -> None:
        async with self._pool.connection() as connection:
            await repository.note_login_failure(connection, name_hash, allowed=FAILURES_ALLOWED, window_s=FAILURE_WINDOW_S)
