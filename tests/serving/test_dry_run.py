"""A write with `?dry_run=true` is answered as it would be and leaves nothing: proved by every row of every table."""

import json
import re
import socket
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest
from psycopg import sql

from governance.models import repository as models
from kit.postgres import connect
from serving.app import openapi_text
from serving.edge.access import RULES
from serving.edge.dry_run import NAME
from serving.edge.limits import Limits, Rate
from serving.identity.seed import seed_demo
from serving.resources import Options
from tests.serving.conformance import assert_documented
from tests.serving.conftest import Server, eventually
from tests.serving.test_hostile_values import asker_for, example_of
from tests.serving.test_models import version as model_version
from tests.serving.test_reading import alert_id  # noqa: F401 (a fixture)
from tests.serving.test_sandbox import account as sandbox_account
from tests.serving.test_transfers import account, balance, body, key
from tests.serving.writes import CASES, World

pytestmark = pytest.mark.servers
SCHEMA = json.loads(openapi_text())
PLENTY = Rate(per_s=10_000, burst=10_000)
MADE_UP = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*")
# Secrets are drawn anew, and how far a clock is ahead is counted from the moment of the request.
DRAWN_ANEW = {"api_key", "client_secret", "offset_ms"}
# A what-if of the scorer's: none listens here, and the answer changes nothing anywhere.
AWAY = {("POST", "/v1/score")}
ASK_ONLY = {"/v1/risk/policies/check", "/v1/screening/search", "/v1/screening/changes/check"}
FOR_A_COLLEAGUE = {
    "/v1/risk/policies/{version}/judgement", "/v1/screening/hits/{hit_id}/judgement",
    "/v1/screening/unnamed-payers/{unnamed_change_id}/judgement", "/v1/screening/changes/{change_id}/judgement",
    "/v1/scenarios/{scenario}/versions/{version_id}/judgement",
}  # fmt: skip


@pytest.fixture(scope="module")
def options() -> Options:
    return Options(
        limits=Limits(
            per_address=PLENTY, per_address_sign_in=PLENTY, per_person=PLENTY, per_machine=PLENTY, per_person_dry_run=PLENTY
        )
    )


@pytest.fixture(scope="module")
def world(api: Server, alert_id: str) -> World:  # noqa: F811 (the fixture)
    people = {role: api.browser(role) for role in ("admin", "compliance", "risk", "customer")}
    with connect(api.settings.core.dsn("backtester"), application="test") as connection:
        models.copy(connection, tenant_id="demo", model=model_version(4, "challenger"))
    api.logins["sandbox"] = seed_demo(api.settings.core.dsn("postgres"), "sandbox", api.settings.secrets, sandbox=True)
    tester = api.partner("sandbox")
    made = people["admin"].post("/v1/clients", json={"client_id": "back-office", "name": "back office", "roles": ["operator"]})
    operator = api.client(**{"X-Api-Key": made.json()["api_key"]})
    own = sandbox_account(tester, 0)
    return World(api, people, account(api), account(api, funds_minor=0), alert_id, operator, tester, own)


def writes() -> list[Any]:
    """Every route that can be tried, as the description has it."""
    return [
        pytest.param(method.upper(), path, operation, id=f"{method.upper()} {path}")
        for path, found in SCHEMA["paths"].items()
        for method, operation in found.items()
        if any(parameter["name"] == NAME for parameter in operation.get("parameters", []))
    ]


def ask(world: World, method: str, path: str, operation: dict) -> tuple[str, dict | None, dict[str, str]]:
    """Address, body and headers of a write that is valid."""
    wanted = CASES[method, path](world)
    example = example_of(operation)
    if example is not None:
        example = {name: value for name, value in example.items() if value is not None} | wanted.body
    return path.format(**wanted.named), example, {"If-Match": wanted.if_match} if wanted.if_match else {}


def everything(api: Server) -> dict[str, tuple[int, str]]:
    """Each table of the core, the outbox too: how many rows, and a digest of all that is in them."""
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        tables = connection.execute(
            "select table_schema, table_name from information_schema.tables where table_type = 'BASE TABLE' "
            "and table_schema not in ('pg_catalog', 'information_schema') order by 1, 2"
        ).fetchall()
        found = {}
        for schema, name in tables:
            counted = sql.SQL("select count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)::text from {} t")
            row = connection.execute(counted.format(sql.Identifier(schema, name))).fetchone()
            assert row is not None
            found[f"{schema}.{name}"] = (row[0], row[1])
    return found


def changed_since(before: dict[str, tuple[int, str]], api: Server) -> set[str]:
    after = everything(api)
    return {name for name in after if after[name] != before[name]}


def steady(value: Any, name: str = "") -> Any:
    """An answer without what differs from one time to the next: made-up ids, moments, secrets; their kinds stay."""
    if isinstance(value, dict):
        return {field: steady(inner, field) for field, inner in value.items()}
    if isinstance(value, list):
        return [steady(each, name) for each in value]
    return type(value).__name__ if name in DRAWN_ANEW or MADE_UP.fullmatch(str(value)) else value


@pytest.mark.parametrize(("method", "path", "operation"), writes())
def test_a_dry_run_leaves_no_row_and_answers_as_the_write_then_does(world, method, path, operation):
    person = world.people["admin" if path in FOR_A_COLLEAGUE else asker_for(operation) or "admin"]
    person = world.sandbox if path.startswith("/v1/sandbox") else person
    url, content, headers = ask(world, method, path, operation)
    before = everything(world.api)
    dry = person.request(method, f"{url}?dry_run=true", json=content, headers=key() | headers)
    assert everything(world.api) == before, dry.text
    assert dry.headers["dry-run"] == "true"
    if (method, path) in AWAY:
        assert dry.status_code == 503, dry.text
        return
    assert dry.status_code < 300, dry.text
    real = person.request(method, url, json=content, headers=key() | headers)
    assert "dry-run" not in real.headers
    assert_documented(real, method, path)
    assert (real.status_code, real.headers.get("content-type")) == (dry.status_code, dry.headers.get("content-type"))
    assert steady(real.json() if real.content else None) == steady(dry.json() if dry.content else None)
    if path not in ASK_ONLY:
        assert everything(world.api) != before


def test_every_write_can_be_tried_but_those_that_say_why_not():
    tried_out = {(method, path) for method, path, _ in (param.values for param in writes())}
    assert {(rule.method, rule.path) for rule in RULES if rule.method != "GET"} - tried_out == {
        ("POST", "/v1/session"),
        ("POST", "/v1/oauth/token"),
        ("DELETE", "/v1/session"),
        ("POST", "/v1/external-accounts/{external_account_id}/proofs"),
    }
    assert set(CASES) == tried_out, "give each a valid request in tests/serving/writes.py"


@pytest.mark.parametrize(
    ("method", "path", "sent"),
    [
        ("POST", "/v1/session", {"email": "admin@demo.example", "password": "wrong-wrong"}),
        ("POST", "/v1/oauth/token", {"grant_type": "client_credentials", "client_id": "demo-partner", "client_secret": "x"}),
        ("DELETE", "/v1/session", None),
    ],
)
def test_what_cannot_be_undone_is_refused_with_its_reason(world, method, path, sent):
    answer = world.people["admin"].request(method, f"{path}?dry_run=true", json=sent)
    assert (answer.status_code, answer.json()["code"]) == (422, "dry-run-not-offered")
    assert world.people["admin"].get("/v1/session").status_code == 200


@pytest.mark.parametrize(
    "query",
    ["dry_run=yes", "dry_run=True", "dry_run=", "dry_run", "dry_run=true&dry_run=false", "dry%5Frun=1", "&".join("x" * 99)],
)
def test_who_asks_for_a_dry_run_unclearly_moves_nothing(world, query):
    before = everything(world.api)
    answer = world.api.partner().post(f"/v1/transfers?{query}", json=body(world.debit, world.credit), headers=key())
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
    # The row that says so is written when the answer has left.
    eventually(lambda: changed_since(before, world.api))
    assert changed_since(before, world.api) == {"identity.audit"}


def test_false_is_the_write_itself(world):
    before = balance(world.api, world.debit)
    done = world.api.partner().post("/v1/transfers?dry_run=false", json=body(world.debit, world.credit, 100), headers=key())
    assert done.status_code == 201, done.text
    assert balance(world.api, world.debit) == before - 100


def test_funds_are_really_checked_and_the_refusal_is_the_same_problem(world):
    poor = account(world.api, funds_minor=99)
    before = everything(world.api)
    url = f"/v1/transfers?{urlencode({NAME: 'true'})}"
    refused = world.api.partner().post(url, json=body(poor, world.credit, 100), headers=key())
    assert refused.json()["facts"]["reason"] == "insufficient-funds"
    assert everything(world.api) == before
    really = world.api.partner().post("/v1/transfers", json=body(poor, world.credit, 100), headers=key())
    assert (refused.status_code, refused.json()["code"]) == (really.status_code, really.json()["code"])


def test_a_dry_run_spends_no_key_and_is_given_no_stored_answer(world):
    one = key()
    sent = body(world.debit, world.credit, 110)
    dry = world.api.partner().post("/v1/transfers?dry_run=true", json=sent, headers=one)
    real = world.api.partner().post("/v1/transfers", json=sent, headers=one)
    after = world.api.partner().post("/v1/transfers?dry_run=true", json=sent, headers=one)
    assert [answer.status_code for answer in (dry, real, after)] == [201, 201, 201]
    assert "idempotent-replayed" not in real.headers
    assert "idempotent-replayed" not in after.headers
    assert len({answer.json()["id"] for answer in (dry, real, after)}) == 3


def test_money_that_would_leave_through_a_channel_opens_no_account_and_is_not_remembered(world):
    payer = account(world.api)
    sent = body(payer, None, 100) | {"channel": "boleto"}
    before = everything(world.api)
    dry = world.api.partner().post("/v1/transfers?dry_run=true", json=sent, headers=key())
    assert dry.status_code == 201, dry.text
    assert everything(world.api) == before
    assert world.api.partner().post("/v1/transfers", json=sent, headers=key()).status_code == 201


def test_a_write_behind_a_dry_run_on_one_connection_is_done(world):
    """What is sent ahead of an answer begins in the task of the request before it, with its context."""
    partner, written = world.api.partner(), [f"c{uuid.uuid4().hex[:10]}" for _ in range(4)]
    said = f"x-api-key: {partner.headers['X-Api-Key']}\r\ncontent-type: application/json\r\nhost: bank\r\n"

    def asking(customer_id: str, *, tried: bool, last: bool = False) -> bytes:
        sent = json.dumps({"customer_id": customer_id})
        query, ends = "?dry_run=true" if tried else "", "connection: close\r\n" if last else ""
        return f"POST /v1/customers{query} HTTP/1.1\r\n{said}{ends}content-length: {len(sent)}\r\n\r\n{sent}".encode()

    with socket.create_connection(("127.0.0.1", world.api.settings.api.port), timeout=20) as wire:
        wire.sendall(asking(written[0], tried=True) + asking(written[1], tried=False) + asking(written[2], tried=True))
        wire.sendall(asking(written[3], tried=False, last=True))
        answers = b"".join(iter(lambda: wire.recv(65_536), b""))
    assert answers.count(b"HTTP/1.1 201 ") == len(written), answers
    found = [partner.get(f"/v1/customers/{customer_id}").status_code for customer_id in written]
    assert found == [404, 200, 404, 200]


def test_dry_runs_beside_real_transfers_of_one_account_hold_nobody_up_and_move_nothing(world):
    """More trials at once than there are slots, on the account that real transfers debit."""
    payer, start = account(world.api), 1_000_000
    partner = world.api.partner()

    def send(number: int) -> int:
        query = "" if number % 3 == 0 else "?dry_run=true"
        return partner.post(f"/v1/transfers{query}", json=body(payer, world.credit, 100), headers=key()).status_code

    with ThreadPoolExecutor(12) as pool:
        assert set(pool.map(send, range(60))) == {201}
    assert balance(world.api, payer) == start - 20 * 100
