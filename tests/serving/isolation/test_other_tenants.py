"""A tenant that tries every route with another tenant's ids, cursors and streams gets nothing and changes nothing."""

import base64
import itertools
import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from contracts.topics import ALERTS, BANKING_TRANSACTIONS, DECISIONS
from kit.kafka import producer, topic_name
from serving.edge.access import RULES
from serving.identity.seed import DEMO_CUSTOMER, seed_demo
from tests.serving.conftest import Server, eventually
from tests.serving.described import operations
from tests.serving.isolation.attacks import (
    IDENTIFIES,
    NEUTRAL,
    SAYS,
    attacks,
    honest,
    identifying,
    leaks,
    names_of,
    path_of,
    send,
)
from tests.serving.isolation.conftest import rows_of
from tests.serving.isolation.holdings import Holdings
from tests.serving.test_hostile_values import AWAY
from tests.serving.test_live import example

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]
REFUSED = {403, 404, 422}
SANDBOXES = {rule.path for rule in RULES if rule.path.startswith("/v1/sandbox")}
STREAMS = {rule.path for rule in RULES if rule.streams}
# Answers of numbers and days alone.
UNMARKED = {
    "/v1/accounts/{account_id}/balance", "/v1/accounts/{account_id}/limits", "/v1/accounts/{account_id}/spending",
    "/v1/schedules/{schedule_id}/dates", "/v1/graph/accounts/{account_id}/structure",
    "/v1/graph/accounts/{account_id}/score", "/v1/accounts/{account_id}/withdrawal-notices",
    "/v1/customers/{customer_id}/income",
}  # fmt: skip
# Lists of whoever is named, where nobody else is listed.
OF_SOMEBODY = {path: {"customer_id": "somebody"} for path in SAYS}
# What is refused of somebody of whom nothing is known.
REFUSED_OF_NOBODY = {"/v1/graph/paths": 422, "/v1/suitability": 404, "/v1/insights/recommendations": 409}
# Whoever is not on an account is off it already, whether there is such a customer or not. And each tenant names payers for
# itself.
HARMLESS = {
    ("DELETE", "/v1/accounts/{account_id}/holders/{customer_id}", "customer_id"): 204,
    ("PUT", "/v1/inbound-payers/{payer_id}", "payer_id"): 200,
}
# What stops the rest when it is done: it comes last.
STOPS = {"/v1/accounts/{account_id}/status", "/v1/customers/{customer_id}/status", "/v1/freezes"}


def guarded(order: tuple[str, ...]) -> list[Any]:
    """Every route that names something of a tenant's, those with a path of their own first."""
    found = [each for each in operations() if "security" in each[2] and each[1] not in SANDBOXES and identifying(each[2])]
    found.sort(key=lambda each: (order.index("STOPS" if each[1] in STOPS else each[0]), "{" not in each[1]))
    return [pytest.param(*each, id=f"{each[0]} {each[1]}") for each in found]


def listing() -> list[Any]:
    return [
        pytest.param(path, operation, id=path)
        for method, path, operation in operations()
        if method == "GET" and "cursor" in names_of(operation)
    ]


def askers(operation: dict, clients: dict[str, httpx.Client]) -> Iterator[httpx.Client]:
    yield from (client for role, client in clients.items() if role in operation["x-roles"])


def test_every_name_that_a_route_takes_is_known_here():
    unknown = {
        f"{method} {path}: {name}"
        for method, path, operation in operations()
        for name in names_of(operation) - set(IDENTIFIES) - NEUTRAL
    }
    assert unknown == set(), (
        "say in tests/serving/isolation/attacks.py whether each of these names something of a tenant's (IDENTIFIES, and make "
        "one in holdings.py) or nothing of anybody's (NEUTRAL)"
    )


def test_every_name_known_here_is_one_that_a_route_takes():
    taken = {name for _, _, operation in operations() for name in names_of(operation)}
    assert (set(IDENTIFIES) | NEUTRAL) - taken == set()


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(("path", "operation"), listing())
def test_a_cursor_of_another_tenant_continues_in_the_readers_own_rows(attackers, owners, attacker, victim, path, operation):
    url = path_of(path, operation, own=victim)
    [owner] = [client for role, client in owners.items() if role == "admin"]
    first = owner.get(url, params={"limit": 1})
    assert first.status_code == 200, first.text
    assert first.json()["next_cursor"], f"{path}: the victim's holdings need two rows of it (holdings.py)"
    for place in {url, path_of(path, operation, own=attacker)}:
        answer = attackers["admin"].get(place, params={"cursor": first.json()["next_cursor"], "limit": 200})
        assert answer.status_code in (200, *REFUSED), answer.text
        assert leaks(answer, victim, sent=str(answer.request.url) + _inside(first.json()["next_cursor"])) == [], answer.text


def _inside(cursor: str) -> str:
    return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode(errors="replace")


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("name", ["tenant_id", "tenant", "X-Tenant-Id"])
def test_a_tenant_that_is_named_in_the_request_changes_nothing(attackers, victim, name):
    for method, path, operation in operations():
        if method != "GET" or "{" in path or "security" not in operation or path in STREAMS | SANDBOXES:
            continue
        params = {name: victim.tenant_id} | OF_SOMEBODY.get(path, {})
        answer = attackers["admin"].get(path, params=params, headers={name: victim.tenant_id})
        assert answer.status_code == REFUSED_OF_NOBODY.get(path, 200), (path, answer.text)
        assert leaks(answer, victim, sent="") == [], path


def test_a_sandbox_moves_its_own_clock_and_pays_into_its_own_accounts(api: Server, victim):
    core, key = api.settings.core, itertools.count()
    for tenant_id in ("box", "neighbours-box"):
        api.logins[tenant_id] = seed_demo(core.dsn("postgres"), tenant_id, api.settings.secrets, sandbox=True)
    mine, theirs = api.partner("box"), api.partner("neighbours-box")
    account = {"customer_id": DEMO_CUSTOMER, "currency": "BRL"}
    account_id = theirs.post("/v1/accounts", json=account, headers={"Idempotency-Key": "box"}).json()["account_id"]

    def deposit(who: httpx.Client, account_id: str) -> httpx.Response:
        wanted = {"account_id": account_id, "amount": {"amount_minor": 500, "currency": "BRL"}}
        return who.post("/v1/sandbox/deposits", json=wanted, headers={"Idempotency-Key": f"box-{next(key)}"})

    assert deposit(theirs, account_id).status_code == 201
    before = {tenant_id: rows_of(core, tenant_id) for tenant_id in ("neighbours-box", victim.tenant_id)}
    for place in (account_id, str(victim.ids["account_id"])):
        refused = deposit(mine, place)
        assert (refused.status_code, refused.json()["facts"]["reason"]) == (422, "account-not-found")
        assert leaks(refused, victim, sent=place) == []
    moved = mine.post("/v1/sandbox/clock", json={"advance_ms": 86_400_000})
    assert moved.json()["reached"] is True
    assert {tenant_id: rows_of(core, tenant_id) for tenant_id in before} == before
    assert theirs.get("/v1/sandbox/clock").json()["offset_ms"] == 0


class Reader(threading.Thread):
    """Keeps every byte that a stream sends."""

    def __init__(self, client: httpx.Client, path: str) -> None:
        super().__init__(daemon=True)
        self.client, self.path, self.bytes, self.stop = client, path, b"", threading.Event()

    def run(self) -> None:
        with self.client.stream("GET", self.path) as answer:
            for chunk in answer.iter_bytes():
                self.bytes += chunk
                if self.stop.is_set():
                    return


def marked(topic: str, victim: Holdings) -> bytes:
    """An example of a topic as if it were the victim's, with the mark wherever a text may stand."""
    told = json.dumps(example(topic)).replace('"demo"', f'"{victim.tenant_id}"').replace('"c000042"', f'"{victim.mark}"')
    return told.replace('"customer_new_payee"', f'"{victim.mark}"').encode()


@pytest.mark.parametrize("path", sorted(STREAMS))
def test_a_stream_carries_nothing_of_another_tenant(api: Server, attackers, owners, victim, path):
    mine, theirs = Reader(attackers["admin"], path), Reader(owners["admin"], path)
    sink = producer(api.settings.kafka, client="test")
    for reader in (mine, theirs):
        reader.start()

    def shown() -> bool:
        for topic in (DECISIONS, ALERTS, BANKING_TRANSACTIONS):
            sink.produce(topic_name(api.settings.kafka, topic), marked(topic, victim))
        sink.flush(5)
        return victim.mark.encode() in theirs.bytes

    try:
        eventually(shown, within_s=30)
        # What the victim has seen was handed out in the same moment: a whole statistic later nothing more is on its way.
        seen = mine.bytes.count(b"event: stats")
        eventually(lambda: mine.bytes.count(b"event: stats") >= seen + 2)
    finally:
        for reader in (mine, theirs):
            reader.stop.set()
            reader.join(60)
    assert victim.mark.encode() not in mine.bytes
    assert victim.tenant_id.encode() not in mine.bytes.replace(b'"other_currencies"', b"")


@pytest.mark.usefixtures("untouched")
# What only reads or removes comes first: a name may be taken by whoever writes it.
@pytest.mark.parametrize(("method", "path", "operation"), guarded(("GET", "DELETE", "PUT", "PATCH", "STOPS", "POST")))
def test_another_tenants_ids_open_nothing(attackers, attacker, victim, method, path, operation):
    for client in askers(operation, attackers):
        for attack in attacks(method, path, operation, own=attacker, victim=victim):
            answer = send(client, attack)
            assert answer.status_code < 500 or answer.json()["code"] in AWAY, (attack, answer.text)
            assert leaks(answer, victim, sent=attack.sent) == [], (attack, answer.text)
            if "{" in path and (attack.named is None or f"{{{attack.named}}}" in path):
                harmless = HARMLESS.get((method, path, attack.named or "")) == answer.status_code
                assert harmless or answer.status_code in REFUSED, (attack, answer.text)


@pytest.mark.parametrize(("method", "path", "operation"), guarded(("GET", "PUT", "PATCH", "POST", "STOPS", "DELETE")))
def test_the_same_request_is_answered_for_whoever_owns_what_it_names(owners, victim, method, path, operation):
    """Last, because it writes: without it, a request that is refused for its shape would pass for one that is refused."""
    request = honest(method, path, operation, own=victim)
    answers = [send(client, honest(method, path, operation, own=victim)) for client in askers(operation, owners)]
    found = {answer.status_code for answer in answers}
    assert not found <= {401, 403, 404, 422}, [answer.text for answer in answers]
    if method == "GET" and "{" in path:
        told = [leaks(answer, victim, sent=request.sent) for answer in answers]
        assert path in UNMARKED or any(told), [answer.text for answer in answers]
