"""Access tokens: JWTs (RFC 7519) that our issuer signs with RS256, and a cache of those already verified."""

from collections import OrderedDict
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from kit.clock import Clock
from kit.ids import uuid7
from serving.edge.errors import Unauthenticated
from serving.edge.principals import Principal, Scheme, roles_from
from serving.identity.keys import TOKEN_LIFETIME_S, KeyRing

ISSUER = "baas"
AUDIENCE = "baas-api"
MAX_TOKEN_BYTES = 4_096
MAX_VERIFIED = 20_000
SKEW_S = 5


class Tokens:
    """Issues and verifies. A verified token is remembered until it expires, so that each is checked once a worker."""

    def __init__(self, keys: KeyRing, *, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock
        self._verified: OrderedDict[str, tuple[Principal, int]] = OrderedDict()

    def issue(self, principal: Principal) -> str:
        """Return a signed token for the principal, valid for `TOKEN_LIFETIME_S`."""
        now_s = self._clock.now_ms() // 1000
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": principal.subject,
            "tenant": principal.tenant_id,
            "roles": sorted(principal.roles),
            "iat": now_s,
            "exp": now_s + TOKEN_LIFETIME_S,
            "jti": str(uuid7(self._clock)),
        }
        if principal.customer_id is not None:
            claims["customer"] = principal.customer_id
        key = self._keys.signing_key()
        return jwt.encode({"alg": "RS256", "typ": "at+jwt", "kid": key.kid}, claims, key.key, algorithms=["RS256"])

    def verify(self, token: str) -> Principal:
        """Return who the token speaks for. Raises Unauthenticated, and says what is wrong with it."""
        now_s = self._clock.now_ms() // 1000
        known = self._verified.get(token)
        if known is not None:
            principal, expires_s = known
            if now_s < expires_s:
                return principal
            del self._verified[token]
            raise Unauthenticated("the token has expired")
        principal, expires_s = self._check(token, now_s)
        self._verified[token] = (principal, expires_s)
        if len(self._verified) > MAX_VERIFIED:
            self._verified.popitem(last=False)
        return principal

    def _check(self, token: str, now_s: int) -> tuple[Principal, int]:
        if len(token) > MAX_TOKEN_BYTES:
            raise Unauthenticated("the token is too long to be one of ours")
        try:
            decoded = jwt.decode(token, self._key_for, algorithms=["RS256"])
        except (JoseError, ValueError) as problem:
            raise Unauthenticated("the token's signature is not one of ours") from problem
        claims = decoded.claims
        if claims.get("iss") != ISSUER or claims.get("aud") != AUDIENCE:
            raise Unauthenticated("the token was made for somebody else")
        expires_s, issued_s = claims.get("exp"), claims.get("iat")
        if not isinstance(expires_s, int) or not isinstance(issued_s, int) or issued_s > now_s + SKEW_S:
            raise Unauthenticated("the token's times are not usable")
        if now_s >= expires_s:
            raise Unauthenticated("the token has expired")
        principal = Principal(
            subject=str(claims["sub"]),
            tenant_id=str(claims["tenant"]),
            roles=roles_from(list(claims["roles"])),
            scheme=Scheme.BEARER,
            customer_id=claims.get("customer"),
        )
        return principal, expires_s

    def _key_for(self, token: Any) -> KeySet | Any:
        found = self._keys.find(str(token.headers().get("kid", "")))
        if found is None:
            raise ValueError("the key that signed this token is not known")
        return found.key
