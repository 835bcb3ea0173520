"""Several customers on one account: what each of them sees and does, everywhere that a customer is confined to their own."""

import uuid

import httpx
import pytest

from serving.holders.service import MAX_HOLDERS
from tests.serving.conftest import Server
from tests.serving.test_accounts import move
from tests.serving.test_transfers import account, body, customer, key

ME = "c000042"


def put(asker: httpx.Client, account_id: str, customer_id: str, role: str) -> httpx.Response:
    return asker.put(f"/v1/accounts/{account_id}/holders/{customer_id}", json={"role": role})


@pytest.fixture(scope="module")
def browser(api: Server) -> httpx.Client:
    return api.browser("customer")


def roles(asker: httpx.Client, account_id: str) -> dict[str, str]:
    return {row["customer_id"]: row["role"] for row in asker.get(f"/v1/accounts/{account_id}/holders").json()["items"]}


@pytest.mark.parametrize("role", ["owner", "holder"])
def test_a_joint_holder_sees_and_uses_the_account_until_they_are_taken_off(api, browser, role):
    theirs, other = account(api), account(api)
    assert browser.post("/v1/transfers", json=body(theirs, other, 10), headers=key()).status_code == 404
    assert put(api.partner(), theirs, ME, role).json()["role"] == role
    assert theirs in {row["account_id"] for row in browser.get("/v1/accounts", params={"limit": 200}).json()["items"]}
    for path in ("", "/balance", "/entries", "/holders"):
        assert browser.get(f"/v1/accounts/{theirs}{path}").status_code == 200, path
    paid = browser.post("/v1/transfers", json=body(theirs, other, 10), headers=key())
    assert paid.status_code == 201, paid.text
    assert browser.get(f"/v1/transfers/{paid.json()['id']}").status_code == 200
    named = browser.patch(f"/v1/accounts/{theirs}", json={"nickname": "ours"}, headers={"If-Match": '"1"'})
    assert named.json()["nickname"] == "ours"
    assert api.partner().delete(f"/v1/accounts/{theirs}/holders/{ME}").status_code == 204
    for path in ("", "/balance", "/entries", "/holders"):
        assert browser.get(f"/v1/accounts/{theirs}{path}").status_code == 404, path
    assert browser.post("/v1/transfers", json=body(theirs, other, 10), headers=key()).status_code == 404
    assert browser.get(f"/v1/transfers/{paid.json()['id']}").status_code == 404


def test_a_viewer_looks_and_does_nothing(api, browser):
    theirs, other = account(api), account(api)
    put(api.partner(), theirs, ME, "viewer")
    assert browser.get(f"/v1/accounts/{theirs}/balance").status_code == 200
    refused = browser.post("/v1/transfers", json=body(theirs, other, 10), headers=key())
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    named = browser.patch(f"/v1/accounts/{theirs}", json={"nickname": "x"}, headers={"If-Match": '"1"'})
    assert named.status_code == 403
    assert put(browser, theirs, ME, "owner").status_code == 403
    assert browser.delete(f"/v1/accounts/{theirs}/holders/{ME}").status_code == 204
    assert browser.get(f"/v1/accounts/{theirs}").status_code == 404


def test_owners_say_who_holds_and_holders_do_not(api, browser):
    theirs, friend = account(api), customer(api)
    put(api.partner(), theirs, ME, "holder")
    assert put(browser, theirs, friend, "viewer").status_code == 403
    put(api.partner(), theirs, ME, "owner")
    for _ in range(2):
        assert put(browser, theirs, friend, "viewer").status_code == 200
    opener = api.partner().get(f"/v1/accounts/{theirs}").json()["customer_id"]
    assert roles(browser, theirs) == {opener: "owner", ME: "owner", friend: "viewer"}
    assert browser.delete(f"/v1/accounts/{theirs}/holders/{friend}").status_code == 204
    assert friend not in roles(browser, theirs)


def test_who_opened_an_account_stays_on_it(api):
    theirs = account(api)
    opener = api.partner().get(f"/v1/accounts/{theirs}").json()["customer_id"]
    for answer in (
        put(api.partner(), theirs, opener, "viewer"),
        api.partner().delete(f"/v1/accounts/{theirs}/holders/{opener}"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "opener-stays")


def test_holders_are_customers_of_the_tenant_and_not_without_number(api):
    theirs = account(api)
    assert put(api.partner(), theirs, "nobody-here", "holder").status_code == 404
    assert put(api.partner("other"), theirs, ME, "holder").status_code == 404
    assert put(api.partner(), str(uuid.uuid4()), ME, "holder").status_code == 404
    for _ in range(MAX_HOLDERS):
        assert put(api.partner(), theirs, customer(api), "viewer").status_code == 200
    many = put(api.partner(), theirs, ME, "viewer")
    assert (many.status_code, many.json()["code"]) == (409, "too-many-holders")
    page = api.partner().get(f"/v1/accounts/{theirs}/holders", params={"limit": 10}).json()
    rest = api.partner().get(f"/v1/accounts/{theirs}/holders", params={"limit": 10, "cursor": page["next_cursor"]}).json()
    seen = [row["customer_id"] for row in page["items"] + rest["items"]]
    assert (len(seen), seen) == (MAX_HOLDERS + 1, sorted(seen))


def test_each_change_of_holders_is_audited(api):
    theirs, friend = account(api), customer(api)
    put(api.partner(), theirs, friend, "viewer")
    api.partner().delete(f"/v1/accounts/{theirs}/holders/{friend}")
    move(api, theirs, "dormant")
    rows = api.browser("admin").get("/v1/audit", params={"resource": f"accounts/{theirs}"}).json()["items"]
    assert [row["detail"].get("role", "-") for row in rows] == ["-", None, "viewer"]
    assert {row["detail"].get("customer_id", friend) for row in rows} == {friend}


def test_a_holder_gets_the_statement_and_makes_standing_orders_and_a_viewer_only_reads_them(api, browser):
    theirs, other = account(api), account(api)
    put(api.partner(), theirs, ME, "holder")
    assert browser.get(f"/v1/accounts/{theirs}/statement").status_code == 200
    amount = {"amount_minor": 1_000, "currency": "BRL"}
    order = {"debit_account_id": theirs, "credit_account_id": other, "amount": amount, "channel": "pix"}
    rule = {"frequency": "monthly", "from_day": "2031-01-05", "day_of_month": 5, "convention": "following"}
    made = browser.post("/v1/schedules", json=order | rule, headers=key())
    assert made.status_code == 201, made.text
    path, tag = f"/v1/schedules/{made.json()['schedule_id']}", {"If-Match": made.headers["ETag"]}
    put(api.partner(), theirs, ME, "viewer")
    assert browser.get(path).status_code == 200
    assert made.json()["schedule_id"] in {row["schedule_id"] for row in browser.get("/v1/schedules").json()["items"]}
    assert browser.delete(path, headers=tag).status_code == 403
    api.partner().delete(f"/v1/accounts/{theirs}/holders/{ME}")
    assert browser.get(path).status_code == browser.get(f"/v1/accounts/{theirs}/statement").status_code == 404
