"""What the gate does to every request, whichever noun it is for."""

import itertools
import json
import re
import stat

import httpx
import pytest

from kit.errors import DomainError
from serving.edge.access import RULES, AccessTable, Rule
from serving.edge.correlation import trace_from
from serving.edge.errors import InvalidRequest, TooManyRequests
from serving.edge.limits import Limits, Rate, RateLimiter, TokenBuckets
from serving.edge.pages import decode_cursor, encode_cursor, page
from serving.edge.principals import EVERYONE, Principal, Role, Scheme
from serving.edge.problems import catalogue, status_of
from serving.identity.platform import TOKEN_FILE, PlatformToken
from serving.resources import Options
from tests.serving.conftest import Server

PROBLEM_FIELDS = {"type", "title", "status", "detail", "instance", "code", "remedy", "correlation_id"}
SIGN_IN = Rate(per_s=0.001, burst=60)


@pytest.fixture(scope="module")
def options() -> Options:
    """Few sign-ins an address and few requests a person, so that the limits can be met."""
    return Options(limits=Limits(per_address_sign_in=SIGN_IN, per_person=Rate(per_s=0.5, burst=80)))


def problem(answer: httpx.Response) -> dict:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    content = answer.json()
    assert content.keys() >= PROBLEM_FIELDS
    assert content["status"] == answer.status_code
    assert content["type"] == f"/problems/{content['code']}"
    assert content["correlation_id"] == answer.headers["x-correlation-id"]
    return content


def filled(path: str) -> str:
    return re.sub(r"\{[a-z_]+\}", "0193f2aa-1111-7222-8333-944445555666", path)


@pytest.mark.parametrize("rule", [rule for rule in RULES if not rule.public], ids=lambda rule: f"{rule.method} {rule.path}")
def test_every_route_that_is_not_public_refuses_nobody_in_particular(api: Server, rule: Rule):
    answer = api.client().request(rule.method, filled(rule.path))
    assert (answer.status_code, problem(answer)["code"]) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_role_opens_what_the_table_says_and_nothing_else(api: Server):
    customer = api.browser("customer")
    closed = [rule for rule in RULES if not rule.public and Role.CUSTOMER not in rule.roles and rule.method == "GET"]
    assert len(closed) >= 8
    for rule in closed:
        answer = customer.get(filled(rule.path))
        assert (answer.status_code, problem(answer)["code"]) == (403, "forbidden"), rule.path


def test_only_health_keys_sign_in_and_documentation_are_public():
    public = {rule.path for rule in RULES if rule.public}
    assert public == {
        "/healthz", "/readyz", "/docs", "/docs/style.css", "/openapi.json", "/problems", "/problems/{code}",
        "/.well-known/jwks.json", "/v1/session", "/v1/oauth/token",
    }  # fmt: skip


def test_a_route_without_a_rule_stops_the_application_from_starting():
    with pytest.raises(ValueError, match="routes without a rule"):
        AccessTable(RULES).check_routes([("GET", "/v1/forgotten")])
    table = AccessTable([Rule("GET", "/v1/a/{id}", EVERYONE)])
    assert table.rule_for("GET", "/v1/a/7") is not None
    assert table.rule_for("GET", "/v1/a/7/b") is None
    assert table.rule_for("POST", "/v1/a/7") is None


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/nothing-here", 404, "no-such-route"),
        ("GET", "/v1/transfers", 405, "method-not-allowed"),
        ("PUT", "/healthz", 405, "method-not-allowed"),
        ("GET", "/problems/no-such-problem", 404, "not-found"),
        ("GET", "/missing.js", 404, "no-such-route"),
        ("GET", "/v1/..%2f..%2fetc%2fpasswd", 404, "no-such-route"),
    ],
)
def test_what_is_not_there_is_a_problem_too(api: Server, method, path, status, code):
    answer = api.client().request(method, path)
    assert (answer.status_code, problem(answer)["code"]) == (status, code)
    if status == 405:
        assert answer.headers["allow"]


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "invalid-request"),
        (b"{", 400, "malformed-body"),
        (b"\xff\xfe", 400, "malformed-body"),
        (b"[]", 422, "invalid-request"),
        (b'{"email": 5, "password": "x"}', 422, "invalid-request"),
        (b'{"email": "a@b.example", "password": "x", "role": "admin"}', 422, "invalid-request"),
        (json.dumps({"email": "a@b.example", "password": "x" * 257}).encode(), 422, "invalid-request"),
        (b"[" * 60_000, 400, "malformed-body"),
    ],
)
def test_a_body_that_cannot_be_used_says_what_to_do(api: Server, content, status, code):
    answer = api.client().post("/v1/session", content=content, headers={"Content-Type": "application/json"})
    assert (answer.status_code, problem(answer)["code"]) == (status, code), answer.text
    assert answer.json()["remedy"]


def test_a_body_that_is_too_large_is_refused_whether_it_says_so_or_not(api: Server):
    told = api.partner().post("/v1/customers", content=b"x" * 70_000, headers={"Content-Type": "application/json"})
    assert (told.status_code, problem(told)["code"]) == (413, "body-too-large")
    chunks = itertools.repeat(b"x" * 1_000, 80)
    untold = api.partner().post("/v1/customers", content=chunks, headers={"Content-Type": "application/json"})
    assert (untold.status_code, problem(untold)["code"]) == (413, "body-too-large")


def test_the_callers_ids_come_back_and_ill_formed_ones_are_replaced(api: Server):
    parent = f"00-{'ab' * 16}-{'cd' * 8}-01"
    answer = api.client().get("/healthz", headers={"X-Correlation-Id": "my-id", "traceparent": parent})
    assert answer.headers["x-correlation-id"] == "my-id"
    version, trace_id, span, _ = answer.headers["traceparent"].split("-")
    assert (version, trace_id) == ("00", "ab" * 16)
    assert span != "cd" * 8
    for bad in ("", "x" * 65, "line\tbreak", "<script>"):
        assert api.client().get("/healthz", headers={"X-Correlation-Id": bad}).headers["x-correlation-id"] != bad
    for bad in (b"00-" + b"0" * 32 + b"-" + b"1" * 16 + b"-01", b"ff-" + b"a" * 32 + b"-" + b"1" * 16 + b"-01", b"nonsense"):
        assert trace_from(None, bad).traceparent.split("-")[1] not in ("0" * 32, "a" * 32)


def test_every_answer_carries_the_security_headers(api: Server):
    for path in ("/healthz", "/docs", "/v1/accounts", "/nothing.js"):
        headers = api.client().get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["cache-control"]
        assert "server" not in headers


def test_every_error_has_a_page_a_status_and_something_to_do(api: Server):
    pages = api.client()
    for code, kind in catalogue().items():
        assert 400 <= status_of(kind) <= 599
        assert kind.remedy
        assert pages.get(f"/problems/{code}").status_code == 200, code
    assert "transfer-denied" in pages.get("/problems").text
    assert len({kind.code for kind in catalogue().values()}) == len(catalogue())
    assert catalogue()["domain-error"] is DomainError


def test_readiness_and_metrics_say_what_operators_need(api: Server):
    assert api.client().get("/healthz").json() == {"alive": True}
    ready = api.client().get("/readyz")
    assert (ready.status_code, ready.json()["ready"]) == (200, True)
    assert ready.json()["sweeper"] == "running"
    operator = api.client(Authorization=f"Bearer {(api.settings.secrets / TOKEN_FILE).read_text().strip()}")
    metrics = operator.get("/metrics").text
    assert 'baas_http_requests_total{method="GET",route="/healthz",status="200"}' in metrics


def test_what_tells_of_all_tenants_together_is_open_to_the_platforms_operator_and_to_no_tenant(api: Server):
    token = (api.settings.secrets / TOKEN_FILE).read_text().strip()
    assert stat.S_IMODE((api.settings.secrets / TOKEN_FILE).stat().st_mode) == 0o600
    assert PlatformToken(api.settings.secrets).admits(f"bearer {token}".encode())
    for asker in (api.browser("admin"), api.browser("admin", "other"), api.partner()):
        refused = asker.get("/metrics")
        assert (refused.status_code, problem(refused)["code"]) == (403, "forbidden")
        assert "baas_http" not in refused.text
    for wrong in ("Bearer", f"Basic {token}", f"Bearer {token}x", f"Bearer {token[:-1]}", token):
        refused = api.client(Authorization=wrong).get("/metrics")
        assert (refused.status_code, problem(refused)["code"]) == (401, "unauthenticated"), wrong
    assert api.client(Authorization=f"Bearer {token}").get("/v1/customers").status_code == 401


def test_a_person_over_their_rate_is_told_when_to_come_back(api: Server):
    browser = api.browser("compliance")
    answers = [browser.get("/v1/session") for _ in range(120)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert problem(refused[0])["code"] == "too-many-requests"
    assert int(refused[0].headers["retry-after"]) >= 1
    assert api.browser("risk").get("/v1/session").status_code == 200


def test_an_address_that_signs_in_too_often_has_to_wait(api: Server):
    statuses = {
        api.client().post("/v1/session", json={"email": f"{n}@x.example", "password": ""}).status_code
        for n in range(int(SIGN_IN.burst) + 1)
    }
    assert statuses == {422, 429}
    assert api.client().get("/healthz").status_code == 200


def test_buckets_fill_again_and_their_number_is_bounded():
    now_s = [0.0]
    buckets = TokenBuckets(Rate(per_s=2, burst=2), clock_s=lambda: now_s[0], max_buckets=3)
    buckets.take("a")
    buckets.take("a")
    with pytest.raises(TooManyRequests) as refused:
        buckets.take("a")
    assert refused.value.facts["retry_after_s"] == 1
    now_s[0] = 0.5
    buckets.take("a")
    for key in "bcdefgh":
        buckets.take(key)
    assert len(buckets._buckets) == 3


def test_a_cursor_is_read_back_as_it_was_given_and_nothing_else_is():
    assert decode_cursor(encode_cursor("a", 7), str, int) == ("a", 7)
    assert decode_cursor(None, int) is None
    assert decode_cursor(encode_cursor(2**63 - 1), int) == (2**63 - 1,)
    for bad in ("!", encode_cursor("a"), encode_cursor(1, 2), "e30", encode_cursor(2**63), encode_cursor(-1)):
        with pytest.raises(InvalidRequest):
            decode_cursor(bad, int)
    with pytest.raises(InvalidRequest):
        decode_cursor(encode_cursor("a\0"), str)
    assert page([1, 2, 3], limit=2, key=lambda row: (row,)) == {"items": [1, 2], "next_cursor": encode_cursor(2)}
    assert page([1, 2], limit=2, key=lambda row: (row,))["next_cursor"] is None


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/metrics%0A"), ("POST", "/v1/session%0A"), ("POST", "/v1/oauth/token%0A"), ("GET", "/v1/accounts%0A"),
        ("GET", "/v1/customers/c000042%0A"), ("GET", "/healthz%0A"), ("GET", "/v1/accounts%7F"), ("GET", "/%00"),
    ],
)  # fmt: skip
def test_a_control_character_in_the_path_finds_no_route_that_has_a_rule_without_it(api: Server, method, path):
    answer = api.client().request(method, path)
    assert (answer.status_code, problem(answer)["code"]) == (404, "no-such-route")


def test_of_ipv6_it_is_the_subscribers_network_that_signs_in_too_often():
    limiter = RateLimiter(Limits(), clock_s=lambda: 0.0)
    for host in range(int(Limits().per_address_sign_in.burst)):
        limiter.admit_address(f"2001:db8:0:1::{host:x}", signs_in=True)
    with pytest.raises(TooManyRequests):
        limiter.admit_address("2001:db8:0:1:ffff::1", signs_in=True)
    limiter.admit_address("2001:db8:0:2::1", signs_in=True)


def test_a_person_tries_transfers_out_as_often_as_people_look_before_they_pay():
    limiter = RateLimiter(Limits(), clock_s=lambda: 0.0)
    somebody = Principal(subject="user:1", tenant_id="demo", roles=frozenset({Role.CUSTOMER}), scheme=Scheme.COOKIE)
    for _ in range(int(Limits().per_person_dry_run.burst)):
        limiter.admit_dry_run(somebody)
    with pytest.raises(TooManyRequests):
        limiter.admit_dry_run(somebody)
