"""Values that no database can hold, in every place where the published description takes one: refused in words, never a 500."""

import base64
import copy
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import psycopg
import pytest

from serving.edge.limits import Limits, Rate
from serving.edge.pages import encode_cursor
from serving.resources import Options
from tests.http import http
from tests.serving.conftest import Server
from tests.serving.described import ID, SCHEMA, example_of, places
from tests.serving.test_reading import MART

PLENTY = Rate(per_s=10_000, burst=10_000)
STAFF = ("admin", "compliance", "risk", "customer")
# The ends of what columns hold and what is beyond them; text as it stands in a URL (half a surrogate pair can be sent only so).
IN_URLS = [
    "%00", "a%00b", "%ED%A0%80", "%F0%9F%98%80", "x" * 300, "-1", "0", quote(str(2**63)), quote(str(-(2**63) - 1)), "1e400",
    "0001-01-01", "9999-12-31", quote("0001-01-01T00:00:00+23:59"), quote("9999-12-31T23:59:59-23:59"),
    *(encode_cursor(key) for key in (2**63 - 1, -1, "\0", "a\0b", "x" * 100)),
    *(base64.urlsafe_b64encode(text.encode()).decode() for text in ("[9223372036854775808]", '["\\ud800"]', "0001-01-01|\0")),
]  # fmt: skip
# Each stands for a JSON value as its bytes: no encoder of ours would write some of them.
IN_BODIES = [
    '"\\u0000"', '"a\\u0000b"', '"\\ud800"', '"\\udfff x"', '""', f'"{"x" * 5_000}"', "9223372036854775808",
    "-9223372036854775809", "1e400", "-0.0", "NaN", "null", "true", "[]", "{}", '"0001-01-01T00:00:00"',
    '"0001-01-01T00:00:00+23:59"', '"9999-12-31T23:59:59Z"',
]  # fmt: skip
HOSTILE_KEYS = ['"\\u0000"', '"\\ud800"', f'"{"k" * 5_000}"']
# Nothing is wrong with these answers: the scorer of this server is away, and some values are taken.
AWAY = {"scorer-not-ready", "decision-unavailable", "graph-not-kept"}
PLACEHOLDER = "a-value-to-be-replaced"


@pytest.fixture(scope="module")
def options() -> Options:
    return Options(limits=Limits(per_address=PLENTY, per_address_sign_in=PLENTY, per_person=PLENTY, per_machine=PLENTY))


@pytest.fixture(scope="module")
def askers(api: Server) -> dict[str, httpx.Client]:
    with psycopg.connect(api.settings.warehouse.dsn("postgres")) as connection:
        connection.execute(MART)
    return {role: api.browser(role) for role in STAFF} | {"": api.client()}


def operations() -> list[Any]:
    """Every route that takes a value: the feed and the end of a session take none."""
    return [
        pytest.param(method.upper(), path, operation, id=f"{method.upper()} {path}")
        for path, found in SCHEMA["paths"].items()
        for method, operation in found.items()
        if operation.get("parameters") or "requestBody" in operation
    ]


def bodies(example: Any) -> Iterator[bytes]:
    for place in places(example):
        spoiled = copy.deepcopy(example)
        inner = spoiled
        for step in place[:-1]:
            inner = inner[step]
        inner[place[-1]] = PLACEHOLDER
        text = json.dumps({name: value for name, value in spoiled.items() if value is not None})
        yield from (text.replace(f'"{PLACEHOLDER}"', value).encode() for value in IN_BODIES)
    text = json.dumps({name: value for name, value in example.items() if value is not None})
    yield from (f"{text[:-1]}, {name}: 1}}".encode() for name in HOSTILE_KEYS)
    yield from (b'{"\xff": 1}', text.encode("utf-16"), b"[" * 30_000, b'"\\ud800"', b"1" * 5_000, text.encode()[:-1] + b"\0}")


def urls(path: str, operation: dict) -> Iterator[str]:
    plain = path
    named = [parameter for parameter in operation.get("parameters", []) if parameter["in"] == "path"]
    for parameter in named:
        plain = plain.replace(f"{{{parameter['name']}}}", ID)
    for parameter in named:
        yield from (path.replace(f"{{{parameter['name']}}}", value) for value in IN_URLS)
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "query":
            yield from (f"{plain}?{parameter['name']}={value}" for value in IN_URLS)
    yield plain


def asker_for(operation: dict) -> str:
    return next((role for role in STAFF if role in operation.get("x-roles", [])), "")


@pytest.mark.parametrize(("method", "path", "operation"), operations())
def test_no_value_in_any_place_of_any_route_is_an_error_of_ours(api: Server, askers, method, path, operation):
    asker = askers[asker_for(operation)]
    example = example_of(operation)
    headers = {"Content-Type": "application/json", "Idempotency-Key": "hostile", "If-Match": '"1"'}
    signed_in = "security" in operation
    for url in urls(path, operation):
        for content in [json.dumps(example).encode()] if example is not None else [b""]:
            answer = asker.request(method, url, content=content, headers=headers)
            check(answer, f"{method} {url}", signed_in=signed_in)
    if example is not None:
        plain = list(urls(path, operation))[-1]
        for number, content in enumerate(bodies(example)):
            answer = asker.request(method, plain, content=content, headers=headers | {"Idempotency-Key": f"hostile-{number}"})
            check(answer, f"{method} {plain} {content[:300]!r}", signed_in=signed_in)


def check(answer: httpx.Response, what: str, *, signed_in: bool) -> None:
    assert not (signed_in and answer.status_code == 401), what
    if answer.status_code >= 500:
        assert answer.status_code == 503, (what, answer.text)
        assert answer.json()["code"] in AWAY, (what, answer.text)
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json", what


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("Authorization", [b"Bearer \xff", b"Bearer a.b.c", b"Bearer " + b"." * 2, b"Basic \x80", b"Bearer"]),
        ("Authorization", [b"Bearer " + base64.urlsafe_b64encode(head).rstrip(b"=") + b".e30.AAAA" for head in (
            b"null", b"[]", b"5", b'{"alg":"RS256","kid":5}', b'{"alg":null}', b'{"alg":"RS256","kid":"\\u0000"}', b"\xff")]),
        ("X-Api-Key", [b"\xff", b"demo-partner.\xff", b"." * 44, b"abc." + b"a" * 43]),
        ("Cookie", [b"baas_session=\xff", b"baas_session=" + b"a" * 43, b"=;;=", b"\xff\xfe"]),
    ],
)  # fmt: skip
def test_credentials_that_cannot_be_read_are_nobodys(api: Server, name, values):
    for value in values:
        answer = http.get(f"{api.url}/v1/customers", headers={name.encode(): value})
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), (name, value, answer.text)


def test_what_can_be_stored_is_given_back_as_it_was(api: Server):
    name = "Ana \U0001f600 d'Ávila\u202e\ufffe\n\t\x7f"
    made = api.partner().post("/v1/customers", json={"customer_id": "c-unicode", "full_name": name})
    assert made.status_code == 201, made.text
    assert api.partner().get("/v1/customers/c-unicode").json()["full_name"] == name


def test_what_models_are_held_to_by_group_is_kept_and_nothing_that_is_no_year_or_state(api: Server):
    facts = {"birth_year": 1987, "state": "BA"}
    made = api.partner().post("/v1/customers", json={"customer_id": "c-facts", **facts})
    assert made.status_code == 201, made.text
    told = api.partner().get("/v1/customers/c-facts").json()
    assert {name: told[name] for name in facts} == facts
    assert told["full_name"] is None
    for wrong in ({"birth_year": 1899}, {"state": "XX"}, {"state": "ba"}, {"birth_year": "1987-05-01"}):
        assert api.partner().post("/v1/customers", json={"customer_id": "c-wrong", **wrong}).status_code == 422
