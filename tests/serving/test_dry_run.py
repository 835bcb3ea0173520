"""A write with `?dry_run=true` is answered as it would be and leaves nothing: proved by every row of every table."""

import json
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx
import psycopg
import pytest
from psycopg import sql

from governance.models import repository as models
from kit.postgres import connect
from ledger.postings import Kind, PostingRequest
from ledger.repository import post_batch
from serving.app import openapi_text
from serving.edge.access import RULES
from serving.edge.dry_run import NAME
from serving.edge.limits import Limits, Rate
from serving.identity.seed import seed_demo
from serving.resources import Options
from tests.serving.conftest import Server
from tests.serving.test_hostile_values import asker_for, example_of
from tests.serving.test_models import version as model_version
from tests.serving.test_reading import alert_id  # noqa: F401 (a fixture)
from tests.serving.test_risk import approved, tried, written
from tests.serving.test_sandbox import account as sandbox_account
from tests.serving.test_transfers import CLOCK, account, balance, body, key

pytestmark = pytest.mark.servers
SCHEMA = json.loads(openapi_text())
PLENTY = Rate(per_s=10_000, burst=10_000)
NOWHERE = "0193f2aa-1111-7222-8333-944445555666"
# A what-if of the scorer's: none listens here, and the answer changes nothing anywhere.
AWAY = {("POST", "/v1/score")}
ASK_ONLY = {"/v1/risk/policies/check"}
FOR_A_COLLEAGUE = {"/v1/risk/policies/{version}/judgement"}


@pytest.fixture(scope="module")
def options() -> Options:
    return Options(limits=Limits(per_address=PLENTY, per_address_sign_in=PLENTY, per_person=PLENTY, per_machine=PLENTY))


@dataclass
class Ask:
    """What is sent: `named` fills the path, `body` is laid over the description's own example."""

    named: dict[str, object] = field(default_factory=dict)
    body: dict[str, object] = field(default_factory=dict)
    if_match: str | None = None


@dataclass
class World:
    """A bank with one of everything that a write needs."""

    api: Server
    people: dict[str, httpx.Client]
    debit: str
    credit: str
    alert: str
    sandbox: httpx.Client
    sandbox_account: str
    ids: Iterator[int]

    def fresh(self, prefix: str) -> str:
        return f"{prefix}{next(self.ids)}"


@pytest.fixture(scope="module")
def world(api: Server, alert_id: str) -> World:  # noqa: F811 (the fixture)
    people = {role: api.browser(role) for role in ("admin", "compliance", "risk", "customer")}
    with connect(api.settings.core.dsn("backtester"), application="test") as connection:
        models.copy(connection, tenant_id="demo", model=model_version(4, "challenger"))
    api.logins["sandbox"] = seed_demo(api.settings.core.dsn("postgres"), "sandbox", api.settings.secrets, sandbox=True)
    tester = api.partner("sandbox")
    own = sandbox_account(tester, 0)
    return World(api, people, account(api), account(api, funds_minor=0), alert_id, tester, own, iter(range(100, 10_000)))


def held(world: World) -> Ask:
    hold = PostingRequest(
        kind=Kind.HOLD, transfer_id=uuid.uuid4(), tenant_id="demo", occurred_at_ms=CLOCK.now_ms(), amount_minor=5,
        currency="BRL", debit_account_id=uuid.UUID(world.debit), credit_account_id=uuid.UUID(world.credit),
        expires_at_ms=CLOCK.now_ms() + 3_600_000,
    )  # fmt: skip
    with connect(world.api.settings.core.dsn("api"), application="test") as connection:
        post_batch(connection, [hold], now_ms=CLOCK.now_ms())
    return Ask({"transfer_id": hold.transfer_id})


def a_list(world: World) -> str:
    list_id = world.fresh("list")
    wanted = {"list_id": list_id, "kind": "deny", "field": "payee_id", "sentence": "Accounts that pass money on"}
    made = world.people["risk"].post("/v1/risk/lists", json=wanted)
    assert made.status_code == 201, made.text
    return list_id


def listed(world: World) -> Ask:
    list_id = a_list(world)
    entry = {"value": "p1", "reason": "seen"}
    assert world.people["risk"].post(f"/v1/risk/lists/{list_id}/entries", json=entry).status_code == 204
    return Ask({"list_id": list_id, "value": "p1"})


def simulated(world: World) -> Ask:
    asked = {"policy_version": written(world.people["risk"])["version"], "from_day": "2025-11-24", "to_day": "2025-11-25"}
    return Ask({"simulation_id": world.people["risk"].post("/v1/risk/simulations", json=asked).json()["simulation_id"]})


def to_judge(world: World) -> Ask:
    return Ask({"version": written(world.people["risk"])["version"]})


def to_activate(world: World) -> Ask:
    found = approved(world.people["risk"], world.people["admin"])
    tried(world.api.settings, world.people["risk"], found)
    return Ask({"version": found})


def ordered(world: World) -> Ask:
    wanted = {"debit_account_id": world.debit, "credit_account_id": world.credit, "from_day": "2031-01-01"}
    order = example_of(SCHEMA["paths"]["/v1/schedules"]["post"]) | wanted
    made = world.people["admin"].post(
        "/v1/schedules", json={name: value for name, value in order.items() if value is not None}, headers=key()
    )
    assert made.status_code == 201, made.text
    return Ask({"schedule_id": made.json()["schedule_id"]}, if_match='"1"')


def a_client(world: World) -> Ask:
    client_id = world.fresh("client-")
    made = world.people["admin"].post("/v1/clients", json={"client_id": client_id, "name": "x", "roles": ["partner"]})
    assert made.status_code == 201, made.text
    return Ask({"client_id": client_id})


CASES: dict[tuple[str, str], Callable[[World], Ask]] = {
    ("POST", "/v1/clients"): lambda world: Ask(body={"client_id": world.fresh("new-")}),
    ("DELETE", "/v1/clients/{client_id}"): a_client,
    ("POST", "/v1/customers"): lambda world: Ask(body={"customer_id": world.fresh("c")}),
    ("POST", "/v1/accounts"): lambda _: Ask(),
    ("POST", "/v1/transfers"): lambda world: Ask(body=body(world.debit, world.credit, 150)),
    ("POST", "/v1/transfers/{transfer_id}/resolution"): held,
    ("POST", "/v1/alerts/{alert_id}/status"): lambda world: Ask({"alert_id": world.alert}),
    ("POST", "/v1/schedules"): lambda world: Ask(body={"debit_account_id": world.debit, "credit_account_id": world.credit}),
    ("PATCH", "/v1/schedules/{schedule_id}"): ordered,
    ("DELETE", "/v1/schedules/{schedule_id}"): ordered,
    ("POST", "/v1/schedules/{schedule_id}/action"): ordered,
    ("POST", "/v1/sandbox/clock"): lambda _: Ask(),
    ("POST", "/v1/sandbox/deposits"): lambda world: Ask(body={"account_id": world.sandbox_account}),
    ("POST", "/v1/score"): lambda _: Ask(),
    ("POST", "/v1/risk/policies"): lambda _: Ask(),
    ("POST", "/v1/risk/policies/check"): lambda _: Ask(),
    ("POST", "/v1/risk/policies/{version}/judgement"): to_judge,
    ("POST", "/v1/risk/policies/{version}/activation"): to_activate,
    ("POST", "/v1/risk/lists"): lambda world: Ask(body={"list_id": world.fresh("list")}),
    ("POST", "/v1/risk/lists/{list_id}/entries"): lambda world: Ask({"list_id": a_list(world)}),
    ("DELETE", "/v1/risk/lists/{list_id}/entries/{value}"): listed,
    ("POST", "/v1/risk/simulations"): lambda world: Ask(body={"policy_version": written(world.people["risk"])["version"]}),
    ("POST", "/v1/risk/simulations/{simulation_id}/cancellation"): simulated,
    ("POST", "/v1/risk/moves"): lambda _: Ask(),
}  # fmt: skip


def writes() -> list[Any]:
    """Every route that can be tried, as the description has it."""
    return [
        pytest.param(method.upper(), path, operation, id=f"{method.upper()} {path}")
        for path, found in SCHEMA["paths"].items()
        for method, operation in found.items()
        if any(parameter["name"] == NAME for parameter in operation.get("parameters", []))
    ]


def ask(world: World, method: str, path: str, operation: dict) -> tuple[str, dict | None, dict[str, str]]:
    """Address, body and headers of a write that is valid; without a case here, the example at a place where nothing is."""
    wanted = CASES.get((method, path), lambda _: Ask(dict.fromkeys(parameters_of(path), NOWHERE)))(world)
    example = example_of(operation)
    if example is not None:
        example = {name: value for name, value in example.items() if value is not None} | wanted.body
    return path.format(**wanted.named), example, {"If-Match": wanted.if_match} if wanted.if_match else {}


def parameters_of(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]


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


def shape(value: Any) -> Any:
    """The names and kinds of an answer, without what differs from one time to the next."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    return [shape(each) for each in value] if isinstance(value, list) else type(value).__name__


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
    assert dry.status_code < 500, dry.text
    if (method, path) in CASES:
        assert dry.status_code < 300, dry.text
    real = person.request(method, url, json=content, headers=key() | headers)
    assert "dry-run" not in real.headers
    assert (real.status_code, real.headers.get("content-type")) == (dry.status_code, dry.headers.get("content-type"))
    assert shape(real.json() if real.content else None) == shape(dry.json() if dry.content else None)
    if (method, path) in CASES and path not in ASK_ONLY:
        assert everything(world.api) != before


def test_every_write_can_be_tried_but_those_that_say_why_not():
    tried_out = {(method, path) for method, path, _ in (param.values for param in writes())}
    assert {(rule.method, rule.path) for rule in RULES if rule.method != "GET"} - tried_out == {
        ("POST", "/v1/session"),
        ("POST", "/v1/oauth/token"),
        ("DELETE", "/v1/session"),
    }
    assert set(CASES) <= tried_out


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
    after = everything(world.api)
    assert {name for name in after if after[name] != before[name]} == {"identity.audit"}


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
