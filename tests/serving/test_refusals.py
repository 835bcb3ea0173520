"""Every kind of request that cannot be carried out has one status and one problem type."""

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from contracts.transactions import MAX_CLOCK_SKEW_MS
from serving.payments.intents import MAX_TRANSFER_BYTES
from tests.serving.conftest import Server
from tests.serving.test_transfers import CLOCK, account, balance, body, key

Ask = Callable[[Server, tuple[str, str]], httpx.Response]
INVALID = (422, "/problems/invalid-request")


@pytest.fixture(scope="module")
def pair(api: Server) -> tuple[str, str]:
    return account(api), account(api, funds_minor=0)


def transfer(**change: Any) -> Ask:
    return lambda api, pair: api.partner().post("/v1/transfers", json=body(*pair) | change, headers=key())


def raw_transfer(content: bytes) -> Ask:
    return lambda api, _: api.partner().post("/v1/transfers", content=content, headers=key())


def amount(amount_minor: Any, currency: str = "BRL") -> Ask:
    return transfer(amount={"amount_minor": amount_minor, "currency": currency})


def customer(content: bytes) -> Ask:
    headers = {"Content-Type": "application/json"}
    return lambda api, _: api.partner().post("/v1/customers", content=content, headers=headers)


def what_if(amount_minor: int = 900, currency: str = "BRL", **change: Any) -> Ask:
    question = {"channel": "pix", "amount": {"amount_minor": amount_minor, "currency": currency}} | change
    return lambda api, _: api.browser("risk").post("/v1/score", json=question)


def six_minutes_ahead(api: Server, pair: tuple[str, str]) -> httpx.Response:
    ahead_ms = CLOCK.now_ms() + MAX_CLOCK_SKEW_MS + 60_000
    return what_if(event_time=datetime.fromtimestamp(ahead_ms / 1000, UTC).isoformat())(api, pair)


def altered_duplicate(api: Server, pair: tuple[str, str]) -> httpx.Response:
    headers = key()
    assert api.partner().post("/v1/transfers", json=body(*pair, 11), headers=headers).status_code == 201
    return api.partner().post("/v1/transfers", json=body(*pair, 12), headers=headers)


def duplicate_customer(api: Server, _: tuple[str, str]) -> httpx.Response:
    wanted = {"customer_id": f"c{uuid.uuid4().hex[:8]}"}
    assert api.partner().post("/v1/customers", json=wanted).status_code == 201
    return api.partner().post("/v1/customers", json=wanted)


def duplicate_client(api: Server, _: tuple[str, str]) -> httpx.Response:
    wanted = {"client_id": f"t-{uuid.uuid4().hex[:8]}", "name": "t", "roles": ["partner"]}
    admin = api.browser("admin")
    assert admin.post("/v1/clients", json=wanted).status_code == 201
    return admin.post("/v1/clients", json=wanted)


def altered_account(api: Server, _: tuple[str, str]) -> httpx.Response:
    headers = key()
    wanted = {"customer_id": "c000042", "currency": "BRL"}
    assert api.partner().post("/v1/accounts", json=wanted, headers=headers).status_code == 201
    return api.partner().post("/v1/accounts", json=wanted | {"currency": "USD"}, headers=headers)


@pytest.mark.parametrize(
    ("ask", "expected", "field"),
    [
        pytest.param(raw_transfer(b'{"debit_account_id": '), (400, "/problems/malformed-body"), None, id="malformed transfer"),
        pytest.param(raw_transfer(b'{"\xff": 1}'), (400, "/problems/malformed-body"), None, id="transfer that is not UTF-8"),
        pytest.param(customer(b"{"), (400, "/problems/malformed-body"), None, id="malformed customer"),
        pytest.param(
            raw_transfer(b" " * (MAX_TRANSFER_BYTES + 1)), (413, "/problems/body-too-large"), None, id="oversized transfer"
        ),
        pytest.param(customer(b" " * 65_537), (413, "/problems/body-too-large"), None, id="oversized customer"),
        pytest.param(transfer(schema=2), INVALID, None, id="transfer of an unknown version"),
        pytest.param(
            lambda api, pair: api.partner().post("/v2/transfers", json=body(*pair), headers=key()),
            (405, "/problems/method-not-allowed"),
            None,
            id="route of an unknown version",
        ),
        pytest.param(amount(5, "XXX"), INVALID, "amount.currency", id="currency that is none"),
        pytest.param(amount(5, "USD"), INVALID, "amount.currency", id="currency of another account"),
        pytest.param(amount(5, "brl"), INVALID, "amount.currency", id="currency in small letters"),
        pytest.param(amount(0), INVALID, "amount.amount_minor", id="zero"),
        pytest.param(amount(-1), INVALID, "amount.amount_minor", id="negative"),
        pytest.param(amount(10**15 + 1), INVALID, "amount.amount_minor", id="more than a transfer may carry"),
        pytest.param(amount(2**63), INVALID, "amount.amount_minor", id="more than 63 bits"),
        pytest.param(amount(1.5), INVALID, "amount.amount_minor", id="half a cent"),
        pytest.param(what_if(0), INVALID, "body.amount.amount_minor", id="what-if of zero"),
        pytest.param(what_if(-1), INVALID, "body.amount.amount_minor", id="negative what-if"),
        pytest.param(what_if(currency="XXX"), INVALID, "amount.currency", id="what-if in no currency"),
        pytest.param(what_if(event_time="2999-01-01T00:00:00Z"), INVALID, "event_time", id="what-if of the far future"),
        pytest.param(six_minutes_ahead, INVALID, "event_time", id="what-if of six minutes ahead"),
        pytest.param(transfer(event_time=1), INVALID, None, id="transfer that names its own time"),
        pytest.param(altered_duplicate, (422, "/problems/idempotency-key-reused"), None, id="altered duplicate of a transfer"),
        pytest.param(altered_account, (422, "/problems/idempotency-key-reused"), None, id="altered duplicate of an account"),
        pytest.param(duplicate_customer, (409, "/problems/customer-exists"), None, id="duplicate customer"),
        pytest.param(duplicate_client, (409, "/problems/client-exists"), None, id="duplicate client"),
    ],
)  # fmt: skip
def test_what_cannot_be_carried_out_has_its_status_and_its_problem_type(api: Server, pair, ask: Ask, expected, field):
    answer = ask(api, pair)
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == expected, answer.text
    assert problem.get("facts", {}).get("field") == field


def test_a_duplicate_gets_the_first_answer_and_moves_nothing(api: Server, pair):
    headers = key()
    first = api.partner().post("/v1/transfers", json=body(*pair, 13), headers=headers)
    before = balance(api, pair[0])
    again = api.partner().post("/v1/transfers", json=body(*pair, 13), headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert json.loads(again.content) == json.loads(first.content)
    assert again.headers["idempotent-replayed"] == "true"
    assert balance(api, pair[0]) == before
