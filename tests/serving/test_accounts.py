"""Accounts under products, and how they stand: each status means the same to people, to the ledger and to the audit log."""

import uuid

import httpx
import pytest

from kit.errors import DomainError
from ledger.accounts import Account as LedgerAccount
from serving.accounts.service import MAX_OPENED_ALONE
from serving.accounts.statuses import MOVES, AccountStatus, Block, BlockCause, Sides, check_move, flags
from tests.serving.conftest import Server
from tests.serving.test_transfers import account, balance, body, customer, key


def product(api: Server, **terms: object) -> dict:
    wanted = {"code": f"p-{uuid.uuid4().hex[:10]}", "currency": "BRL", "name": "A product", "kind": "checking"} | terms
    answer = api.browser("admin").post("/v1/products", json=wanted)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def opened(api: Server, product_code: str, currency: str = "BRL") -> httpx.Response:
    wanted = {"customer_id": customer(api), "product": product_code, "currency": currency}
    return api.partner().post("/v1/accounts", json=wanted, headers=key())


def move(api: Server, account_id: str, status: str, role: str = "admin", **block: str) -> httpx.Response:
    asker = api.partner() if role == "partner" else api.browser(role)
    tag = asker.get(f"/v1/accounts/{account_id}").headers["etag"]
    wanted = {"status": status, "reason": "a test"} | ({"block": block} if block else {})
    return asker.post(f"/v1/accounts/{account_id}/status", json=wanted, headers={"If-Match": tag})


def told(api: Server, account_id: str) -> dict:
    return dict(api.partner().get(f"/v1/accounts/{account_id}").json())


def test_a_product_is_offered_once_and_changed_under_the_version_that_was_read(api):
    made = product(api, monthly_fee_minor=1_290, transfer_fees={"ted": 850})
    path = f"/v1/products/{made['code']}/BRL"
    admin = api.browser("admin")
    again = admin.post("/v1/products", json={name: made[name] for name in ("code", "currency", "name", "kind")})
    assert (again.status_code, again.json()["code"]) == (409, "product-exists")
    read = admin.get(path)
    assert read.json() == made
    assert admin.patch(path, json={"monthly_fee_minor": 0}).status_code == 428
    changed = admin.patch(path, json={"monthly_fee_minor": 0}, headers={"If-Match": read.headers["etag"]})
    assert changed.json() == made | {"monthly_fee_minor": 0, "version": 2}
    assert admin.patch(path, json={}, headers={"If-Match": read.headers["etag"]}).status_code == 412
    assert api.partner().post("/v1/products", json={}).status_code == 403
    assert api.partner("other").get(path).status_code == 404


def test_products_come_in_pages(api):
    codes = {product(api)["code"] for _ in range(3)}
    seen, cursor = [], None
    while True:
        page = api.partner().get("/v1/products", params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        seen, cursor = seen + [row["code"] for row in page["items"]], page["next_cursor"]
        if cursor is None:
            break
    assert seen == sorted(seen)
    assert codes <= set(seen)


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"currency": "XXX"}, "currency"),
        ({"transfer_fees": {"pigeon": 1}}, "body.transfer_fees.pigeon"),
        ({"overdraft_limit_minor": -1}, "body.overdraft_limit_minor"),
        ({"credit_rate_ppm": 10_000_001}, "body.credit_rate_ppm"),
        ({"code": "Has Space"}, "body.code"),
    ],
)
def test_terms_that_make_no_sense_are_refused(api, terms, field):
    wanted = {"code": "p-wrong", "currency": "BRL", "name": "x", "kind": "checking"} | terms
    refused = api.browser("admin").post("/v1/products", json=wanted)
    assert refused.status_code == 422, refused.text
    assert refused.json()["facts"]["field"].startswith(field)


def test_an_account_goes_below_zero_as_far_as_its_product_says(api):
    made = opened(api, product(api, overdraft_limit_minor=5_000)["code"])
    account_id = made.json()["account_id"]
    assert made.json()["overdraft_limit"] == {"amount_minor": 5_000, "currency": "BRL"}
    other = account(api, funds_minor=0)
    send = api.partner().post
    assert send("/v1/transfers", json=body(account_id, other, 5_000), headers=key()).status_code == 201
    refused = send("/v1/transfers", json=body(account_id, other, 1), headers=key())
    assert refused.json()["facts"]["reason"] == "insufficient-funds"
    assert balance(api, account_id) == -5_000


def test_an_account_is_opened_under_a_product_of_its_currency_that_is_offered(api):
    made = product(api, currency="JPY", kind="savings")
    assert opened(api, made["code"], "JPY").status_code == 201
    foreign = opened(api, made["code"], "USD")
    assert (foreign.status_code, foreign.json()["code"]) == (422, "unknown-product")
    path = f"/v1/products/{made['code']}/JPY"
    api.browser("admin").patch(path, json={"offered": False}, headers={"If-Match": '"1"'})
    withdrawn = opened(api, made["code"], "JPY")
    assert (withdrawn.status_code, withdrawn.json()["code"]) == (409, "product-not-offered")


def test_a_key_under_which_opening_was_refused_may_be_tried_again(api):
    headers = key()
    wanted = {"customer_id": f"c{uuid.uuid4().hex[:10]}", "currency": "KWD"}
    assert api.partner().post("/v1/accounts", json=wanted, headers=headers).status_code == 404
    api.partner().post("/v1/customers", json={"customer_id": wanted["customer_id"]})
    assert api.partner().post("/v1/accounts", json=wanted, headers=headers).status_code == 201


def test_a_blocked_customer_opens_nothing(api):
    customer_id = customer(api)
    api.partner().post(
        f"/v1/customers/{customer_id}/status", json={"status": "blocked", "reason": "x"}, headers={"If-Match": '"1"'}
    )
    refused = api.partner().post("/v1/accounts", json={"customer_id": customer_id}, headers=key())
    assert (refused.status_code, refused.json()["code"]) == (409, "customer-not-active")


def test_an_account_is_opened_until_money_first_arrives(api):
    account_id = account(api, funds_minor=0)
    assert told(api, account_id)["status"] == "opened"
    api.partner().post("/v1/transfers", json=body(account(api), account_id, 1), headers=key())
    assert told(api, account_id)["status"] == "active"


@pytest.mark.parametrize(("sides", "pays", "is_paid"), [("debits", 422, 201), ("credits", 201, 422), ("both", 422, 422)])
def test_a_block_stops_the_sides_it_names_and_no_other_until_it_is_lifted(api, sides, pays, is_paid):
    held, other = account(api), account(api)
    blocked = move(api, held, "blocked", cause="customer-request", sides=sides)
    assert blocked.status_code == 200, blocked.text
    assert blocked.json()["block"] == {"cause": "customer-request", "sides": sides}
    send = api.partner().post
    out = send("/v1/transfers", json=body(held, other, 10), headers=key())
    into = send("/v1/transfers", json=body(other, held, 10), headers=key())
    assert (out.status_code, into.status_code) == (pays, is_paid)
    reasons = {answer.json()["facts"]["reason"] for answer in (out, into) if answer.status_code == 422}
    assert reasons == {"account-frozen"}
    lifted = move(api, held, "active", role="partner")
    assert (lifted.json()["status"], lifted.json()["block"]) == ("active", None)
    assert send("/v1/transfers", json=body(held, other, 10), headers=key()).status_code == 201


def test_only_compliance_lifts_a_court_s_block(api):
    held = account(api)
    assert move(api, held, "blocked", role="partner", cause="court-order", sides="both").status_code == 200
    refused = move(api, held, "active", role="partner")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    weakened = move(api, held, "blocked", role="partner", cause="customer-request", sides="credits")
    assert weakened.status_code == 403
    assert move(api, held, "active", role="compliance").status_code == 200


def test_a_dormant_account_takes_money_and_gives_none(api):
    held, other = account(api), account(api)
    assert move(api, held, "dormant").status_code == 200
    send = api.partner().post
    assert send("/v1/transfers", json=body(held, other, 10), headers=key()).status_code == 422
    assert send("/v1/transfers", json=body(other, held, 10), headers=key()).status_code == 201
    assert move(api, held, "active").json()["status"] == "active"


def test_an_account_is_closed_when_nothing_is_in_it_and_then_takes_nothing_more(api):
    full, other = account(api, funds_minor=500), account(api)
    refused = move(api, full, "closed")
    assert (refused.status_code, refused.json()["code"]) == (409, "account-not-empty")
    api.partner().post("/v1/transfers", json=body(full, other, 500), headers=key())
    closed = move(api, full, "closed")
    assert (closed.status_code, closed.json()["status"]) == (200, "closed")
    late = api.partner().post("/v1/transfers", json=body(other, full, 1), headers=key())
    assert late.json()["facts"]["reason"] == "account-closed"
    again = move(api, full, "active")
    assert (again.status_code, again.json()["code"]) == (409, "account-move-not-allowed")


def test_each_move_is_audited_with_its_reason(api):
    held = account(api)
    move(api, held, "blocked", cause="deceased", sides="debits")
    move(api, held, "active")
    rows = api.browser("admin").get("/v1/audit", params={"resource": f"accounts/{held}"}).json()["items"]
    assert [row["detail"] for row in rows] == [
        {"from": "blocked", "status": "active", "reason": "a test"},
        {"from": "active", "status": "blocked", "block": {"cause": "deceased", "sides": "debits"}, "reason": "a test"},
    ]


def test_a_move_needs_the_version_that_was_read_and_a_block_its_cause(api):
    held = account(api)
    asker = api.browser("admin")
    path, wanted = f"/v1/accounts/{held}/status", {"status": "dormant", "reason": "x"}
    assert asker.post(path, json=wanted).status_code == 428
    assert asker.post(path, json=wanted, headers={"If-Match": '"9"'}).status_code == 412
    assert move(api, held, "blocked").json()["code"] == "block-mismatch"
    assert move(api, held, "dormant", cause="deceased", sides="both").json()["code"] == "block-mismatch"


def test_a_nickname_is_changed_under_the_version_that_was_read(api):
    held = account(api)
    path = f"/v1/accounts/{held}"
    named = api.partner().patch(path, json={"nickname": "rent"}, headers={"If-Match": '"1"'})
    assert (named.json()["nickname"], named.headers["etag"]) == ("rent", '"2"')
    assert api.partner().patch(path, json={"nickname": None}, headers={"If-Match": '"1"'}).status_code == 412
    assert api.partner().patch(path, json={"nickname": None}, headers={"If-Match": '"2"'}).json()["nickname"] is None


@pytest.mark.parametrize("at", list(AccountStatus))
@pytest.mark.parametrize("to", list(AccountStatus))
def test_a_move_is_allowed_exactly_when_the_table_has_it(at, to):
    block = Block(BlockCause.DECEASED, Sides.BOTH) if to is AccountStatus.BLOCKED else None
    if to in MOVES[at]:
        check_move(at=at, to=to, block=block)
    else:
        with pytest.raises(DomainError, match="does not become"):
            check_move(at=at, to=to, block=block)


def test_every_status_leads_to_the_end_and_the_ledger_has_a_flag_for_whatever_stops_money():
    assert set(MOVES) == set(AccountStatus)
    ways = {AccountStatus.CLOSED}
    for _ in AccountStatus:
        ways |= {at for at, targets in MOVES.items() if targets & ways}
    assert ways == set(AccountStatus)
    for status in AccountStatus:
        for block in [Block(BlockCause.DECEASED, side) for side in Sides] if status is AccountStatus.BLOCKED else [None]:
            found = flags(status, block)
            stops = status in (AccountStatus.DORMANT, AccountStatus.BLOCKED, AccountStatus.CLOSED)
            assert (found.closed or found.frozen_debits or found.frozen_credits) is stops
    assert {"closed", "frozen_debits", "frozen_credits"} <= set(LedgerAccount.__slots__)


def test_credit_is_given_by_the_bank_and_taken_by_nobody(api):
    code = product(api, overdraft_limit_minor=5_000)["code"]
    wanted = {"customer_id": "c000042", "currency": "BRL", "product": code}
    alone = api.browser("customer").post("/v1/accounts", json=wanted, headers=key())
    assert (alone.status_code, alone.json()["code"]) == (403, "forbidden")
    assert api.partner().post("/v1/accounts", json=wanted, headers=key()).status_code == 201


def test_a_customer_alone_opens_so_many_accounts_and_the_bank_opens_more(api):
    browser, wanted = api.browser("customer", "other"), {"customer_id": "c000042", "currency": "BRL"}
    answers = [browser.post("/v1/accounts", json=wanted, headers=key()) for _ in range(MAX_OPENED_ALONE + 1)]
    assert {answer.status_code for answer in answers[: MAX_OPENED_ALONE // 2]} == {201}
    assert (answers[-1].status_code, answers[-1].json()["code"]) == (409, "too-many-accounts")
    assert api.partner("other").post("/v1/accounts", json=wanted, headers=key()).status_code == 201
