"""Declared incomes, registered devices and notices of withdrawals: who says what, what holds, and what stays known."""

from datetime import UTC, date, datetime, timedelta

import httpx
import psycopg
import pytest

from kit.business_days import business_days_after
from ledger.days import day_of
from serving.identity.seed import DEMO_CUSTOMER
from tests.serving.conftest import Server
from tests.serving.test_transfers import CLOCK, account, customer

pytestmark = pytest.mark.servers
PAYSLIP = {"monthly_minor": 850_000, "source": "payslip", "declared_on": "2025-11-20"}


def today() -> date:
    return day_of(CLOCK.now_ms())


@pytest.fixture(scope="module")
def office(api: Server) -> httpx.Client:
    return api.browser("admin")


def rows(api: Server, query: str, *bound: object) -> list[tuple[object, ...]]:
    with psycopg.connect(api.settings.core.dsn("audit")) as connection:
        return connection.execute(query, bound).fetchall()


def write(api: Server, statement: str, *bound: object) -> None:
    with psycopg.connect(api.settings.core.dsn("postgres"), autocommit=True) as connection:
        connection.execute(statement, bound)


def test_staff_keep_what_a_customer_declares_and_it_holds_from_that_day(api: Server, office: httpx.Client) -> None:
    path = f"/v1/customers/{customer(api)}/income"
    assert api.partner().get(path).json()["holds"] is None
    assert api.partner().put(path, json=PAYSLIP).status_code == 403
    kept = office.put(path, json=PAYSLIP)
    assert kept.status_code == 200, kept.text
    holds = kept.json()["holds"]
    assert (holds["monthly"], holds["source"]) == ({"amount_minor": 850_000, "currency": "BRL"}, "payslip")
    assert (holds["declared_on"], holds["valid_from"]) == ("2025-11-20", today().isoformat())
    assert holds["kept_by"].startswith("user:")
    assert api.partner().get(path).json() == kept.json()


def test_the_same_again_changes_nothing_and_another_is_kept_beside_the_one_before(api: Server, office: httpx.Client) -> None:
    path = f"/v1/customers/{customer(api)}/income"
    first = office.put(path, json=PAYSLIP).json()
    assert office.put(path, json=PAYSLIP).json() == first
    more = office.put(path, json=PAYSLIP | {"monthly_minor": 900_000}).json()
    assert (more["holds"]["version"], more["holds"]["monthly"]["amount_minor"]) == (2, 900_000)
    assert more["before"] == [first["holds"]]


@pytest.mark.parametrize(
    "wrong",
    [
        {"monthly_minor": -1},
        {"monthly_minor": 100_000_000_001},
        {"source": "hearsay"},
        {"currency": "XXX"},
        {"declared_on": (datetime.now(UTC).date() + timedelta(days=3)).isoformat()},
    ],
)
def test_an_income_that_nobody_could_have_declared_is_refused(
    api: Server, office: httpx.Client, wrong: dict[str, object]
) -> None:
    path = f"/v1/customers/{customer(api)}/income"
    assert office.put(path, json=PAYSLIP | wrong).status_code == 422
    assert office.get(path).json()["holds"] is None


def test_a_customer_sees_their_own_income_and_nobody_else_s(api: Server) -> None:
    own = api.browser("customer")
    mine = DEMO_CUSTOMER
    assert own.get(f"/v1/customers/{mine}/income").status_code == 200
    assert own.get(f"/v1/customers/{customer(api)}/income").status_code == 404
    assert own.put(f"/v1/customers/{mine}/income", json=PAYSLIP).status_code == 403


def test_a_device_is_registered_once_confirmed_and_what_it_was_stays_known(api: Server) -> None:
    path, partner = f"/v1/customers/{customer(api)}/devices", api.partner()
    asked = partner.put(path, json={"device_id": "d1"})
    assert (asked.status_code, asked.json()["state"], asked.json()["number"]) == (200, "asked", 1)
    asked_at, until = (datetime.fromisoformat(asked.json()[name]) for name in ("asked_at", "confirm_until"))
    assert until - asked_at == timedelta(hours=24)
    assert partner.put(path, json={"device_id": "d1"}).json() == asked.json()
    confirmed = partner.post(f"{path}/d1/confirmation").json()
    assert (confirmed["state"], confirmed["confirm_until"]) == ("registered", None)
    assert partner.post(f"{path}/d1/confirmation").json() == confirmed
    removed = partner.delete(f"{path}/d1").json()
    assert (removed["state"], removed["confirmed_at"]) == ("removed", confirmed["confirmed_at"])
    assert partner.delete(f"{path}/d1").json() == removed
    again = partner.put(path, json={"device_id": "d1"}).json()
    assert (again["state"], again["number"]) == ("asked", 2)
    assert partner.get(path).json()["devices"] == [again, removed]


def test_a_registration_that_waited_a_day_is_asked_for_anew(api: Server) -> None:
    whose = customer(api)
    path, partner = f"/v1/customers/{whose}/devices", api.partner()
    partner.put(path, json={"device_id": "d1"})
    write(api, "update bank.device set asked_at = asked_at - interval '25 hours' where customer_id = %s", whose)
    late = partner.post(f"{path}/d1/confirmation")
    assert (late.status_code, late.json()["code"]) == (409, "confirmation-too-late")
    partner.delete(f"{path}/d1")
    partner.put(path, json={"device_id": "d1"})
    assert partner.post(f"{path}/d1/confirmation").json()["state"] == "registered"


def test_devices_are_of_whoever_asks_and_bounded(api: Server) -> None:
    whose, own = customer(api), api.browser("customer")
    for method, path in (("GET", ""), ("POST", "/d1/confirmation"), ("DELETE", "/d1")):
        assert own.request(method, f"/v1/customers/{whose}/devices{path}").status_code == 404
    assert own.put(f"/v1/customers/{whose}/devices", json={"device_id": "d1"}).status_code == 404
    partner = api.partner()
    assert partner.post(f"/v1/customers/{whose}/devices/d1/confirmation").status_code == 404
    for number in range(20):
        assert partner.put(f"/v1/customers/{whose}/devices", json={"device_id": f"d{number}"}).status_code == 200
    refused = partner.put(f"/v1/customers/{whose}/devices", json={"device_id": "d20"})
    assert (refused.status_code, refused.json()["code"]) == (409, "too-many-devices")


def test_a_notice_says_whether_it_is_in_time_and_a_raise_that_is_late_covers_no_more(api: Server) -> None:
    account_id, partner = account(api), api.partner()
    late, early = business_days_after(today(), 1), business_days_after(today(), 3)
    path = f"/v1/accounts/{account_id}/withdrawal-notices"
    given = partner.put(f"{path}/{early}", json={"amount_minor": 6_000_000})
    assert given.status_code == 200, given.text
    assert (given.json()["in_time"], given.json()["covers"]["amount_minor"]) == (True, 6_000_000)
    assert partner.put(f"{path}/{early}", json={"amount_minor": 6_000_000}).json() == given.json()
    too_late = partner.put(f"{path}/{late}", json={"amount_minor": 6_000_000}).json()
    assert (too_late["in_time"], too_late["covers"]["amount_minor"]) == (False, 0)
    assert [each["day"] for each in partner.get(path).json()["notices"]] == [early.isoformat(), late.isoformat()]
    backdated = "update bank.withdrawal_notice set day = %s where account_id = %s and day = %s"
    write(api, backdated, late + timedelta(days=40), account_id, late)
    write(api, "update bank.withdrawal_notice set given_at = given_at - interval '9 days' where account_id = %s", account_id)
    write(api, backdated, today(), account_id, early)
    raised = partner.put(f"{path}/{today()}", json={"amount_minor": 9_000_000}).json()
    assert (raised["version"], raised["in_time"], raised["covers"]["amount_minor"]) == (2, False, 6_000_000)
    lowered = partner.put(f"{path}/{today()}", json={"amount_minor": 5_500_000}).json()
    assert lowered["covers"]["amount_minor"] == 5_500_000
    assert partner.delete(f"{path}/{today()}").json()["covers"]["amount_minor"] == 0
    kept = rows(api, "select amount_minor from bank.withdrawal_notice where account_id = %s and day = %s order by version",
                account_id, today())  # fmt: skip
    assert [amount for (amount,) in kept] == [6_000_000, 9_000_000, 5_500_000, 0]


def test_the_list_of_notices_says_which_withdrawals_want_one_by_what_holds_today(api: Server) -> None:
    path = f"/v1/accounts/{account(api)}/withdrawal-notices"
    rule = api.partner().get(path).json()["rule"]
    assert rule == {
        "least": {"amount_minor": 5_000_000, "currency": "BRL"},
        "business_days": 3,
        "today": today().isoformat(),
        "first_in_time": business_days_after(today(), 3).isoformat(),
        "last_day": (today() + timedelta(days=366)).isoformat(),
    }
    given = api.partner().put(f"{path}/{rule['first_in_time']}", json={"amount_minor": 6_000_000}).json()
    assert given["in_time"]
    before = date.fromisoformat(rule["first_in_time"]) - timedelta(days=1)
    assert not api.partner().put(f"{path}/{before}", json={"amount_minor": 6_000_000}).json()["in_time"]


def test_notices_are_for_days_to_come_of_accounts_that_are_the_customer_s(api: Server) -> None:
    account_id, partner, own = account(api), api.partner(), api.browser("customer")
    path = f"/v1/accounts/{account_id}/withdrawal-notices"
    for day in (today() - timedelta(days=1), today() + timedelta(days=367)):
        assert partner.put(f"{path}/{day}", json={"amount_minor": 1}).status_code == 422
    assert partner.put(f"{path}/{today()}", json={"amount_minor": 0}).status_code == 422
    assert partner.delete(f"{path}/{today()}").status_code == 404
    assert own.get(path).status_code == 404
    assert own.put(f"{path}/{today()}", json={"amount_minor": 5_000_000}).status_code == 404
