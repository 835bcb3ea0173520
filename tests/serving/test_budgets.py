"""Budgets over HTTP: once a key, one a category, changed under the version that was read, and held against a month."""

import uuid
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import psycopg
import pytest

from serving.statements.period import DEFAULT_ZONE
from tests.serving.conftest import Server
from tests.serving.test_transfers import account, customer, key

pytestmark = pytest.mark.servers
FOLDED = """
insert into read_model.movement (generation, tenant_id, account_id, sequence, transfer_id, amount_minor, balance_after_minor,
                                 currency, purpose, channel, decided, category, counterparty_account_id, counterparty_kind,
                                 value_at, booked_at, log_offset)
select generation, 'demo', %(account_id)s, %(sequence)s, gen_random_uuid(), %(amount)s, %(balance)s, 'BRL', 'transfer', 'pix',
    true, %(category)s, %(other)s, 'customer', %(at)s, %(at)s, 1
from read_model.serving
"""
Line = tuple[datetime, int, str]


def now() -> datetime:
    """Noon in São Paulo of its today, so that a day more or less is one there too; in the evening there UTC is a day ahead."""
    return datetime.now(ZoneInfo(DEFAULT_ZONE)).replace(hour=12, minute=0, second=0, microsecond=0)


def fold(api: Server, account_id: str, lines: list[Line]) -> None:
    """Put movements into the read model, as the projector would have; each category has its own other side."""
    balance = 0
    with psycopg.connect(api.settings.warehouse.dsn("postgres")) as connection:
        for sequence, (at, amount, category) in enumerate(sorted(lines), start=1):
            balance += amount
            connection.execute(
                FOLDED,
                {
                    "account_id": account_id, "sequence": sequence, "amount": amount, "balance": balance, "category": category,
                    "other": uuid.uuid5(uuid.NAMESPACE_OID, category), "at": at,
                },
            )  # fmt: skip


def set_budget(asker: httpx.Client, headers: dict[str, str] | None = None, **wanted: object) -> httpx.Response:
    return asker.post("/v1/budgets", json={"limit_minor": 80_000} | wanted, headers=headers or key())


def month_of(api: Server, customer_id: str, **params: object) -> dict:
    answer = api.partner().get("/v1/insights/budgets", params={"customer_id": customer_id} | params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_a_budget_is_set_once_a_key_and_once_a_category(api):
    whose, headers = customer(api), key()
    made = set_budget(api.partner(), headers, customer_id=whose, category="restaurants")
    assert made.status_code == 201, made.text
    assert made.headers["etag"] == '"1"'
    again = set_budget(api.partner(), headers, customer_id=whose, category="restaurants")
    assert (again.content, again.headers["idempotent-replayed"]) == (made.content, "true")
    twice = set_budget(api.partner(), customer_id=whose, category="restaurants")
    assert (twice.status_code, twice.json()["code"]) == (409, "budget-exists")
    for other in ({}, {"category": "travel"}, {"category": "restaurants", "currency": "USD"}):
        assert set_budget(api.partner(), customer_id=whose, **other).status_code == 201
    assert set_budget(api.partner(), customer_id=whose).status_code == 409, "one on all spending too"
    listed = api.partner().get("/v1/budgets", params={"customer_id": whose}).json()["items"]
    assert [row["category"] for row in listed] == ["restaurants", None, "travel", "restaurants"]


@pytest.mark.parametrize(("wanted", "status"), [
    ({"category": "own_accounts"}, 422), ({"category": "salary"}, 422), ({"limit_minor": 0}, 422), ({"currency": "XXX"}, 422),
    ({"customer_id": "nobody-here"}, 404), ({"customer_id": None}, 422),
])  # fmt: skip
def test_a_budget_that_makes_no_sense_is_refused(api, wanted, status):
    assert set_budget(api.partner(), **{"customer_id": customer(api)} | wanted).status_code == status


def test_a_limit_is_changed_and_a_budget_dropped_under_the_version_that_was_read(api):
    path = f"/v1/budgets/{set_budget(api.partner(), customer_id=customer(api)).json()['budget_id']}"
    partner = api.partner()
    assert partner.patch(path, json={"limit_minor": 5}).status_code == 428
    changed = partner.patch(path, json={"limit_minor": 5}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["limit"]["amount_minor"], changed.headers["etag"]) == (200, 5, '"2"')
    assert partner.patch(path, json={"limit_minor": 6}, headers={"If-Match": '"1"'}).status_code == 412
    assert partner.delete(path, headers={"If-Match": '"1"'}).status_code == 412
    assert partner.delete(path, headers={"If-Match": '"2"'}).status_code == 200
    assert partner.get(path).status_code == 404


def test_a_customer_has_their_own_budgets_only(api):
    browser = api.browser("customer")
    theirs = set_budget(api.partner(), customer_id=customer(api)).json()
    assert browser.get(f"/v1/budgets/{theirs['budget_id']}").status_code == 404
    assert set_budget(browser, customer_id=theirs["customer_id"]).status_code == 422
    own = set_budget(browser, category="leisure")
    assert own.status_code == 201, own.text
    assert [row["budget_id"] for row in browser.get("/v1/budgets").json()["items"]] == [own.json()["budget_id"]]
    seen = browser.get("/v1/insights/budgets", params={"customer_id": theirs["customer_id"]}).json()
    assert (seen["customer_id"], len(seen["items"])) == (own.json()["customer_id"], 1)


def test_who_is_a_customer_of_nobodys_sets_no_budget_for_another(api):
    whose = customer(api)
    with psycopg.connect(api.settings.core.dsn("postgres"), autocommit=True) as connection:
        change = "update identity.login_user set customer_id = %s where email = 'customer@demo.example'"
        connection.execute(change, (None,))
        refused = set_budget(api.browser("customer"), customer_id=whose)
        connection.execute(change, ("c000042",))
    assert refused.status_code == 422, refused.text


def test_a_month_stands_by_what_was_spent_of_it_on_all_of_the_customer_s_accounts(api):
    whose = customer(api)
    first, second = account(api, customer_id=whose), account(api, customer_id=whose, funds_minor=0)
    for wanted in ({"category": "restaurants", "limit_minor": 1_000}, {"limit_minor": 10_000_000}):
        set_budget(api.partner(), customer_id=whose, **wanted)
    today = now()
    ago = [today - timedelta(days=days) for days in range(60)]
    fold(api, first, [(at, -300, "restaurants") for at in ago] + [(at, 900, "restaurants") for at in ago[:3]])
    fold(api, second, [(at, -200, "restaurants") for at in ago] + [(at, -70_000, "own_accounts") for at in ago])
    told = month_of(api, whose)
    restaurants, everything = told["items"]
    spent = 500 * today.day
    assert (restaurants["spent_minor"], restaurants["left_minor"]) == (spent, 1_000 - spent)
    assert restaurants["standing"] == ("over" if spent > 1_000 else "at-risk")
    assert (everything["spent_minor"], everything["standing"]) == (spent, "on-track")
    assert restaurants["end"]["low_80_minor"] <= restaurants["end"]["expected_minor"] <= restaurants["end"]["high_80_minor"]
    assert told["month"] == today.date().replace(day=1).isoformat()


def test_of_an_account_s_other_holders_nothing_is_counted_and_of_nobody_nothing_is_known(api):
    owner, holder = customer(api), customer(api)
    shared = account(api, customer_id=owner)
    assert api.partner().put(f"/v1/accounts/{shared}/holders/{holder}", json={"role": "holder"}).status_code == 200
    set_budget(api.partner(), customer_id=holder)
    fold(api, shared, [(now(), -300, "restaurants")])
    [item] = month_of(api, holder)["items"]
    assert (item["spent_minor"], item["standing"]) == (0, "on-track")
    # On a month's last day it ends where it stands, whatever is known.
    assert item["end"] is None or item["end"]["high_80_minor"] == 0
    assert month_of(api, "somebody")["items"] == []
