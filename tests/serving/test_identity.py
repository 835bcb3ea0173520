"""Signing in, tokens, keys, sessions, and who is refused."""

import json
import stat
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from kit.clock import ManualClock
from serving.edge.errors import Unauthenticated
from serving.edge.principals import Principal, Role, Scheme
from serving.identity.keys import RETIRE_AFTER_MS, ROTATE_AFTER_MS, TOKEN_LIFETIME_S, KeyRing
from serving.identity.passwords import MAX_CHECKS_AT_ONCE
from serving.identity.seed import LOGINS_FILE, seed_demo
from serving.identity.service import FAILURES_ALLOWED
from serving.identity.tokens import Tokens
from tests.serving.conftest import eventually

NOW_MS = 1_764_000_000_000
ANALYST = Principal(subject="user:1", tenant_id="demo", roles=frozenset({Role.ANALYST}), scheme=Scheme.BEARER)


def test_a_token_says_who_was_meant(tmp_path):
    tokens = Tokens(KeyRing(tmp_path, clock=ManualClock(NOW_MS)), clock=ManualClock(NOW_MS))
    assert tokens.verify(tokens.issue(ANALYST)) == ANALYST


def test_a_token_ends_when_it_says_even_when_it_was_verified_before(tmp_path):
    clock = ManualClock(NOW_MS)
    tokens = Tokens(KeyRing(tmp_path, clock=clock), clock=clock)
    token = tokens.issue(ANALYST)
    tokens.verify(token)
    clock.advance(TOKEN_LIFETIME_S * 1000)
    with pytest.raises(Unauthenticated, match="expired"):
        tokens.verify(token)


def test_a_token_with_one_changed_character_is_refused(tmp_path):
    tokens = Tokens(KeyRing(tmp_path, clock=ManualClock(NOW_MS)), clock=ManualClock(NOW_MS))
    head, payload, signature = tokens.issue(ANALYST).split(".")
    for spoiled in (f"{head}.{payload[:-2]}xx.{signature}", f"{head}.{payload}.{'A' * len(signature)}", "a.b.c", "", head):
        with pytest.raises(Unauthenticated):
            tokens.verify(spoiled)


def test_a_token_that_asks_for_no_signature_or_for_a_shared_secret_is_refused(tmp_path):
    import base64

    tokens = Tokens(KeyRing(tmp_path, clock=ManualClock(NOW_MS)), clock=ManualClock(NOW_MS))
    head, payload, _ = tokens.issue(ANALYST).split(".")
    kid = json.loads(base64.urlsafe_b64decode(head + "=="))["kid"]
    for algorithm in ("none", "HS256"):
        forged = base64.urlsafe_b64encode(json.dumps({"alg": algorithm, "kid": kid}).encode()).rstrip(b"=").decode()
        with pytest.raises(Unauthenticated):
            tokens.verify(f"{forged}.{payload}.")


def test_after_a_rotation_old_tokens_hold_until_they_expire_and_then_their_key_goes(tmp_path):
    clock = ManualClock(NOW_MS)
    keys = KeyRing(tmp_path, clock=clock)
    tokens = Tokens(keys, clock=clock)
    other_worker = Tokens(KeyRing(tmp_path, clock=clock), clock=clock)
    clock.advance(ROTATE_AFTER_MS)
    before = tokens.issue(ANALYST)
    old_kid = keys.signing_key().kid
    assert keys.rotate_if_due()
    assert not keys.rotate_if_due()
    assert keys.signing_key().kid != old_kid
    assert {key["kid"] for key in keys.public_jwks()["keys"]} == {old_kid, keys.signing_key().kid}
    after = tokens.issue(ANALYST)
    assert other_worker.verify(before) == other_worker.verify(after) == ANALYST
    clock.advance(RETIRE_AFTER_MS + 1)
    keys.rotate_if_due()
    assert [key["kid"] for key in keys.public_jwks()["keys"]] == [keys.signing_key().kid]


def test_keys_are_readable_by_their_owner_alone(tmp_path):
    KeyRing(tmp_path / "jwt", clock=ManualClock(NOW_MS))
    files = list((tmp_path / "jwt").glob("*.json"))
    assert len(files) == 1
    assert stat.S_IMODE(files[0].stat().st_mode) == 0o600


def test_the_published_keys_hold_no_private_part(api):
    keys = api.client().get("/.well-known/jwks.json").json()["keys"]
    assert keys
    assert all(set(key) == {"kty", "n", "e", "kid", "use", "alg"} for key in keys)


def test_a_browser_signs_in_writes_and_signs_out(api):
    browser = api.browser("admin")
    cookie = next(iter(browser.cookies.jar))
    assert cookie.name == "baas_session"
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite").lower() == "strict"
    session = browser.get("/v1/session").json()
    assert session["user"]["email"] == "admin@demo.example"
    assert session["user"]["roles"] == ["admin"]
    assert session["csrf_token"] == browser.headers["X-CSRF-Token"]
    kept = dict(browser.cookies)
    assert browser.delete("/v1/session").status_code == 204
    browser.cookies.update(kept)
    assert browser.get("/v1/session").status_code == 401


def test_a_write_by_cookie_without_its_csrf_token_is_refused(api):
    browser = api.browser("admin")
    del browser.headers["X-CSRF-Token"]
    body = {"client_id": "csrf-client", "name": "x", "roles": ["partner"]}
    refused = browser.post("/v1/clients", json=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf-token-missing")
    other = api.browser("admin").headers["X-CSRF-Token"]
    assert browser.post("/v1/clients", json=body, headers={"X-CSRF-Token": other}).status_code == 403
    assert browser.get("/v1/clients").status_code == 200


def test_client_credentials_buy_a_token_and_the_same_secret_is_an_api_key(api):
    made = api.browser("admin").post("/v1/clients", json={"client_id": "acme-pay", "name": "Acme", "roles": ["partner"]})
    assert made.status_code == 201
    secret = made.json()["client_secret"]
    form = {"grant_type": "client_credentials", "client_id": "acme-pay", "client_secret": secret}
    token = api.client().post("/v1/oauth/token", data=form).json()
    assert token["expires_in"] == TOKEN_LIFETIME_S
    who = api.client(Authorization=f"Bearer {token['access_token']}").get("/v1/session").json()["user"]
    assert (who["id"], who["tenant_id"], who["roles"]) == ("client:acme-pay", "demo", ["partner"])
    by_key = api.client(**{"X-Api-Key": made.json()["api_key"]}).get("/v1/session").json()["user"]
    assert (by_key["id"], by_key["tenant_id"], by_key["roles"]) == (who["id"], who["tenant_id"], who["roles"])
    wrong = api.client().post("/v1/oauth/token", json=form | {"client_secret": "no"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong-credentials")
    assert api.client().post("/v1/oauth/token", json=form | {"grant_type": "password"}).status_code == 422
    assert api.client().post("/v1/oauth/token", content=b"{").status_code == 400


def test_a_client_id_is_taken_for_every_tenant_and_revoked_only_by_its_own(api):
    admin, stranger = api.browser("admin"), api.browser("admin", "other")
    body = {"client_id": "only-once", "name": "x", "roles": ["analyst"]}
    assert admin.post("/v1/clients", json=body).status_code == 201
    taken = stranger.post("/v1/clients", json=body)
    assert (taken.status_code, taken.json()["code"]) == (409, "client-exists")
    assert stranger.delete("/v1/clients/only-once").status_code == 404
    assert "only-once" not in {client["client_id"] for client in stranger.get("/v1/clients").json()["items"]}
    assert admin.delete("/v1/clients/only-once").status_code == 204
    assert admin.delete("/v1/clients/only-once").status_code == 404


def test_after_five_failures_a_name_waits_whether_it_exists_or_not(api):
    for email in ("compliance@other.example", "nobody@other.example"):
        codes = [api.client().post("/v1/session", json={"email": email, "password": "wrong"}).json()["code"] for _ in range(6)]
        assert codes == ["wrong-credentials"] * 5 + ["too-many-requests"]
    right = api.secret("compliance@other.example", "other")
    locked = api.client().post("/v1/session", json={"email": "compliance@other.example", "password": right})
    assert locked.status_code == 429
    assert 1 <= int(locked.headers["Retry-After"]) <= 60


def test_seeding_again_gives_the_same_logins_from_a_private_file(api):
    again = seed_demo(api.settings.core.dsn("postgres"), "demo", api.settings.secrets)
    assert again == api.logins["demo"]
    assert {login.name for login in again} == {
        "admin@demo.example", "risk@demo.example", "compliance@demo.example", "customer@demo.example", "demo-partner",
    }  # fmt: skip
    assert stat.S_IMODE((api.settings.secrets / LOGINS_FILE).stat().st_mode) == 0o600


def test_each_write_and_each_refused_write_is_in_the_audit_log_of_its_own_tenant(api):
    admin = api.browser("admin")
    admin.post(
        "/v1/clients", json={"client_id": "audited", "name": "x", "roles": ["risk"]}, headers={"X-Correlation-Id": "aud-1"}
    )
    api.browser("risk").post("/v1/clients", json={}, headers={"X-Correlation-Id": "aud-2"})

    def stored() -> dict[str, dict]:
        return {row["correlation_id"]: row for row in admin.get("/v1/audit", params={"limit": 200}).json()["items"]}

    # A refused write is stored after its answer.
    rows = eventually(lambda: (found := stored()).keys() >= {"aud-1", "aud-2"} and found)
    assert (rows["aud-1"]["action"], rows["aud-1"]["resource"], rows["aud-1"]["status"]) == ("POST /v1/clients", "audited", 201)
    assert (rows["aud-2"]["status"], rows["aud-2"]["detail"]) == (403, {"code": "forbidden"})
    assert not {"aud-1", "aud-2"} & {
        row["correlation_id"] for row in api.browser("admin", "other").get("/v1/audit", params={"limit": 200}).json()["items"]
    }


def test_guesses_that_come_together_are_no_more_than_guesses_one_after_another(api):
    def guess(_: int) -> int:
        return api.client().post("/v1/session", json={"email": "analyst@demo.example", "password": "wrong"}).status_code

    with ThreadPoolExecutor(20) as pool:
        answers = Counter(pool.map(guess, range(20)))
    assert answers[401] <= FAILURES_ALLOWED + MAX_CHECKS_AT_ONCE
    assert answers[401] + answers[429] == 20
