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
from tests.serving.isolation.attacks import IDENTIFIES, PAID, attacks, leaks, names_of, send
from tests.serving.isolation.holdings import Holdings, make_customer

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]
THEIRS = """
select
    (select md5(string_agg(t::text, '|' order by account_id)) from bank.account t where customer_id = %(who)s),
    (select md5(t::text) from bank.person t where customer_id = %(who)s),
    (select md5(t::text) from bank.customer t where customer_id = %(who)s),
    (select md5(string_agg(t::text, '|' order by id)) from ledger.account t where owner_id = %(who)s),
    (select md5(string_agg(t::text, '|' order by e.account_id, e.version)) from ledger.entry e
       join ledger.account a on a.id = e.account_id join ledger.transfer t on t.id = e.transfer_id where a.owner_id = %(who)s)
"""


def open_to_customers() -> list[Any]:
    found = [
        each for each in operations() if Role.CUSTOMER in each[2].get("x-roles", ()) and names_of(each[2]) & set(IDENTIFIES)
    ]
    return [pytest.param(*each, id=f"{each[0]} {each[1]}") for each in found]


@pytest.fixture(scope="module")
def own(api: Server) -> Holdings:
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
    """Whatever the test does, what the neighbour has is as it was."""
    with psycopg.connect(api.settings.core.dsn("postgres"), autocommit=True) as connection:
        before = connection.execute(THEIRS, {"who": neighbour.ids["customer_id"]}).fetchone()
        assert before is not None
        assert None not in before
        yield
        assert connection.execute(THEIRS, {"who": neighbour.ids["customer_id"]}).fetchone() == before


def test_the_customer_reads_their_own(customer, own):
    for path in ("customers/{customer_id}", "accounts/{account_id}", "transfers/{transfer_id}"):
        answer = customer.get("/v1/" + path.format(**own.ids))
        assert answer.status_code == 200, answer.text
    listed = customer.get("/v1/accounts").json()["items"]
    assert {each["account_id"] for each in listed} == {own.ids["account_id"], own.ids["credit_account_id"]}


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(("method", "path", "operation"), open_to_customers())
def test_another_customers_ids_open_nothing(customer, own, neighbour, method, path, operation):
    for attack in attacks(method, path, operation, own=own, victim=neighbour, allowed=PAID):
        if attack.content:  # a customer does not say where they are: the connection does
            body = {name: value for name, value in json.loads(attack.content).items() if name != "customer_ip"}
            attack = replace(attack, content=json.dumps(body).encode())
        answer = send(customer, attack)
        assert answer.status_code < 500, (attack, answer.text)
        assert leaks(answer, neighbour, sent=attack.sent) == [], (attack, answer.text)
        if "{" in path and (attack.named is None or f"{{{attack.named}}}" in path):
            assert answer.status_code in {403, 404, 422}, (attack, answer.text)
        if "debit_account_id" in names_of(operation) and attack.named in ("debit_account_id", None):
            assert answer.status_code == 404, (attack, answer.text)


def test_a_customer_without_a_customer_id_has_nothing(api: Server, own, neighbour):
    with psycopg.connect(api.settings.core.dsn("postgres"), autocommit=True) as connection:
        connection.execute("update identity.login_user set customer_id = null where email = 'customer@demo.example'")
        nobody = api.browser("customer")
        for holder in (own, neighbour):
            for path in ("customers/{customer_id}", "accounts/{account_id}", "transfers/{transfer_id}"):
                assert nobody.get("/v1/" + path.format(**holder.ids)).status_code == 404
        assert nobody.get("/v1/accounts").json()["items"] == []
