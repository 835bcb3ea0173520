"""What the graph answers is what plain Python finds by trying everything, on payments drawn at random with rings planted."""

from dataclasses import dataclass
from itertools import pairwise
from random import Random

import pytest

from cases.graph import questions, repository
from cases.graph.cycles import find_cycles
from cases.graph.errors import GraphAway, GraphNotBuilt, NoGraph, NotInGraph, QuestionTooLarge
from cases.graph.model import Kind
from cases.graph.paths import find_path
from cases.graph.reading import GraphReader
from cases.graph.tracing import MILLION, Rest
from kit.localset import ports
from streams.graph.rows import Batch
from tests.cases.graph.conftest import pay

pytestmark = pytest.mark.servers
ACCOUNTS, PAYMENTS, MOMENTS = 24, 130, 60
FAR = 10**9


@dataclass(frozen=True)
class P:
    """A payment as the oracle knows it."""

    event: str
    payer: str
    payee: str
    at: int
    amount: int

    @property
    def order(self) -> tuple[int, str]:
        return self.at, self.event


@pytest.fixture(scope="module")
def payments(write) -> list[P]:
    """Payments of tenant `demo`, with rings; another tenant has the same accounts and joins what `demo` does not."""
    rng, batch, made, n = Random(11), Batch(), [], 0

    def plant(payer: int, payee: int, at: int, amount: int) -> None:
        nonlocal n
        n += 1
        pay(batch, "demo", f"a{payer}", f"a{payee}", at=at, amount=amount, n=n)
        made.append(P(f"e{n:06d}", f"a{payer}", f"a{payee}", at, amount))

    for _ in range(PAYMENTS):
        plant(*rng.sample(range(ACCOUNTS), 2), rng.randrange(MOMENTS), rng.choice((50, 90, 95, 100, 1_000)))
    for length in (3, 4, 5, 6):
        ring, at, amount = rng.sample(range(ACCOUNTS), length), 1_000 * length, 100_000
        for payer, payee in pairwise([*ring, ring[0]]):
            plant(payer, payee, at, amount)
            at, amount = at + rng.randrange(1, 5), amount - rng.randrange(0, 4_000)
    for payer, payee in (("lone", "a0"), ("a1", "end")):
        n += 1
        pay(batch, "other", payer, payee, at=1, amount=100, n=n)
    batch.node(Kind.ACCOUNT, "demo", "lone", bank=False)
    batch.node(Kind.ACCOUNT, "demo", "end", bank=False)
    write(batch)
    return made


def fewest(payments: list[P], payer: str, payee: str, *, since: int, until: int, max_hops: int) -> int | None:
    """Try every way in time: with how few payments one comes from one account to another."""
    ways = [(payer, since)]
    for hops in range(1, max_hops + 1):
        ways = list(
            {(p.payee, p.at) for here, at in ways for p in payments if p.payer == here and at <= p.at and since <= p.at < until}
        )
        if any(here == payee for here, _ in ways):
            return hops
    return None


@pytest.mark.parametrize("seed", range(40))
def test_a_way_is_found_wherever_there_is_one_and_is_one_of_the_shortest(reader, payments, seed):
    rng = Random(seed)
    payer, payee = (f"a{name}" for name in rng.sample(range(ACCOUNTS), 2))
    since, until, hops = rng.randrange(MOMENTS), rng.randrange(MOMENTS // 2, 7_000), rng.randint(1, 6)
    with reader.of("demo") as reading:
        found = find_path(reading, payer=payer, payee=payee, since=since, until=until, max_hops=hops, fan_out=200)
    assert not found.cut
    wanted = fewest(payments, payer, payee, since=since, until=until, max_hops=hops)
    assert len(found.flows) == (wanted or 0)
    by_event = {p.event: p for p in payments}
    for flow in found.flows:
        known = by_event[flow.event_id]
        assert (flow.payer, flow.payee, flow.at, flow.amount_minor) == (known.payer, known.payee, known.at, known.amount)
        assert since <= flow.at < until
    assert all(a.payee == b.payer and a.at <= b.at for a, b in pairwise(found.flows))
    if found.flows:
        assert (found.flows[0].payer, found.flows[-1].payee) == (payer, payee)


def rings(payments: list[P], account: str, *, since: int, until: int, within: int, keep: int, max_hops: int) -> set[tuple]:
    """Try every row of payments."""
    found, rows = set(), [(p,) for p in payments if p.payer == account and since <= p.at < until]
    for hops in range(1, max_hops + 1):
        found |= {tuple(p.event for p in row) for row in rows if hops >= 3 and row[-1].payee == account}
        rows = [
            (*row, p) for row in rows if row[-1].payee != account for p in payments
            if p.payer == row[-1].payee and p.order > row[-1].order and p.at < row[0].at + within
            and p.amount <= row[-1].amount and p.amount * 100 >= keep * row[-1].amount
            and p.payee not in {q.payee for q in row}
        ]  # fmt: skip
    return found


@pytest.mark.parametrize("number", range(ACCOUNTS))
def test_every_ring_is_found_and_nothing_else(reader, payments, number):
    asked = {"since": 0, "until": FAR, "keep_pct": 90, "max_hops": 6}
    with reader.of("demo") as reading:
        found = find_cycles(reading, account=f"a{number}", within_ms=40, fan_out=200, **asked)
    assert not found.cut
    wanted = rings(payments, f"a{number}", since=0, until=FAR, within=40, keep=90, max_hops=6)
    assert {tuple(flow.event_id for flow in ring) for ring in found.cycles} == wanted


def test_the_planted_rings_are_among_them(payments):
    planted = {
        len(ring)
        for n in range(ACCOUNTS)
        for ring in rings(payments, f"a{n}", since=2_000, until=FAR, within=40, keep=90, max_hops=6)
    }
    assert planted == {3, 4, 5, 6}


def followed(payments: list[P], start: P, *, until: int, max_hops: int) -> dict[tuple[int, str], int]:
    """Go through all payments in time, cent by cent: (hop, account) of each cent of the first payment."""
    cents = {start.payee: [1] * start.amount}
    for p in sorted(payments, key=lambda p: p.order):
        if p.order <= start.order or p.at >= until:
            continue
        moving = [hop for hop in cents.get(p.payer, []) if hop < max_hops][: p.amount]
        for hop in moving:
            cents[p.payer].remove(hop)
        cents.setdefault(p.payee, []).extend(hop + 1 for hop in moving)
    found: dict[tuple[int, str], int] = {}
    for account, hops in cents.items():
        for hop in hops:
            found[hop, account] = found.get((hop, account), 0) + 1
    return found


@pytest.mark.parametrize("seed", range(30))
def test_every_cent_of_a_traced_payment_is_where_plain_counting_finds_it(reader, payments, seed):
    rng = Random(seed)
    start = rng.choice([p for p in payments if p.amount <= 1_000])
    within, hops = rng.choice((5, 20, 60)), rng.randint(1, 5)
    with reader.of("demo") as reading:
        found = questions.traced(
            reading, transfer_id=start.event.replace("e", "t"), within_ms=within, max_hops=hops, fan_out=rng.choice((1, 2, 50))
        )
    wanted = followed(payments, start, until=start.at + within, max_hops=hops)
    assert {(place.hop, place.account): place.amount_minor for place in found.places} == wanted
    assert sum(place.amount_minor for place in found.places) == start.amount
    assert all(place.share_ppm == place.amount_minor * MILLION // start.amount for place in found.places)
    assert not found.cut


def test_another_tenants_payments_join_nothing(reader, payments):
    with reader.of("demo") as reading:
        for payer, payee in (("lone", "a0"), ("a1", "end")):
            assert not find_path(reading, payer=payer, payee=payee, since=0, until=FAR, max_hops=6, fan_out=200).flows
        around = questions.around(reading, account="lone", since=0, until=FAR, hops=3, fan_out=50)
    assert [node["id"] for node in around.nodes] == ["lone"]
    with reader.of("other") as reading:
        assert len(find_path(reading, payer="lone", payee="a0", since=0, until=FAR, max_hops=6, fan_out=200).flows) == 1
        with pytest.raises(NotInGraph):
            questions.traced(reading, transfer_id="t000001", within_ms=100, max_hops=3, fan_out=50)
        with pytest.raises(NotInGraph):
            questions.around(reading, account="a2", since=0, until=FAR, hops=1, fan_out=50)


def test_around_an_account_is_who_paid_whom_within_the_hops(reader, payments):
    with reader.of("demo") as reading:
        found = questions.around(reading, account="a3", since=0, until=FAR, hops=2, fan_out=200)
    pairs = {(p.payer, p.payee) for p in payments}
    first = {other for pair in pairs for other in pair if "a3" in pair} - {"a3"}
    second = {other for pair in pairs for other in pair if first & set(pair)} - first - {"a3"}
    assert {node["id"]: node["hop"] for node in found.nodes} == {"a3": 0} | dict.fromkeys(first, 1) | dict.fromkeys(second, 2)
    wanted: dict[tuple[str, str], tuple[int, int]] = {}
    for p in payments:
        if {"a3", *first} & {p.payer, p.payee}:
            count, amount = wanted.get((p.payer, p.payee), (0, 0))
            wanted[p.payer, p.payee] = count + 1, amount + p.amount
    assert {(row["payer"], row["payee"]): (row["payments"], row["amount_minor"]) for row in found.payments} == wanted
    assert not found.cut


def test_what_several_act_from_is_shared_and_what_one_acts_from_is_not(reader, write):
    batch = Batch()
    for customer, account, device in (("c1", "x1", "d1"), ("c2", "x2", "d1"), ("c3", "x3", "d2"), ("c1", "x1", "own")):
        for kind, name, facts in (
            (Kind.CUSTOMER, customer, {}),
            (Kind.ACCOUNT, account, {"bank": False}),
            (Kind.DEVICE, device, {}),
        ):
            batch.node(kind, "shared", name, **facts)
        batch.link(Kind.ACCOUNT, "shared", customer, account, at=5)
        batch.link(Kind.DEVICE, "shared", customer, device, at=7)
    write(batch)
    with reader.of("shared") as reading:
        found = questions.shared(reading, account="x1", fan_out=10)
        assert questions.shared(reading, account="x3", fan_out=10) == ()
    [thing] = found
    assert (thing["kind"], thing["id"], thing["users"]) == ("Device", "d1", 2)
    assert thing["others"] == [{"customer_id": "c2", "first_at": 7, "last_at": 7, "accounts": ["x2"]}]


def test_money_that_leaves_the_bank_is_followed_no_further(reader, write):
    batch = Batch()
    pay(batch, "out", "a", "b", at=1, amount=100, n=1)
    pay(batch, "out", "b", "till", at=2, amount=60, n=2, bank=True)
    pay(batch, "out", "till", "c", at=3, amount=60, n=3)
    write(batch)
    with reader.of("out") as reading:
        found = questions.traced(reading, transfer_id="t000001", within_ms=100, max_hops=5, fan_out=50)
        assert not find_path(reading, payer="a", payee="c", since=0, until=FAR, max_hops=6, fan_out=50).flows
    assert {(place.account, place.amount_minor, place.rest) for place in found.places} == {
        ("b", 40, Rest.KEPT), ("till", 60, Rest.LEFT_BANK)
    }  # fmt: skip


def test_a_bound_that_is_met_is_said(reader, write, monkeypatch):
    batch = Batch()
    for n in range(1, 31):
        pay(batch, "wide", "hub", f"w{n}", at=n, amount=100, n=n)
        pay(batch, "wide", f"w{n}", "sink", at=100 + n, amount=100, n=100 + n)
    write(batch)
    with reader.of("wide") as reading:
        narrow = questions.around(reading, account="hub", since=0, until=FAR, hops=1, fan_out=10)
        assert narrow.cut
        assert len(narrow.nodes) == 11
        assert not questions.around(reading, account="hub", since=0, until=FAR, hops=1, fan_out=30).cut
        assert find_cycles(reading, account="hub", since=0, until=FAR, within_ms=FAR, keep_pct=1, max_hops=3, fan_out=10).cut
    monkeypatch.setattr("cases.graph.reading.MOST_PAYMENTS", 20)
    with reader.of("wide") as reading:
        busy = questions.around(reading, account="hub", since=0, until=FAR, hops=1, fan_out=200)
    assert busy.cut
    assert [node["id"] for node in busy.nodes] == ["hub"]


def test_a_question_that_takes_too_long_is_ended(reader):
    slow = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN sum(a * b) AS n"
    with pytest.raises(QuestionTooLarge), reader.of("demo", timeout_s=0.3) as reading:
        reading.rows(slow)


def operators(plan: dict) -> set[str]:
    return {plan["operatorType"].partition("@")[0]}.union(*(operators(child) for child in plan.get("children", [])))


@pytest.mark.parametrize(
    "name", ["ACCOUNT", "AFTER", "EARLIEST", "LATEST", "TOO_BUSY", "TRANSFER", "AROUND", "OWNERS", "THINGS_OF", "SHARED"]
)
def test_no_question_is_begun_at_every_node_or_payment_there_is(reader, payments, name):
    """In a small graph, where the planner would like to: it keeps the plan that it made first."""
    bound = {"frontier": [], "ids": [], "customers": [], "id": "", "transfer_id": "", "since": 0, "until": 1, "fan_out": 1}
    with reader.of("demo") as reading:
        bound |= {"most_payments": 1, **reading._named}
        plan = reading._transaction.run("EXPLAIN " + getattr(repository, name), bound).consume().plan
    assert plan is not None
    assert not [each for each in operators(plan) if "Scan" in each]
    assert operators(plan) & {"NodeUniqueIndexSeek", "DirectedRelationshipIndexSeek"}


def test_a_graph_that_is_not_there_says_what_to_do(settings):
    closed = settings.neo4j.model_copy(update={"port": ports.choose(taken=())})
    for changed, refusal in (
        ({"neo4j": closed}, GraphAway),
        ({"neo4j": settings.neo4j.model_copy(update={"kept": False})}, NoGraph),
        ({"neo4j": settings.neo4j.model_copy(update={"password": None})}, GraphAway),
        ({"kafka": settings.kafka.model_copy(update={"prefix": "nobody."})}, GraphNotBuilt),
    ):
        other = GraphReader(settings.model_copy(update=changed), application="test")
        with pytest.raises(refusal) as refused, other.of("demo"):
            pass
        assert refused.value.facts["retry_after_s"]
        other.close()
