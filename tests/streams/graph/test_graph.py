"""The graph on a real Neo4j and a real Kafka: exactly once in effect, one writer, tenants apart, made again the same."""

import json
import uuid
from collections.abc import Callable, Iterator
from random import Random

import httpx
import pytest
from neo4j import Session

from cases.graph.model import deployment_of
from contracts.topics import BANKING_TRANSACTIONS, DECISIONS
from kit.neo4j import driver
from kit.settings import Neo4j, Settings
from ledger.accounts import settlement_account
from streams.graph import repository
from streams.graph.writing import Generation
from tests.http import http
from tests.servers import graph_environment

pytestmark = pytest.mark.servers
GRAPH = "streams.graph"
PAYMENTS = """
MATCH (a:Account {scope: $scope})-[r:PAID]->(b:Account) WHERE $tenant IS NULL OR a.tenant_id = $tenant
RETURN a.tenant_id AS tenant, a.id AS payer, b.id AS payee, b.tenant_id AS other, r.event_id AS event,
  r.transfer_id AS transfer, r.at AS at, r.amount_minor AS amount, r.currency AS currency, r.purpose AS purpose, a.bank AS bank
"""
LINKS = """
MATCH (a {scope: $scope})-[r:OWNS|USES|NAMES]->(b)
RETURN labels(a)[0] AS kind, a.tenant_id AS tenant, a.id AS id, type(r) AS link, labels(b)[0] AS other_kind,
  b.tenant_id AS other_tenant, b.id AS other, r.first_at AS first, r.last_at AS last
"""
NODES = """
MATCH (n {scope: $scope}) WHERE n.id IS NOT NULL
RETURN labels(n)[0] AS kind, n.tenant_id AS tenant, n.id AS id, n.bank AS bank
"""


@pytest.fixture(scope="module")
def settings(neo4j: Neo4j, kafka, tmp_path_factory) -> Settings:
    return Settings(var=tmp_path_factory.mktemp("var"), kafka=kafka, neo4j=neo4j.model_copy(update={"kept": True}))


@pytest.fixture(scope="module")
def environment(environment, neo4j) -> dict[str, str]:
    return environment | graph_environment(neo4j)


@pytest.fixture(scope="module")
def session(settings) -> Iterator[Session]:
    with driver(settings.neo4j, application="test") as client, client.session(database=settings.neo4j.database) as opened:
        repository.prepare(opened)
        yield opened


@pytest.fixture
def ask(session, settings) -> Callable[..., list[dict]]:
    """What stands in the generation that is read."""

    def _ask(text: str, **parameters: object) -> list[dict]:
        scope = repository.current(session, deployment_of(settings.kafka.prefix)).name
        return [row.data() for row in session.run(text, scope=scope, **parameters)]

    return _ask


def posted(tenant: str, rng: Random, *, accounts: int = 40, **fields: object) -> dict:
    """A fact of the ledger between two of a tenant's accounts."""
    payer, payee = rng.sample(range(accounts), 2)
    made = {
        "schema": 1, "event_id": str(uuid.UUID(int=rng.getrandbits(128))), "tenant_id": tenant,
        "transfer_id": str(uuid.UUID(int=rng.getrandbits(128))), "status": "posted", "purpose": "transfer",
        "occurred_at": 1_764_000_000_000 + rng.randrange(10**9), "amount_minor": rng.randrange(1, 10**9), "currency": "BRL",
        "debit_account_id": str(uuid.UUID(int=payer + 1)), "credit_account_id": str(uuid.UUID(int=payee + 1)), "door": "rpc",
    }  # fmt: skip
    return made | fields


def as_sent(events: list[dict]) -> list[tuple]:
    return sorted(
        (e["tenant_id"], e["debit_account_id"], e["credit_account_id"], e["event_id"], e["transfer_id"], e["occurred_at"],
         e["amount_minor"]) for e in events
    )  # fmt: skip


def as_kept(rows: list[dict]) -> list[tuple]:
    return sorted((r["tenant"], r["payer"], r["payee"], r["event"], r["transfer"], r["at"], r["amount"]) for r in rows)


def all_of(generation: Generation) -> None:
    for _ in range(1_000):
        generation.step()


def whole(ask: Callable[..., list[dict]]) -> list[list[str]]:
    return [
        sorted(json.dumps(row, sort_keys=True) for row in rows) for rows in (ask(NODES), ask(LINKS), ask(PAYMENTS, tenant=None))
    ]


def test_a_writer_killed_in_mid_batch_loses_nothing_and_doubles_nothing(start, traffic, ask, eventually):
    rng = Random(1)
    sent: list[dict] = []
    for _ in range(3):
        more = [posted("demo", rng) for _ in range(6_000)]
        before = len(ask(PAYMENTS, tenant="demo"))
        writer = start(GRAPH)
        traffic.send(BANKING_TRANSACTIONS, more[:3_000])
        sent += more
        eventually(lambda before=before: len(ask(PAYMENTS, tenant="demo")) > before, what="the graph is written")
        traffic.send(BANKING_TRANSACTIONS, more[3_000:])
        writer.kill()
    last = start(GRAPH)
    eventually(lambda: len(ask(PAYMENTS, tenant="demo")) >= len(sent), what="everything sent is in the graph")
    assert last.terminate() == 0
    assert as_kept(ask(PAYMENTS, tenant="demo")) == as_sent(sent)


def test_a_batch_whose_transaction_fails_moves_nothing(session, settings, traffic):
    rng = Random(2)
    traffic.send(BANKING_TRANSACTIONS, [posted("half", rng) for _ in range(50)])
    scope = repository.current(session, deployment_of(settings.kafka.prefix))
    generation = Generation(settings, session, scope, process="half")
    assert generation.take()
    generation.begin()
    before = repository.positions(session, scope)
    session.run("MATCH (p:Position {scope: $scope}) SET p.next_offset = p.next_offset + 1", scope=scope.name).consume()
    with pytest.raises(repository.Fenced):
        all_of(generation)
    session.run("MATCH (p:Position {scope: $scope}) SET p.next_offset = p.next_offset - 1", scope=scope.name).consume()
    generation.close()
    assert repository.positions(session, scope) == before
    held = session.run("MATCH (a:Account {scope: $scope, tenant_id: 'half'}) RETURN count(a) AS n", scope=scope.name)
    assert held.single()["n"] == 0


def test_an_event_that_comes_twice_is_one_payment(start, traffic, ask, eventually):
    rng = Random(3)
    once, after = posted("twice", rng), posted("twice", rng)
    writer = start(GRAPH)
    traffic.send(BANKING_TRANSACTIONS, [once, once])
    eventually(lambda: len(ask(PAYMENTS, tenant="twice")) == 1, what="the payment is there")
    traffic.send(BANKING_TRANSACTIONS, [once, after])
    eventually(lambda: len(ask(PAYMENTS, tenant="twice")) >= 2, what="the later one is there")
    assert writer.terminate() == 0
    assert as_kept(ask(PAYMENTS, tenant="twice")) == as_sent([once, after])


def test_only_money_that_moved_between_accounts_is_a_payment_and_the_banks_own_are_known(start, traffic, ask, eventually):
    rng = Random(4)
    own = str(settlement_account(tenant_id="kinds", currency="BRL", channel="pix").account_id)
    out = posted("kinds", rng, credit_account_id=own)
    idle = [posted("kinds", rng, purpose="fee"), posted("kinds", rng, status="held"), posted("kinds", rng, purpose="opening")]
    failed = {name: value for name, value in posted("kinds", rng, status="failed").items() if not name.endswith("account_id")}
    writer = start(GRAPH)
    traffic.send(BANKING_TRANSACTIONS, [*idle, failed, b"{no json", out])
    eventually(lambda: len(ask(PAYMENTS, tenant="kinds")) == 1, what="the payment is there")
    assert writer.terminate() == 0
    assert as_kept(ask(PAYMENTS, tenant="kinds")) == as_sent([out])
    banks = {row["id"]: row["bank"] for row in ask(NODES) if row["tenant"] == "kinds"}
    assert banks == {own: True, out["debit_account_id"]: False}
    assert [(value, headers["reason"]) for value, headers in traffic.dlq(BANKING_TRANSACTIONS)] == [(b"{no json", b"malformed")]


def test_decisions_say_who_acts_from_what_and_tenants_share_nothing(start, traffic, ask, eventually):
    decided = [
        traffic.decision(tenant_id=tenant, customer_id=customer, account_id=account, device_id="d", ip="i", card_id="k",
                         payee_id="p", merchant_id="m", event_time=at, known_at=at)
        for tenant in ("left", "right")
        for customer, account, at in (("c1", "a1", 2_000), ("c2", "a2", 1_000), ("c1", "a1", 500))
    ]  # fmt: skip
    bare = traffic.decision(tenant_id="left", customer_id=None, account_id=None, device_id="lonely", ip=None, payee_id="q")
    writer = start(GRAPH)
    traffic.send(DECISIONS, [*decided, bare])

    def mine() -> list[dict]:
        return [row for row in ask(LINKS) if row["tenant"] in ("left", "right")]

    eventually(lambda: len(mine()) == 24, what="every link is there")
    assert writer.terminate() == 0
    assert all(row["tenant"] == row["other_tenant"] for row in mine())
    found = {(r["kind"], r["id"], r["link"], r["other_kind"], r["other"], r["first"], r["last"]) for r in mine()}
    wanted = set()
    for customer, account, first, last in (("c1", "a1", 500, 2_000), ("c2", "a2", 1_000, 1_000)):
        wanted |= {("Customer", customer, "OWNS", "Account", account, first, last)}
        wanted |= {
            ("Customer", customer, "USES", kind, name, first, last)
            for kind, name in (("Device", "d"), ("Ip", "i"), ("Card", "k"))
        }
        wanted |= {("Account", account, "NAMES", kind, name, first, last) for kind, name in (("Payee", "p"), ("Merchant", "m"))}
    assert found == wanted
    assert not [row for row in ask(NODES) if row["id"] in ("lonely", "q")]


def test_a_rebuild_comes_to_the_same_graph_while_the_writer_goes_on(start, traffic, ask, eventually, session, settings):
    rng = Random(5)
    writer = start(GRAPH)
    sent = [posted("again", rng) for _ in range(2_000)]
    traffic.send(BANKING_TRANSACTIONS, sent[:1_500])
    eventually(lambda: len(ask(PAYMENTS, tenant="again")) == 1_500, what="the graph has caught up")
    before = whole(ask)
    deployment = deployment_of(settings.kafka.prefix)
    old = repository.current(session, deployment)
    rebuilt = start("streams.graph.command rebuild")
    eventually(lambda: rebuilt.ended is not None, what="the rebuild ends")
    assert rebuilt.ended == 0, rebuilt.output()
    assert repository.current(session, deployment).generation > old.generation
    assert whole(ask) == before
    traffic.send(BANKING_TRANSACTIONS, sent[1_500:])
    eventually(lambda: len(ask(PAYMENTS, tenant="again")) == 2_000, what="the writer goes on with the new generation")
    assert as_kept(ask(PAYMENTS, tenant="again")) == as_sent(sent)
    assert writer.terminate() == 0
    assert session.run("MATCH (n {scope: $scope}) RETURN count(n) AS n", scope=old.name).single()["n"] == 0


def test_a_second_writer_waits_and_takes_over_when_the_first_is_killed(start, traffic, ask, eventually, free_port):
    rng = Random(6)
    first = start(GRAPH)
    traffic.send(BANKING_TRANSACTIONS, [posted("fence", rng)])
    eventually(lambda: len(ask(PAYMENTS, tenant="fence")) == 1, what="the first writes")
    second = start(GRAPH, BAAS_HEALTH=json.dumps({"graph": {"port": free_port}}))

    def obstacle() -> str:
        try:
            return str(http.get(f"http://127.0.0.1:{free_port}/readyz", timeout=10).json()["obstacle"])
        except httpx.TransportError:  # it does not listen yet
            return ""

    eventually(lambda: "another" in obstacle(), what="the second says why it waits")
    first.kill()
    traffic.send(BANKING_TRANSACTIONS, [posted("fence", rng) for _ in range(10)])
    eventually(lambda: len(ask(PAYMENTS, tenant="fence")) == 11, what="the second takes over")
    assert obstacle() == "None"
    assert second.terminate() == 0
