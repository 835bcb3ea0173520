"""Exchange over HTTP: quotes that expire and are used once, two legs together, positions that are the liquidity accounts."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx
import psycopg
import pytest

from contracts.ledger_events import Purpose
from kit.clock import SystemClock
from ledger.accounts import open_accounts, system_account
from ledger.postings import Kind, PostingRequest
from ledger.repository import post_batch
from tests.serving.conftest import Server
from tests.serving.test_transfers import balance, customer, key

CLOCK = SystemClock()
RATE = {"bid": "5.1020", "ask": "5.1520"}


@pytest.fixture(scope="module")
def admin(api: Server) -> httpx.Client:
    return api.browser("admin")


@pytest.fixture(scope="module", autouse=True)
def dollar(admin: httpx.Client) -> None:
    for _ in range(2):  # set again, it is the same version
        answer = admin.put("/v1/exchange/rates/USD-BRL", json=RATE)
        assert answer.status_code == 200, answer.text
    assert (answer.json()["version"], answer.json()["bid"]) == (1, "5.1020")


def funded(api: Server, owner: str, currency: str, amount_minor: int = 0) -> str:
    wanted = {"customer_id": owner, "currency": currency}
    opened = api.partner().post("/v1/accounts", json=wanted, headers=key())
    assert opened.status_code == 201, opened.text
    account_id = opened.json()["account_id"]
    if amount_minor:
        source = system_account(tenant_id="demo", currency=currency, code="opening")
        with psycopg.connect(api.settings.core.dsn("api"), autocommit=True) as connection:
            open_accounts(connection, [source], now_ms=CLOCK.now_ms())
            request = PostingRequest(
                kind=Kind.POST, transfer_id=uuid.uuid4(), tenant_id="demo", occurred_at_ms=CLOCK.now_ms(),
                amount_minor=amount_minor, currency=currency, debit_account_id=source.account_id,
                credit_account_id=uuid.UUID(account_id), purpose=Purpose.OPENING,
            )  # fmt: skip
            assert post_batch(connection, [request], now_ms=CLOCK.now_ms())[0].moved
    return str(account_id)


def quote(api: Server, owner: str, **wanted: object) -> dict:
    body = {"customer_id": owner, "buy": {"amount_minor": 10_000, "currency": "USD"}, "other_currency": "BRL"} | wanted
    answer = api.partner().post(
        "/v1/exchange/quotes", json={name: value for name, value in body.items() if value is not None}, headers=key()
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


def positions(admin: httpx.Client) -> dict[str, int]:
    items = admin.get("/v1/exchange/positions").json()["items"]
    return {row["position"]["currency"]: row["position"]["amount_minor"] for row in items}


def test_an_exchange_moves_both_accounts_and_the_positions_are_what_it_moved(api, admin):
    owner = customer(api)
    reais, dollars = funded(api, owner, "BRL", 100_000), funded(api, owner, "USD")
    before = positions(admin)
    quoted = quote(api, owner)
    assert (quoted["sell"], quoted["rate"], quoted["status"]) == ({"amount_minor": 51_520, "currency": "BRL"}, "5.1520", "open")
    body = {"quote_id": quoted["quote_id"], "sell_account_id": reais, "buy_account_id": dollars}
    made = api.partner().post("/v1/exchanges", json=body)
    assert made.status_code == 201, made.text
    again = api.partner().post("/v1/exchanges", json=body)
    assert (again.status_code, again.json(), again.headers["Idempotent-Replayed"]) == (201, made.json(), "true")
    assert (balance(api, reais), balance(api, dollars)) == (100_000 - 51_520, 10_000)
    after = positions(admin)
    assert {name: after[name] - before.get(name, 0) for name in after} == {"BRL": 51_520, "USD": -10_000}
    with psycopg.connect(api.settings.core.dsn("audit")) as audit:
        rows = audit.execute(
            "select purpose, status from ledger.transfer where id = any(%s::uuid[])",
            ([made.json()["sell_transfer_id"], made.json()["buy_transfer_id"]],),
        ).fetchall()
        sums = audit.execute(
            "select currency, sum(credits_posted_minor - debits_posted_minor) from ledger.account group by currency"
        ).fetchall()
    assert rows == [("exchange", "posted")] * 2
    assert {int(total) for _, total in sums} == {0}


def test_a_quote_is_used_once_whoever_races(api, admin):
    owner = customer(api)
    reais, dollars = funded(api, owner, "BRL", 1_000_000), funded(api, owner, "USD")
    other = funded(api, owner, "USD")
    quoted = quote(api, owner)

    def use(number: int) -> int:
        body = {
            "quote_id": quoted["quote_id"],
            "sell_account_id": reais,
            "buy_account_id": dollars if number % 2 else other,
        }
        return api.partner().post("/v1/exchanges", json=body).status_code

    with ThreadPoolExecutor(8) as racers:
        answers = list(racers.map(use, range(8)))
    assert sorted(set(answers)) == [201, 409]
    assert balance(api, reais) == 1_000_000 - 51_520
    assert balance(api, dollars) + balance(api, other) == 10_000


def test_without_funds_nothing_moves_and_the_quote_is_as_good_as_before(api):
    owner = customer(api)
    reais, dollars = funded(api, owner, "BRL", 51_519), funded(api, owner, "USD")
    quoted = quote(api, owner)
    body = {"quote_id": quoted["quote_id"], "sell_account_id": reais, "buy_account_id": dollars}
    refused = api.partner().post("/v1/exchanges", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "exchange-failed")
    assert refused.json()["facts"] == {"reason": "insufficient-funds"}
    assert (balance(api, reais), balance(api, dollars)) == (51_519, 0)
    richer = funded(api, owner, "BRL", 51_520)
    assert api.partner().post("/v1/exchanges", json=body | {"sell_account_id": richer}).status_code == 201


def test_an_expired_quote_is_refused(api):
    owner = customer(api)
    reais, dollars = funded(api, owner, "BRL", 100_000), funded(api, owner, "USD")
    quoted = quote(api, owner)
    with psycopg.connect(api.settings.core.dsn("postgres"), autocommit=True) as connection:
        connection.execute("update bank.exchange_quote set expires_at = now() where quote_id = %s", (quoted["quote_id"],))
    body = {"quote_id": quoted["quote_id"], "sell_account_id": reais, "buy_account_id": dollars}
    refused = api.partner().post("/v1/exchanges", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "exchange-quote-expired")
    assert balance(api, reais) == 100_000


def test_accounts_of_somebody_else_or_in_another_currency_are_refused(api):
    owner, stranger = customer(api), customer(api)
    reais, dollars = funded(api, owner, "BRL", 100_000), funded(api, owner, "USD")
    foreign = funded(api, stranger, "USD")
    quoted = quote(api, owner)
    body = {"quote_id": quoted["quote_id"], "sell_account_id": reais, "buy_account_id": dollars}
    assert api.partner().post("/v1/exchanges", json=body | {"buy_account_id": foreign}).status_code == 404
    assert api.partner().post("/v1/exchanges", json=body | {"buy_account_id": reais}).status_code == 422
    assert api.partner("other").post("/v1/exchanges", json=body).status_code == 404
    own = api.browser("customer")
    assert own.get(f"/v1/exchange/quotes/{quoted['quote_id']}").status_code == 404
    assert own.put("/v1/exchange/rates/USD-BRL", json=RATE).status_code == 403


def test_a_quote_is_made_once_a_key_and_says_one_side_only(api):
    owner, same = customer(api), key()
    body = {"customer_id": owner, "sell": {"amount_minor": 50_000, "currency": "BRL"}, "other_currency": "USD"}
    made = [api.partner().post("/v1/exchange/quotes", json=body, headers=same) for _ in range(2)]
    assert made[0].json() == made[1].json()
    assert made[1].headers["Idempotent-Replayed"] == "true"
    both = body | {"buy": {"amount_minor": 10_000, "currency": "USD"}}
    assert api.partner().post("/v1/exchange/quotes", json=both, headers=key()).status_code == 422
    unknown = api.partner().post("/v1/exchange/quotes", json=body | {"customer_id": "nobody"}, headers=key())
    assert unknown.status_code == 404


@pytest.mark.parametrize(
    ("pair", "rate", "status", "code"),
    [
        ("BRL-USD", {"bid": "0.19", "ask": "0.20"}, 409, "exchange-pair-inverse"),
        ("USD-USD", RATE, 422, "invalid-request"),
        ("USD-XXX", RATE, 422, "invalid-request"),
        ("EUR-BRL", {"bid": "6.2", "ask": "6.1"}, 422, "invalid-request"),
        ("EUR-BRL", {"bid": "0", "ask": "6.1"}, 422, "invalid-request"),
        ("EUR-BRL", {"bid": "1e3", "ask": "6.1"}, 422, "invalid-request"),
    ],
)
def test_a_rate_that_is_none_is_refused(admin, pair, rate, status, code):
    answer = admin.put(f"/v1/exchange/rates/{pair}", json=rate)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_pair_without_a_rate_or_with_an_old_one_is_not_quoted(api, admin):
    owner = customer(api)
    body = {"customer_id": owner, "buy": {"amount_minor": 10_000, "currency": "CHF"}, "other_currency": "BRL"}
    refused = api.partner().post("/v1/exchange/quotes", json=body, headers=key())
    assert (refused.status_code, refused.json()["code"]) == (409, "no-exchange-rate")
    assert admin.put("/v1/exchange/rates/CHF-BRL", json=RATE).status_code == 200
    with psycopg.connect(api.settings.core.dsn("postgres"), autocommit=True) as connection:
        connection.execute("update bank.exchange_rate set set_at = now() - interval '25 hours' where base = 'CHF'")
    assert api.partner().post("/v1/exchange/quotes", json=body, headers=key()).status_code == 409
    assert admin.put("/v1/exchange/rates/CHF-BRL", json=RATE).status_code == 200
    assert api.partner().post("/v1/exchange/quotes", json=body, headers=key()).status_code == 201


def test_what_is_set_aside_is_not_exchanged(api, admin):
    owner = customer(api)
    reais, dollars = funded(api, owner, "BRL", 100_000), funded(api, owner, "USD")
    goal = api.partner().post("/v1/goals", json={"account_id": reais, "name": "Lisbon"}, headers=key()).json()["goal_id"]
    put_in = {"direction": "in", "amount_minor": 90_000}
    assert api.partner().post(f"/v1/goals/{goal}/moves", json=put_in, headers=key()).status_code == 201
    body = {"quote_id": quote(api, owner)["quote_id"], "sell_account_id": goal, "buy_account_id": dollars}
    refused = api.partner().post("/v1/exchanges", json=body)
    assert (refused.status_code, refused.json()["code"]) == (404, "not-found")
    assert balance(api, dollars) == 0
