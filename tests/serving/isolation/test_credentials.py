"""Credentials that are absent, altered, expired or another's open no route and change nothing."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from joserfc import jws, jwt
from joserfc.jwk import RSAKey

from kit.clock import ManualClock, SystemClock
from serving.edge.principals import Principal, Role, Scheme
from serving.identity.keys import TOKEN_LIFETIME_S, KeyRing
from serving.identity.tokens import Tokens
from tests.serving.conftest import Server, eventually
from tests.serving.described import operations
from tests.serving.isolation.attacks import honest, leaks
from tests.serving.isolation.conftest import PEOPLE, rows_of

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]
ANYBODY = Principal(subject="user:forged", tenant_id="other", roles=frozenset({Role.ADMIN}), scheme=Scheme.BEARER)


def guarded() -> list[Any]:
    return [pytest.param(*each, id=f"{each[0]} {each[1]}") for each in operations() if "security" in each[2]]


def unsigned(text: dict) -> str:
    return base64.urlsafe_b64encode(json.dumps(text).encode()).rstrip(b"=").decode()


@pytest.fixture(scope="module")
def keys(api: Server) -> KeyRing:
    return KeyRing(api.settings.secrets / "jwt", clock=SystemClock())


@pytest.fixture(scope="module")
def honest_token(keys: KeyRing) -> str:
    return Tokens(keys, clock=SystemClock()).issue(
        Principal(subject="client:demo-partner", tenant_id="demo", roles=frozenset({Role.PARTNER}), scheme=Scheme.BEARER)
    )


def altered(token: str, **claims: object) -> str:
    """The token with other claims and the signature that it had."""
    head, body, signature = token.split(".")
    told = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return f"{head}.{unsigned(told | claims)}.{signature}"


def symmetric(head: dict, claims: dict, secret: bytes) -> str:
    """A token whose signature takes our public key for a shared secret; no library of ours would make it."""
    signed = f"{unsigned(head)}.{unsigned(claims)}"
    digest = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


@pytest.fixture(scope="module")
def forged(keys: KeyRing, honest_token: str) -> dict[str, str]:
    """Tokens of an administrator of the victim's that none of our keys has signed, or that are over."""
    known = keys.signing_key()
    now_s = SystemClock().now_ms() // 1000
    claims = {"iss": "baas", "aud": "baas-api", "sub": "user:forged", "tenant": "other", "roles": ["admin"], "iat": now_s,
              "exp": now_s + 600}  # fmt: skip
    head, body, signature = honest_token.split(".")
    stranger = RSAKey.generate_key(2048)
    public = known.key.as_pem(private=False)
    old = ManualClock(SystemClock().now_ms() - 2 * TOKEN_LIFETIME_S * 1000)
    coming = ManualClock(SystemClock().now_ms() + 3_600_000)
    return {
        "tenant": altered(honest_token, tenant="other"),
        "roles": altered(honest_token, roles=["admin"]),
        "subject": altered(honest_token, sub="user:somebody"),
        "expiry": altered(honest_token, exp=now_s + 10**9),
        "no signature": f"{head}.{body}.",
        "one bit less": f"{head}.{body}.{signature[:-2]}{'A' if signature[-2] != 'A' else 'B'}{signature[-1]}",
        "alg none": f"{unsigned({'alg': 'none', 'kid': known.kid})}.{unsigned(claims)}.",
        "alg None": f"{unsigned({'alg': 'None', 'typ': 'JWT'})}.{unsigned(claims)}.{signature}",
        "HS256 with the public key": symmetric({"alg": "HS256", "kid": known.kid}, claims, public),
        "another key under our kid": jwt.encode({"alg": "RS256", "kid": known.kid}, claims, stranger, algorithms=["RS256"]),
        "another key in the token": jws.serialize_compact(
            {"alg": "RS256", "jwk": stranger.as_dict(private=False)}, json.dumps(claims), stranger, algorithms=["RS256"]
        ),
        "a kid that is a path": jwt.encode(
            {"alg": "RS256", "kid": f"../jwt/{known.kid}"}, claims, stranger, algorithms=["RS256"]
        ),
        "a kid that is SQL": jwt.encode({"alg": "RS256", "kid": "' or 1=1 --"}, claims, stranger, algorithms=["RS256"]),
        "for somebody else": jwt.encode(
            {"alg": "RS256", "kid": known.kid}, claims | {"aud": "other-api"}, known.key, algorithms=["RS256"]
        ),
        "by somebody else": jwt.encode(
            {"alg": "RS256", "kid": known.kid}, claims | {"iss": "other"}, known.key, algorithms=["RS256"]
        ),
        "expired": Tokens(keys, clock=old).issue(ANYBODY),
        "of a time to come": Tokens(keys, clock=coming).issue(ANYBODY),
    }  # fmt: skip


def test_the_token_that_is_altered_is_one_that_opens(api: Server, honest_token):
    assert api.client(Authorization=f"Bearer {honest_token}").get("/v1/customers").status_code == 200


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(("method", "path", "operation"), guarded())
def test_nothing_opens_without_a_credential_of_ours(api: Server, attacker, victim, forged, method, path, operation):
    request = honest(method, path, operation, own=victim)
    key = api.secret("other-partner", "other")
    tried: dict[str, dict[str, str]] = {
        "nothing": {},
        "an empty bearer": {"Authorization": "Bearer"},
        "a key without its secret": {"X-Api-Key": key.partition(".")[0] + "."},
        "a key with another's secret": {"X-Api-Key": f"other-partner.{api.secret('demo-partner').partition('.')[2]}"},
        "an empty session": {"Cookie": "baas_session="},
        "a session of nobody": {"Cookie": f"baas_session={'A' * 43}"},
    } | {name: {"Authorization": f"Bearer {token}"} for name, token in forged.items()}
    with api.client() as nobody:
        for name, headers in tried.items():
            answer = nobody.request(method, request.url, content=request.content, headers=dict(request.headers) | headers)
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), (name, answer.text)
            assert leaks(answer, victim, sent=request.sent) == [], name


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(("method", "path", "operation"), guarded())
def test_a_role_that_a_route_does_not_name_is_refused(attackers, attacker, victim, method, path, operation):
    request = honest(method, path, operation, own=attacker)
    for role, client in attackers.items():
        if role in operation["x-roles"]:
            continue
        answer = client.request(method, request.url, content=request.content, headers=dict(request.headers))
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), (role, answer.text)


@pytest.mark.parametrize(("method", "path", "operation"), [each for each in guarded() if each.values[0] != "GET"])
def test_a_session_writes_with_its_own_csrf_token_only(
    api: Server, attackers, owners, victim, as_it_was, method, path, operation
):
    """The victim's browser is made to send a request: it sends its cookie, and what the attacker knows.

    All that changes is the victim's audit log, which says that a write was refused. So this comes last.
    """
    role = next(role for role in owners if role in operation["x-roles"] and role in PEOPLE)
    cookie = f"baas_session={owners[role].cookies['baas_session']}"
    request = honest(method, path, operation, own=victim)
    theirs = attackers[role].headers["X-CSRF-Token"]
    with api.client() as browser:
        for token in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": theirs}, {"X-CSRF-Token": theirs[::-1]}):
            headers = dict(request.headers) | token | {"Cookie": cookie}
            answer = browser.request(method, request.url, content=request.content, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "csrf-token-missing"), (token, answer.text)

    def changed() -> set[str]:
        now = rows_of(api.settings.core, victim.tenant_id)
        return {table for table in now if now[table] != as_it_was[table]}

    # The row that says so is written when the answer has left.
    eventually(changed)
    assert changed() == {"identity.audit"}
