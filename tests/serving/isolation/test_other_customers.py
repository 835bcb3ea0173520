"""A customer of a tenant that tries every route open to customers with another customer's ids gets nothing, changes nothing."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import psycopg
import pytest

from serving.edge.principals import Role
from serving.identity.seed import DEMO_CUSTOMER
from tests.serving.conftest import Server
from tests.serving.described import operations
from tests.serving.isolation.attacks import PAID, attacks, identifying, leaks, names_of, send
from tests.serving.isolation.conftest import rows_with
from tests.serving.isolation.holdings import Holdings, make_customer

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]
# What a tenant's customers have in common, and whoever is paid, who is named by whoever pays.
ANYBODYS = PAID | {"code", "product"}
# Routes that are there to name another customer, or an account of theirs.
NAMES_ANOTHER = {
    ("PUT", "/v1/accounts/{account_id}/holders/{customer_id}"): frozenset({"customer_id"}),
    ("DELETE", "/v1/accounts/{account_id}/holders/{customer_id}"): frozenset({"customer_id"}),
    ("PUT", "/v1/customers/{customer_id}/devices"): frozenset({"device_id"}),
    ("POST", "/v1/beneficiaries"): frozenset({"account_id"}),
}
# Whose these are is asked before anything else.
OWN_ACCOUNTS = {"debit_account_id", "sell_account_id", "buy_account_id"}
# What each customer says as they like, so that it may stand in two customers' rows.
CHOSEN = ("email", "key")
# Says what was asked of whom, also when it was refused.
AUDIT = "identity.audit"


def open_to_customers() -> list[Any]:
    """Every route on which a customer could name what is another customer's."""
    found = [
        each
        for each in operations()
        if Role.CUSTOMER in each[2].get("x-roles", ()) and identifying(each[2]) - may_name(each[0], each[1])
    ]
    return [pytest.param(*each, id=f"{each[0]} {each[1]}") for each in found]


def may_name(method: str, path: str) -> frozenset[str]:
    """What of a request may be somebody else's."""
    return ANYBODYS | NAMES_ANOTHER.get((method, path), frozenset())


@pytest.fixture(scope="module")
def own(api: Server, marts: None) -> Holdings:
    """What the customer has who signs in: two accounts of their own."""
    return make_customer(api, "demo", "c-own")


@pytest.fixture(scope="module")
def neighbour(api: Server) -> Holdings:
    return make_customer(api, "demo", "c-neighbour")


@pytest.fixture(scope="module")
def customer(api: Server, own: Holdings) -> httpx.Client:
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        connection.execute(
            "update identity.login_user set customer_id = %s where customer_id = %s and tenant_id = 'demo'",
            (own.ids["customer_id"], DEMO_CUSTOMER),
        )
    return api.browser("customer")


@pytest.fixture
def untouched(api: Server, neighbour: Holdings) -> Iterator[None]:
    """Whatever the test does, every row in which something of the neighbour's stands is as it was."""
    theirs = [text for text in neighbour.secrets() if text not in {neighbour.ids[name] for name in CHOSEN}]
    before = rows_with(api.settings.core, theirs)
    yield
    now = rows_with(api.settings.core, theirs)
    assert {table for table in now if now[table] != before[table]} - {AUDIT} == set()


def test_the_customer_reads_their_own(customer, own):
    for path in ("customers/{customer_id}", "accounts/{account_id}", "transfers/{transfer_id}"):
        answer = customer.get("/v1/" + path.format(**own.ids))
        assert answer.status_code == 200, answer.text
    listed = customer.get("/v1/accounts").json()["items"]
    assert {each["account_id"] for each in listed} == {
        own.ids[name] for name in ("account_id", "credit_account_id", "buy_account_id")
    }


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(("method", "path", "operation"), open_to_customers())
def test_another_customers_ids_open_nothing(customer, own, neighbour, method, path, operation):
    for attack in attacks(method, path, operation, own=own, victim=neighbour, allowed=may_name(method, path)):
        if attack.content:  # a customer does not say where they are: the connection does
            body = {name: value for name, value in json.loads(attack.content).items() if name != "customer_ip"}
            attack = replace(attack, content=json.dumps(body).encode())
        answer = send(customer, attack)
        assert answer.status_code < 500, (attack, answer.text)
        assert leaks(answer, neighbour, sent=attack.sent) == [], (attack, answer.text)
        if "{" in path and (attack.named is None or f"{{{attack.named}}}" in path):
            assert answer.status_code in {403, 404, 422}, (attack, answer.text)
        if attack.named in OWN_ACCOUNTS or (attack.named is None and names_of(operation) & OWN_ACCOUNTS):
            assert answer.status_code == 404, (attack, answer.text)


@pytest.mark.parametrize(("method", "path"), NAMES_ANOTHER)
def test_whoever_names_another_customer_is_told_nothing_of_them(customer, own, neighbour, method, path):
    [operation] = [each[2] for each in operations() if each[:2] == (method, path)]
    named = NAMES_ANOTHER[method, path]
    found = [each for each in attacks(method, path, operation, own=own, victim=neighbour) if each.named in named]
    assert found
    for attack in found:
        answer = send(customer, attack)
        assert answer.status_code < 500, answer.text
        assert leaks(answer, neighbour, sent=attack.sent) == [], answer.text


def test_a_customer_without_a_customer_id_has_nothing(api: Server, own, neighbour):
    with psycopg.connect(api.settings.core.dsn("postgres"), autocommit=True) as connection:
        connection.execute("update identity.login_user set customer_id = null where email = 'customer@demo.example'")
        nobody = api.browser("customer")
        for holder in (own, neighbour):
            for path in ("customers/{customer_id}", "accounts/{account_id}", "transfers/{transfer_id}"):
                assert nobody.get("/v1/" + path.format(**holder.ids)).status_code == 404
        assert nobody.get("/v1/accounts").json()["items"] == []
