"""The graph's routes: bounded, one tenant's, for those who work cases, and with a word when the graph is not there."""

import uuid
from datetime import UTC, date, datetime
from itertools import pairwise

import polars as pl
import pytest

from kit.postgres import connect
from pipelines.graph import repository as structures
from pipelines.graph.structure import structure
from pipelines.graph_network import repository as scored
from pipelines.graph_network.found import Reason
from streams.graph.rows import Batch
from tests.cases.graph.conftest import pay, writing
from tests.serving.conftest import Http, free_port, serve

pytestmark = pytest.mark.servers
A, B, C, D = (str(uuid.UUID(int=n)) for n in range(1, 5))
START_MS = 1_764_000_000_000
WINDOW = {"from_time": "2025-11-01T00:00:00Z", "until_time": "2025-12-31T00:00:00Z"}
QUESTIONS = (
    f"/v1/graph/accounts/{A}/neighbours", f"/v1/graph/accounts/{A}/cycles", f"/v1/graph/accounts/{A}/shared",
    f"/v1/graph/paths?payer_account_id={A}&payee_account_id={C}", f"/v1/graph/transfers/{uuid.UUID(int=101)}/trace",
)  # fmt: skip


@pytest.fixture(scope="module")
def planted(settings) -> None:
    """A ring of tenant `demo`: A pays B, B pays C, C pays A and D."""
    batch = Batch()
    ring = [*pairwise((A, B, C, A)), (C, D)]
    for n, (payer, payee) in enumerate(ring):
        pay(batch, "demo", payer, payee, at=START_MS + n * 60_000, amount=100_000 - 2_000 * n, n=n)
        batch.flows["demo", f"e{n:06d}"]["transfer_id"] = str(uuid.UUID(int=101 + n))
    with writing(settings) as write:
        write(batch)


@pytest.fixture(scope="module")
def compliance(api, planted):
    return api.browser("compliance")


def test_a_ring_is_seen_from_any_of_its_accounts_with_what_came_back(compliance):
    for account in (A, B, C):
        found = compliance.get(f"/v1/graph/accounts/{account}/cycles", params=WINDOW | {"keep_pct": 90}).json()
        assert len(found["items"]) == (1 if account == A else 0)
    found = compliance.get(f"/v1/graph/accounts/{A}/cycles", params=WINDOW | {"keep_pct": 90}).json()
    assert [p["amount_minor"] for p in found["items"][0]["payments"]] == [100_000, 98_000, 96_000]
    assert found["items"][0]["returned_ppm"] == 960_000
    assert found["items"][0]["payments"][1]["at"] == "2025-11-24T16:01:00Z"


def test_a_way_and_a_trace_say_where_money_went(compliance):
    asked = WINDOW | {"payer_account_id": A, "payee_account_id": D}
    way = compliance.get("/v1/graph/paths", params=asked).json()
    assert [(p["payer_account_id"], p["payee_account_id"]) for p in way["payments"]] == [(A, B), (B, C), (C, D)]
    trace = compliance.get(f"/v1/graph/transfers/{uuid.UUID(int=101)}/trace").json()
    assert {(p["account_id"], p["hop"]): (p["amount_minor"], p["rest"]) for p in trace["places"]} == {
        (B, 1): (2_000, "kept"), (A, 3): (96_000, "kept"), (D, 3): (2_000, "kept")
    }  # fmt: skip
    assert [(hop["hop"], hop["share_ppm"]) for hop in trace["hops"]] == [(1, 20_000), (3, 980_000)]
    assert trace["rule"] == "traced-leaves-first"


def test_neighbours_are_those_within_the_hops(compliance):
    found = compliance.get(f"/v1/graph/accounts/{A}/neighbours", params=WINDOW | {"hops": 1}).json()
    assert {node["id"]: node["hop"] for node in found["nodes"]} == {A: 0, B: 1, C: 1}
    assert [(p["payer_account_id"], p["amount_minor"], p["payments"]) for p in found["payments"]] == [
        (A, 100_000, 1),
        (C, 96_000, 1),
    ]
    before = compliance.get(f"/v1/graph/accounts/{A}/neighbours", params={"until_time": "2025-11-01T00:00:00Z"}).json()
    assert [node["id"] for node in before["nodes"]] == [A]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"hops": 4}, "query.hops"), ({"hops": 0}, "query.hops"), ({"fan_out": 201}, "query.fan_out"),
        ({"from_time": "2025-11-01T00:00:00"}, "from_time"),
        ({"from_time": "2020-01-01T00:00:00Z", "until_time": "2025-12-31T00:00:00Z"}, "from_time"),
        ({"from_time": "2025-12-31T00:00:00Z", "until_time": "2025-01-31T00:00:00Z"}, "from_time"),
    ],
)  # fmt: skip
def test_a_question_past_the_bounds_is_refused(compliance, asked, field):
    answer = compliance.get(f"/v1/graph/accounts/{A}/neighbours", params=asked)
    assert (answer.status_code, answer.json()["facts"]["field"]) == (422, field)


def test_the_same_account_is_no_way(compliance):
    answer = compliance.get("/v1/graph/paths", params={"payer_account_id": A, "payee_account_id": A})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")


@pytest.mark.parametrize("path", QUESTIONS)
def test_another_tenant_finds_nothing_and_a_customer_may_not_ask(api, planted, path):
    answer = api.browser("compliance", "other").get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not-in-graph")
    assert api.browser("customer").get(path).status_code == 403


@pytest.mark.parametrize("path", QUESTIONS)
@pytest.mark.parametrize(("changed", "code"), [({"kept": False}, "graph-not-kept"), ({"port": 1}, "graph-away")])
def test_without_a_graph_the_answer_says_what_to_do(settings, api, path, changed, code):
    other = settings.model_copy(update={"neo4j": settings.neo4j.model_copy(update=changed), "api": Http(port=free_port())})
    for server in serve(other):
        server.logins = api.logins
        answer = server.browser("compliance").get(path)
        assert (answer.status_code, answer.json()["code"]) == (503, code)
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.json()["remedy"]


def test_an_accounts_place_is_the_one_that_was_found_at_night(api, settings, compliance):
    path = f"/v1/graph/accounts/{A}/structure"
    assert compliance.get(path).status_code == 404
    pairs = pl.DataFrame({"payer": [A, B, C, D], "payee": [B, C, A, A], "payments": [3, 1, 1, 5]})
    made = {
        "tenant_id": "demo", "as_of": date(2025, 11, 24), "made_at": "2025-11-25T06:00:00Z", "days": 90, "accounts": 4,
        "pairs": 4, "payments": 10, "cut": False,
    }  # fmt: skip
    with connect(settings.warehouse.dsn("transform"), application="test") as connection:
        structures.keep(connection, made, structure(pairs))
    found = compliance.get(path).json()
    assert (found["component_accounts"], found["payers"], found["payees"], found["payments"]) == (4, 2, 1, 10)
    assert found["pagerank_share_above"] == 0.0
    assert api.browser("compliance", "other").get(path).status_code == 404


def test_an_accounts_score_says_who_made_it(api, settings, compliance):
    path = f"/v1/graph/accounts/{A}/score"
    assert compliance.get(path).status_code == 404
    made = {
        "tenant_id": "demo", "as_of": date(2025, 11, 24), "made_at": "2025-11-25T06:00:00Z", "model_version": 3, "days": 90,
        "accounts": 2, "payments": 9, "cut": False,
    }  # fmt: skip
    scores = pl.DataFrame({"account_id": [A, B], "score": [0.4, 0.1], "score_share_above": [0.0, 0.5]})
    reasons = [
        Reason(
            account_id=A, place=place, neighbour_account_id=neighbour, effect=1.5 / place, score_without=0.1, paid_payments=1,
            paid_minor=900, received_payments=0, received_minor=0, last_payment_at=datetime(2025, 11, 20, tzinfo=UTC),
        )
        for place, neighbour in ((2, C), (1, B))
    ]  # fmt: skip
    with connect(settings.warehouse.dsn("transform"), application="test") as connection:
        scored.keep(connection, made, scores, reasons)
    found = compliance.get(path).json()
    assert (found["score"], found["model_version"], found["as_of"]) == (0.4, 3, "2025-11-24")
    assert [each["account_id"] for each in found["neighbours"]] == [B, C]
    assert found["neighbours"][0]["effect"] == 1.5
    assert compliance.get(f"/v1/graph/accounts/{B}/score").json()["neighbours"] == []
    assert api.browser("compliance", "other").get(path).status_code == 404
