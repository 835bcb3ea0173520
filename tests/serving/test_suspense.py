"""Suspense over HTTP: money that belongs to nobody known, how old it is, and how two people let it go."""

import uuid

import httpx
import psycopg
import pytest

from tests.serving.conftest import Server
from tests.serving.test_transfers import account, balance, key

AMOUNT = {"amount_minor": 42_000, "currency": "BRL"}


@pytest.fixture(scope="module")
def admin(api: Server) -> httpx.Client:
    return api.browser("admin")


@pytest.fixture(scope="module")
def operator(api: Server, admin: httpx.Client) -> httpx.Client:
    made = admin.post("/v1/clients", json={"client_id": "back-office", "name": "back office", "roles": ["operator"]})
    assert made.status_code == 201, made.text
    return api.client(**{"X-Api-Key": made.json()["api_key"]})


def opened(who: httpx.Client, **more: object) -> dict:
    answer = who.post(
        "/v1/suspense", json={"rail": "ted", "amount": AMOUNT, "problem": "unknown-account"} | more, headers=key()
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


def lying(who: httpx.Client, rail: str = "ted") -> dict:
    rows = who.get("/v1/suspense/balances").json()["items"]
    return next(row for row in rows if row["rail"] == rail and row["balance"]["currency"] == "BRL")


def test_money_goes_to_an_account_when_a_second_person_agrees(api, admin, operator):
    target, same = account(api, funds_minor=0), key()
    wanted = {"rail": "ted", "amount": AMOUNT, "problem": "unknown-account", "note": "branch 1"}
    made = [operator.post("/v1/suspense", json=wanted, headers=same) for _ in range(2)]
    assert made[0].json() == made[1].json()
    item = made[0].json()
    assert lying(admin)["balance"]["amount_minor"] == 42_000
    path = f"/v1/suspense/{item['item_id']}"
    nothing = {"approve": True, "proposed_at": item["opened_at"]}
    assert admin.post(f"{path}/judgement", json=nothing).json()["code"] == "nothing-proposed"
    wanted = {"action": "credit", "account_id": target, "note": "by letter"}
    mine = admin.post(f"{path}/resolution", json=wanted).json()
    own = admin.post(f"{path}/judgement", json={"approve": True, "proposed_at": mine["proposed_at"]})
    assert (own.status_code, own.json()["code"]) == (409, "same-eyes")
    proposed = operator.post(f"{path}/resolution", json=wanted)
    assert (proposed.status_code, proposed.json()["status"]) == (200, "proposed")
    assert balance(api, target) == 0
    yes = {"approve": True, "proposed_at": proposed.json()["proposed_at"]}
    answers = [admin.post(f"{path}/judgement", json=yes) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json()["transfer_id"] == answers[1].json()["transfer_id"]
    assert balance(api, target) == 42_000
    assert lying(admin)["balance"]["amount_minor"] == 0
    late = operator.post(f"{path}/resolution", json={"action": "return"})
    assert (late.status_code, late.json()["code"]) == (409, "suspense-resolved")
    audit = admin.get("/v1/audit", params={"resource": f"suspense/{item['item_id']}"}).json()["items"]
    assert len(audit) >= 3


def test_money_goes_back_through_its_rail_and_a_proposal_can_be_taken_away(api, admin, operator):
    before = lying(admin)["balance"]["amount_minor"] if admin.get("/v1/suspense/balances").json()["items"] else 0
    path = f"/v1/suspense/{opened(operator)['item_id']}"
    for approve, status in ((False, "open"), (True, "resolved")):
        proposed_at = operator.post(f"{path}/resolution", json={"action": "return"}).json()["proposed_at"]
        judged = admin.post(f"{path}/judgement", json={"approve": approve, "proposed_at": proposed_at})
        assert judged.json()["status"] == status
    assert lying(admin)["balance"]["amount_minor"] == before


def test_what_lies_there_is_told_by_age_oldest_first_and_what_no_item_accounts_for(api, admin):
    items = [opened(admin, rail="boleto") for _ in range(3)]
    with psycopg.connect(api.settings.core.dsn("postgres"), autocommit=True) as connection:
        for item, days in zip(items, (0, 3, 40), strict=True):
            connection.execute(
                "update bank.suspense_item set opened_at = now() - %s * interval '1 day' where item_id = %s",
                (days, item["item_id"]),
            )
    told = lying(admin, "boleto")
    ages = ("up_to_1_day_minor", "up_to_5_days_minor", "up_to_30_days_minor", "older_minor")
    assert [told[age] for age in ages] == [42_000, 42_000, 0, 42_000]
    assert (told["balance"]["amount_minor"], told["unexplained"]["amount_minor"], told["items"]) == (126_000, 0, 3)
    page = admin.get("/v1/suspense", params={"limit": 2}).json()
    rest = admin.get("/v1/suspense", params={"cursor": page["next_cursor"]}).json()
    listed = [row for row in page["items"] + rest["items"] if row["rail"] == "boleto"]
    assert [row["item_id"] for row in listed] == [item["item_id"] for item in reversed(items)]
    assert [row["age_days"] for row in listed] == [40, 3, 0]
    with psycopg.connect(api.settings.core.dsn("postgres"), autocommit=True) as connection:
        connection.execute("delete from bank.suspense_item where item_id = %s", (items[0]["item_id"],))
    assert lying(admin, "boleto")["unexplained"]["amount_minor"] == 42_000


@pytest.mark.parametrize(
    ("proposal", "status"),
    [
        ({"action": "credit"}, 422),
        ({"action": "return", "account_id": str(uuid.uuid4())}, 422),
        ({"action": "credit", "account_id": str(uuid.uuid4())}, 404),
        ({"action": "return", "value_date": "2001-01-01"}, 422),
    ],
)
def test_a_proposal_that_cannot_be_is_refused(admin, proposal, status):
    item = opened(admin, rail="wire")
    assert admin.post(f"/v1/suspense/{item['item_id']}/resolution", json=proposal).status_code == status


def test_an_account_of_the_bank_or_of_another_tenant_is_never_credited(api, admin):
    item = opened(admin, rail="wire")
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        [settlement] = connection.execute(
            "select id from ledger.account where tenant_id = 'demo' and code = 'settlement:wire'"
        ).fetchone()
    foreign = account(api, tenant_id="other", funds_minor=0)
    for target in (str(settlement), foreign):
        wanted = {"action": "credit", "account_id": target}
        assert admin.post(f"/v1/suspense/{item['item_id']}/resolution", json=wanted).status_code == 404
    assert api.browser("admin", "other").get(f"/v1/suspense/{item['item_id']}").status_code == 404
    assert api.browser("customer").get("/v1/suspense").status_code == 403


def test_an_approval_is_of_the_proposal_that_was_read_and_by_a_person(api, admin, operator):
    target, other = account(api, funds_minor=0), account(api, funds_minor=0)
    path = f"/v1/suspense/{opened(admin)['item_id']}"
    read = admin.post(f"{path}/resolution", json={"action": "credit", "account_id": target}).json()
    machine = operator.post(f"{path}/judgement", json={"approve": True, "proposed_at": read["proposed_at"]})
    assert (machine.status_code, machine.json()["code"]) == (403, "forbidden")
    meanwhile = operator.post(f"{path}/resolution", json={"action": "credit", "account_id": other}).json()
    late = admin.post(f"{path}/judgement", json={"approve": True, "proposed_at": read["proposed_at"]})
    assert (late.status_code, late.json()["code"]) == (409, "proposal-changed")
    assert balance(api, target) == balance(api, other) == 0
    done = admin.post(f"{path}/judgement", json={"approve": True, "proposed_at": meanwhile["proposed_at"]})
    assert (done.status_code, done.json()["status"]) == (200, "resolved")
    assert (balance(api, target), balance(api, other)) == (0, 42_000)


def test_a_goals_own_account_gets_no_money_from_suspense(api, admin):
    parent = account(api)
    goal = api.partner().post("/v1/goals", json={"account_id": parent, "name": "Lisbon"}, headers=key()).json()["goal_id"]
    path = f"/v1/suspense/{opened(admin)['item_id']}"
    refused = admin.post(f"{path}/resolution", json={"action": "credit", "account_id": goal})
    assert (refused.status_code, refused.json()["code"]) == (404, "not-found")
