"""Transfers over the stand-in path: no scorer listens, so small amounts are allowed and large ones have to wait."""

import hashlib
import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx
import msgspec
import psycopg
import pytest

from contracts.ledger_events import LedgerEvent, Purpose
from kit.clock import SystemClock
from ledger.accounts import open_accounts, system_account
from ledger.postings import Kind, PostingRequest
from ledger.repository import post_batch
from serving.payments.claims import request_hash
from tests.serving.conftest import Server

CLOCK = SystemClock()


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid.uuid4())}


def customer(api: Server, tenant_id: str = "demo", **who: str) -> str:
    customer_id = f"c{uuid.uuid4().hex[:10]}"
    assert api.partner(tenant_id).post("/v1/customers", json={"customer_id": customer_id} | who).status_code == 201
    return customer_id


def account(api: Server, *, tenant_id: str = "demo", funds_minor: int = 1_000_000, customer_id: str | None = None) -> str:
    """Open a funded account and return its id."""
    wanted = {"customer_id": customer_id or customer(api, tenant_id), "currency": "BRL"}
    opened = api.partner(tenant_id).post("/v1/accounts", json=wanted, headers=key())
    assert opened.status_code == 201, opened.text
    account_id = opened.json()["account_id"]
    if funds_minor:
        source = system_account(tenant_id=tenant_id, currency="BRL", code="opening")
        now_ms = CLOCK.now_ms()
        with psycopg.connect(api.settings.core.dsn("api"), autocommit=True) as connection:
            open_accounts(connection, [source], now_ms=now_ms)
            [result] = post_batch(
                connection,
                [
                    PostingRequest(
                        kind=Kind.POST,
                        transfer_id=uuid.uuid4(),
                        tenant_id=tenant_id,
                        occurred_at_ms=now_ms,
                        amount_minor=funds_minor,
                        currency="BRL",
                        debit_account_id=source.account_id,
                        credit_account_id=uuid.UUID(account_id),
                        purpose=Purpose.OPENING,
                    )
                ],
                now_ms=now_ms,
            )
            assert result.moved
    return str(account_id)


def body(debit: str, credit: str | None, amount_minor: int = 1_250, **more: object) -> dict[str, object]:
    wanted = {"debit_account_id": debit, "amount": {"amount_minor": amount_minor, "currency": "BRL"}, "channel": "pix"}
    return wanted | ({"credit_account_id": credit} if credit else {}) | more


def balance(api: Server, account_id: str, tenant_id: str = "demo") -> int:
    answer = api.partner(tenant_id).get(f"/v1/accounts/{account_id}/balance")
    assert answer.status_code == 200, answer.text
    return int(answer.json()["balance"]["amount_minor"])


@pytest.fixture(scope="module")
def pair(api: Server) -> tuple[str, str]:
    return account(api), account(api, funds_minor=0)


def test_a_small_transfer_is_posted_by_the_stand_in_and_its_event_carries_the_whole_decision(api, pair):
    debit, credit = pair
    before = balance(api, debit), balance(api, credit)
    answer = api.partner().post(
        "/v1/transfers", json=body(debit, credit, device_id="d1"), headers=key() | {"X-Correlation-Id": "t-1"}
    )
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["status"], made["decision"]["source"]) == ("posted", "stand_in")
    assert answer.headers["location"] == f"/v1/transfers/{made['id']}"
    assert "idempotent-replayed" not in answer.headers
    assert (balance(api, debit), balance(api, credit)) == (before[0] - 1_250, before[1] + 1_250)
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        rows = connection.execute(
            "select payload, headers from outbox.event where convert_from(payload, 'UTF8') like %s", (f"%{made['id']}%",)
        ).fetchall()
    [(payload, headers)] = rows
    event = msgspec.json.decode(payload, type=LedgerEvent)
    assert (event.status, event.door, event.transfer_id) == ("posted", "rpc", made["id"])
    assert event.transaction is not None
    assert (event.transaction.transaction_id, event.transaction.device_id) == (made["id"], "d1")
    assert event.transaction.payee_id == credit
    assert event.answer is not None
    assert event.answer.source == "stand_in"
    assert headers["correlation_id"] == "t-1"
    shown = api.browser("risk").get(f"/v1/transfers/{made['id']}").json()
    assert shown["status"] == "posted"
    assert shown["decision"]["policy"] == "stand-in-1"
    audit = api.browser("admin").get("/v1/audit", params={"resource": made["id"]}).json()["items"]
    assert [(row["action"], row["correlation_id"], row["actor"]) for row in audit] == [
        ("POST /v1/transfers", "t-1", "client:demo-partner")
    ]


def test_the_same_key_and_body_gets_the_stored_answer_and_moves_nothing_twice(api, pair):
    debit, credit = pair
    headers = key()
    first = api.partner().post("/v1/transfers", json=body(debit, credit), headers=headers)
    after = balance(api, debit)
    again = api.partner().post("/v1/transfers", json=body(debit, credit), headers=headers)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["idempotent-replayed"] == "true"
    assert balance(api, debit) == after


def test_the_same_key_with_another_body_is_refused(api, pair):
    debit, credit = pair
    headers = key()
    api.partner().post("/v1/transfers", json=body(debit, credit), headers=headers)
    other = api.partner().post("/v1/transfers", json=body(debit, credit, 1_251), headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


def test_of_many_twins_at_once_one_moves_money_and_all_end_with_its_answer(api, pair):
    debit, credit = pair
    before = balance(api, debit)
    headers = key()

    def send(_: int) -> httpx.Response:
        return api.partner().post("/v1/transfers", json=body(debit, credit, 700), headers=headers)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(send, range(24)))
    codes = {answer.status_code for answer in answers}
    assert codes <= {201, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    assert sum(answer.status_code == 201 and "idempotent-replayed" not in answer.headers for answer in answers) == 1
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in answers if answer.status_code == 409)
    assert balance(api, debit) == before - 700


def test_above_the_stand_in_limit_nothing_happens_and_the_same_key_may_be_tried_again_at_once(api, pair):
    debit, credit = pair
    before = balance(api, debit)
    headers = key()
    for _ in range(2):
        refused = api.partner().post("/v1/transfers", json=body(debit, credit, 20_001), headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (503, "decision-unavailable")
        assert refused.headers["retry-after"] == "1"
    assert balance(api, debit) == before


def test_a_transfer_without_funds_fails_with_a_reason_and_replays_as_such(api):
    poor, other = account(api, funds_minor=100), account(api, funds_minor=0)
    headers = key()
    failed = api.partner().post("/v1/transfers", json=body(poor, other, 101), headers=headers)
    assert failed.status_code == 422, failed.text
    assert (failed.json()["code"], failed.json()["facts"]["reason"]) == ("transfer-failed", "insufficient-funds")
    again = api.partner().post("/v1/transfers", json=body(poor, other, 101), headers=headers)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json()["facts"] == failed.json()["facts"]
    assert balance(api, poor) == 100


def test_money_that_leaves_the_bank_goes_through_its_channels_settlement_account(api, pair):
    debit, _ = pair
    answer = api.partner().post("/v1/transfers", json=body(debit, None, payee_id="t001", merchant_id="m001"), headers=key())
    assert answer.status_code == 201, answer.text
    expected = system_account(tenant_id="demo", currency="BRL", code="settlement:pix").account_id
    assert answer.json()["credit_account_id"] == str(expected)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": {"amount_minor": 0, "currency": "BRL"}}, "amount.amount_minor"),
        ({"amount": {"amount_minor": -5, "currency": "BRL"}}, "amount.amount_minor"),
        ({"amount": {"amount_minor": 10**16, "currency": "BRL"}}, "amount.amount_minor"),
        ({"amount": {"amount_minor": 1.5, "currency": "BRL"}}, "amount.amount_minor"),
        ({"amount": {"amount_minor": "5", "currency": "BRL"}}, "amount.amount_minor"),
        ({"amount": {"amount_minor": 5, "currency": "XXX"}}, "amount.currency"),
        ({"amount": {"amount_minor": 5, "currency": "USD"}}, "amount.currency"),
        ({"amount": {"amount_minor": 5, "currency": "brl"}}, "amount.currency"),
        ({"channel": "carrier-pigeon"}, "channel"),
        ({"debit_account_id": "me"}, "debit_account_id"),
        ({"credit_account_id": "' or 1=1 --"}, "credit_account_id"),
        ({"device_id": "x" * 65}, "device_id"),
        ({"mcc": 10_000}, "mcc"),
        ({"surprise": 1}, None),
    ],
)
def test_a_field_that_is_not_valid_is_named(api, pair, change, field):
    refused = api.partner().post("/v1/transfers", json=body(*pair) | change, headers=key())
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (422, "invalid-request"), refused.text
    assert problem["facts"]["field"] == field
    assert problem["remedy"]


def test_a_transfer_that_is_too_long_or_no_json_is_refused(api, pair):
    long = api.partner().post("/v1/transfers", json=body(*pair) | {"device_id": "x" * 9_000}, headers=key())
    assert (long.status_code, long.json()["code"]) == (413, "body-too-large")
    for content in (b"", b"{", b"\xff", b"{]"):
        broken = api.partner().post("/v1/transfers", content=content, headers=key())
        assert (broken.status_code, broken.json()["code"]) == (400, "malformed-body"), content


def test_a_transfer_needs_a_key_that_can_be_kept(api, pair):
    for headers in ({}, {"Idempotency-Key": ""}, {"Idempotency-Key": "x" * 129}, {"Idempotency-Key": "a b"}):
        refused = api.partner().post("/v1/transfers", json=body(*pair), headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (422, "idempotency-key-missing")


def test_accounts_that_are_not_there_are_not_found_and_the_same_account_twice_is_refused(api, pair):
    debit, credit = pair
    nobody = str(uuid.uuid4())
    for wanted in (body(nobody, credit), body(debit, nobody)):
        assert api.partner().post("/v1/transfers", json=wanted, headers=key()).status_code == 404
    assert api.partner().post("/v1/transfers", json=body(debit, debit), headers=key()).status_code == 422


def test_another_tenant_can_neither_use_nor_see_an_account_or_a_transfer(api, pair):
    debit, credit = pair
    theirs = account(api, tenant_id="other")
    made = api.partner().post("/v1/transfers", json=body(debit, credit), headers=key()).json()["id"]
    stranger = api.partner("other")
    for wanted in (body(debit, theirs), body(theirs, credit), body(debit, credit)):
        assert stranger.post("/v1/transfers", json=wanted, headers=key()).status_code == 404
    for path in (f"accounts/{debit}", f"accounts/{debit}/balance", f"accounts/{debit}/entries", f"transfers/{made}"):
        assert api.partner().get(f"/v1/{path}").status_code == 200
        assert stranger.get(f"/v1/{path}").status_code == 404, path
    owner = api.partner().get(f"/v1/accounts/{debit}").json()["customer_id"]
    assert api.partner().get(f"/v1/customers/{owner}").status_code == 200
    assert stranger.get(f"/v1/customers/{owner}").status_code == 404
    listed = stranger.get("/v1/customers", params={"limit": 200}).json()["items"]
    assert owner not in {row["customer_id"] for row in listed}
    assert debit not in {row["account_id"] for row in stranger.get("/v1/accounts", params={"limit": 200}).json()["items"]}
    resolved = api.browser("risk", "other").post(f"/v1/transfers/{made}/resolution", json={"action": "release"})
    assert resolved.status_code == 404


def test_a_customer_pays_from_their_own_accounts_only(api, pair):
    own, others = account(api, customer_id="c000042"), pair[0]
    browser = api.browser("customer")
    assert {row["account_id"] for row in browser.get("/v1/accounts").json()["items"]} == {own}
    assert browser.get(f"/v1/accounts/{others}").status_code == 404
    assert browser.get("/v1/accounts", params={"customer_id": "someone"}).json()["items"][0]["account_id"] == own
    assert browser.post("/v1/transfers", json=body(others, own), headers=key()).status_code == 404
    made = browser.post("/v1/transfers", json=body(own, others, 10), headers=key())
    assert made.status_code == 201, made.text
    assert browser.get(f"/v1/transfers/{made.json()['id']}").json()["decision"] == {"verdict": "allow", "source": "stand_in"}
    refused = browser.post(f"/v1/transfers/{made.json()['id']}/resolution", json={"action": "release"})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert browser.post("/v1/accounts", json={"customer_id": "somebody"}, headers=key()).status_code == 422


def test_entries_come_in_pages_that_do_not_shift_while_money_moves(api):
    debit, credit = account(api), account(api, funds_minor=0)
    partner = api.partner()
    for amount in range(1, 8):
        assert partner.post("/v1/transfers", json=body(debit, credit, amount), headers=key()).status_code == 201
    first = partner.get(f"/v1/accounts/{credit}/entries", params={"limit": 3}).json()
    partner.post("/v1/transfers", json=body(debit, credit, 99), headers=key())
    seen, cursor = list(first["items"]), first["next_cursor"]
    while cursor:
        answer = partner.get(f"/v1/accounts/{credit}/entries", params={"limit": 3, "cursor": cursor}).json()
        seen, cursor = seen + answer["items"], answer["next_cursor"]
    assert [entry["amount"]["amount_minor"] for entry in seen] == [7, 6, 5, 4, 3, 2, 1]
    assert [entry["balance_after"]["amount_minor"] for entry in seen] == [28, 21, 15, 10, 6, 3, 1]
    assert all(entry["counterparty_account_id"] == debit for entry in seen)
    for bad in ("nonsense", "WyJ4Il0", "%00", "x" * 300):
        assert partner.get(f"/v1/accounts/{credit}/entries", params={"cursor": bad}).status_code == 422


def test_a_balance_can_be_asked_for_at_a_past_moment(api):
    debit, credit = account(api), account(api, funds_minor=0)
    partner = api.partner()
    partner.post("/v1/transfers", json=body(debit, credit, 40), headers=key())
    moment = partner.get(f"/v1/accounts/{credit}/entries").json()["items"][0]["booked_at"]
    partner.post("/v1/transfers", json=body(debit, credit, 2), headers=key())
    then = partner.get(f"/v1/accounts/{credit}/balance", params={"at": moment}).json()
    assert (then["balance"]["amount_minor"], then["version"], then["available"]) == (40, 1, None)
    assert balance(api, credit) == 42
    before = partner.get(f"/v1/accounts/{credit}/balance", params={"at": "2001-01-01T00:00:00Z"}).json()
    assert (before["balance"]["amount_minor"], before["version"]) == (0, 0)
    for bad in ("2999-01-01T00:00:00Z", "2001-01-01T00:00:00", "yesterday"):
        assert partner.get(f"/v1/accounts/{credit}/balance", params={"at": bad}).status_code == 422


def test_opening_an_account_again_with_its_key_gives_the_same_account(api):
    wanted = {"customer_id": customer(api), "currency": "BRL", "nickname": "savings for Ana"}
    headers = key()
    first = api.partner().post("/v1/accounts", json=wanted, headers=headers)
    again = api.partner().post("/v1/accounts", json=wanted, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert api.partner().post("/v1/accounts", json=wanted | {"nickname": "x"}, headers=headers).status_code == 422
    unknown = api.partner().post("/v1/accounts", json={"customer_id": "nobody-here"}, headers=key())
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not-found")
    assert api.partner().post("/v1/accounts", json=wanted | {"currency": "XXX"}, headers=key()).status_code == 422


def test_the_hash_of_a_request_covers_its_route(api):
    assert request_hash("POST /a", b"{}") != request_hash("POST /b", b"{}")
    assert request_hash("POST /a", b"{}") == hashlib.sha256(b"POST /a\n{}").digest()
