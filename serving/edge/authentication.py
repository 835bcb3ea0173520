"""From credentials to a principal: a bearer token, an API key, or a browser's session cookie with its CSRF token."""

import base64
import hashlib
import hmac
import re
from collections import OrderedDict
from collections.abc import Callable

from psycopg_pool import AsyncConnectionPool

from serving.edge.errors import CsrfRefused, Unauthenticated
from serving.edge.principals import Principal, Scheme, roles_from
from serving.identity import repository
from serving.identity.platform import PlatformToken
from serving.identity.tokens import Tokens

SESSION_COOKIE = "baas_session"
API_KEY_SEPARATOR = "."
REMEMBER_SESSION_S = 5.0
REMEMBER_CLIENT_S = 15.0
MAX_REMEMBERED = 20_000
_API_KEY = re.compile(r"[a-z0-9-]{3,48}\.[A-Za-z0-9_-]{43}")
_SESSION = re.compile(r"[A-Za-z0-9_-]{43}")


def secret_hash(secret: str) -> bytes:
    """Return what is stored of a random 256-bit secret."""
    return hashlib.sha256(secret.encode()).digest()


def csrf_token(session_token: str) -> str:
    """Return the CSRF token of a session: keyed by the session token, which no script can read."""
    digest = hmac.new(session_token.encode(), b"csrf", hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def cookie_value(header: bytes, name: str) -> str | None:
    """Return a cookie's value from a Cookie header."""
    for part in header.decode("latin-1").split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            return value
    return None


class Authenticator:
    """Finds the principal of a request. Sessions and keys are remembered for seconds, so that revoking one takes no longer."""

    def __init__(
        self, pool: AsyncConnectionPool, tokens: Tokens, platform: PlatformToken, *, clock_s: Callable[[], float]
    ) -> None:
        self._pool = pool
        self._tokens = tokens
        self._platform = platform
        self._clock_s = clock_s
        self._remembered: OrderedDict[bytes, tuple[Principal, float]] = OrderedDict()

    async def principal(self, *, authorization: bytes | None, api_key: bytes | None, cookie: bytes | None) -> Principal:
        """Return who is asking; the first kind of credential that is present decides. Raises Unauthenticated."""
        if authorization is not None:
            scheme, _, token = authorization.decode("latin-1").partition(" ")
            if scheme.lower() != "bearer" or not token:
                raise Unauthenticated("the Authorization header is not a bearer token")
            return self._tokens.verify(token.strip())
        if api_key is not None:
            return await self._by_key(api_key.decode("latin-1"))
        if cookie is not None and (session := cookie_value(cookie, SESSION_COOKIE)):
            return await self._by_session(session)
        raise Unauthenticated("there is no credential in the request")

    def is_platform_operator(self, authorization: bytes | None) -> bool:
        """Whether the platform operator's token is in this Authorization header."""
        return self._platform.admits(authorization)

    def check_csrf(self, *, cookie: bytes, sent: bytes | None) -> None:
        """Raise CsrfRefused unless the CSRF header is the one of the cookie's session."""
        session = cookie_value(cookie, SESSION_COOKIE) or ""
        if sent is None or not hmac.compare_digest(sent, csrf_token(session).encode()):
            raise CsrfRefused("a write with a session cookie needs that session's X-CSRF-Token header")

    def forget_session(self, session_token: str) -> None:
        """Stop remembering a session that has just ended."""
        self._remembered.pop(secret_hash(session_token), None)

    async def client(self, client_id: str, secret: str) -> Principal | None:
        """Return the machine client with this secret, or None."""
        async with self._pool.connection() as connection:
            row = await repository.find_client(connection, client_id)
        if row is None or not hmac.compare_digest(row.secret_hash, secret_hash(secret)):
            return None
        return Principal(
            subject=f"client:{client_id}",
            tenant_id=row.tenant_id,
            roles=roles_from(row.roles),
            scheme=Scheme.API_KEY,
            name=row.name,
        )

    async def _by_key(self, key: str) -> Principal:
        if not _API_KEY.fullmatch(key):
            raise Unauthenticated("the API key does not look like one of ours")
        digest = secret_hash(key)
        known = self._recall(digest)
        if known is not None:
            return known
        client_id, _, secret = key.partition(API_KEY_SEPARATOR)
        principal = await self.client(client_id, secret)
        if principal is None:
            raise Unauthenticated("the API key is not known, or was revoked")
        self._remember(digest, principal, REMEMBER_CLIENT_S)
        return principal

    async def _by_session(self, token: str) -> Principal:
        if not _SESSION.fullmatch(token):
            raise Unauthenticated("the session cookie does not look like one of ours")
        digest = secret_hash(token)
        known = self._recall(digest)
        if known is not None:
            return known
        async with self._pool.connection() as connection:
            row = await repository.find_session(connection, digest)
        if row is None:
            raise Unauthenticated("the session has ended")
        principal = Principal(
            subject=f"user:{row.user_id}",
            tenant_id=row.tenant_id,
            roles=roles_from(row.roles),
            scheme=Scheme.COOKIE,
            customer_id=row.customer_id,
            email=row.email,
            name=row.display_name,
        )
        self._remember(digest, principal, REMEMBER_SESSION_S)
        return principal

    def _recall(self, digest: bytes) -> Principal | None:
        found = self._remembered.get(digest)
        if found is None or found[1] <= self._clock_s():
            return None
        return found[0]

    def _remember(self, digest: bytes, principal: Principal, for_s: float) -> None:
        self._remembered[digest] = (principal, self._clock_s() + for_s)
        self._remembered.move_to_end(digest)
        if len(self._remembered) > MAX_REMEMBERED:
            self._remembered.popitem(last=False)
