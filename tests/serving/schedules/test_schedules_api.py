"""Schedules over HTTP: made once a key, shown with their dates, changed under their version, each somebody's own."""

import uuid
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.serving.conftest import Server
from tests.serving.test_transfers import account, key

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def partner(api: Server) -> httpx.Client:
    return api.partner()


@pytest.fixture(scope="module")
def pair(api: Server) -> tuple[str, str]:
    return account(api), account(api, funds_minor=0)


def wanted(pair: tuple[str, str], **more: object) -> dict[str, object]:
    plain = {
        "debit_account_id": pair[0], "credit_account_id": pair[1], "amount": {"amount_minor": 700, "currency": "BRL"},
        "channel": "pix", "frequency": "monthly", "from_day": "2031-01-01", "day_of_month": 31,
        "convention": "modified_following",
    }  # fmt: skip
    return {name: value for name, value in (plain | more).items() if value is not None}


def made(partner: httpx.Client, pair: tuple[str, str], **more: object) -> dict:
    answer = partner.post("/v1/schedules", json=wanted(pair, **more), headers=key())
    assert answer.status_code == 201, answer.text
    assert answer.headers["etag"] == '"1"'
    return answer.json()


def act(partner: httpx.Client, schedule: dict, action: str) -> httpx.Response:
    return partner.post(
        f"/v1/schedules/{schedule['schedule_id']}/action",
        json={"action": action},
        headers={"If-Match": f'"{schedule["version"]}"'},
    )


def test_a_standing_order_shows_the_dates_that_it_will_pay_on(partner, pair):
    found = made(partner, pair, max_dates=4)
    assert found["next_days"] == ["2031-01-31", "2031-02-28", "2031-03-31", "2031-04-30"]
    assert (found["next_day"], found["next_at"], found["status"]) == ("2031-01-31", "2031-01-31T09:00:00Z", "active")
    read = partner.get(f"/v1/schedules/{found['schedule_id']}")
    assert read.json() == found
    assert read.headers["etag"] == '"1"'
    dates = partner.get(f"/v1/schedules/{found['schedule_id']}/dates", params={"count": 2}).json()
    assert dates == {"days": ["2031-01-31", "2031-02-28"]}
    assert partner.get(f"/v1/schedules/{found['schedule_id']}/runs").json()["items"] == []


def test_the_same_key_makes_one_schedule_and_another_body_under_it_none(partner, pair):
    one = key()
    first = partner.post("/v1/schedules", json=wanted(pair), headers=one)
    again = partner.post("/v1/schedules", json=wanted(pair), headers=one)
    assert (again.status_code, again.json(), again.headers["idempotent-replayed"]) == (201, first.json(), "true")
    other = partner.post("/v1/schedules", json=wanted(pair, day_of_month=3), headers=one)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


def test_a_dry_run_of_one_is_a_preview_of_its_dates(partner, pair):
    before = len(partner.get("/v1/schedules", params={"account_id": pair[0], "limit": 200}).json()["items"])
    shown = partner.post("/v1/schedules?dry_run=true", json=wanted(pair, day_of_month=None, business_day=5), headers=key())
    assert shown.json()["next_days"][:3] == ["2031-01-08", "2031-02-07", "2031-03-07"]
    assert len(partner.get("/v1/schedules", params={"account_id": pair[0], "limit": 200}).json()["items"]) == before


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"day_of_month": None}, "day_of_month or business_day"),
        ({"business_day": 3}, "day_of_month or business_day"),
        ({"weekday": 2}, "weekday"),
        ({"frequency": "weekly"}, "weekday"),
        ({"until_day": "2030-12-31"}, "until_day"),
        ({"timezone": "../etc/passwd"}, "timezone"),
        ({"at_time": "06:00:00-03:00"}, "at_time"),
        ({"from_day": "2024-01-01", "until_day": "2024-06-30"}, "from_day"),
        ({"frequency": "once", "day_of_month": None, "from_day": "2020-01-01"}, "from_day"),
        ({"amount": {"amount_minor": 700, "currency": "USD"}}, "amount.currency"),
        ({"credit_account_id": None, "channel": "internal"}, "credit_account_id"),
        ({"from_day": "9999-12-31"}, "from_day"),
    ],
)
def test_what_could_never_be_paid_is_refused_with_its_field(partner, pair, more, field):
    answer = partner.post("/v1/schedules", json=wanted(pair, **more), headers=key())
    assert answer.status_code == 422, answer.text
    assert field in answer.json()["detail"]


def test_a_change_names_the_version_that_was_read(partner, pair):
    found = made(partner, pair)
    place = f"/v1/schedules/{found['schedule_id']}"
    change = {"amount": {"amount_minor": 900, "currency": "BRL"}, "max_dates": 2}
    assert partner.patch(place, json=change).status_code == 428
    assert partner.patch(place, json=change, headers={"If-Match": '"7"'}).status_code == 412
    changed = partner.patch(place, json=change, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert (changed.json()["amount"]["amount_minor"], len(changed.json()["next_days"])) == (900, 2)
    assert changed.json()["description"] is None
    assert partner.patch(place, json=change, headers={"If-Match": '"1"'}).json()["code"] == "stale-version"
    ended = partner.patch(place, json={"until_day": "2031-01-15"}, headers={"If-Match": '"2"'}).json()
    assert (ended["status"], ended["next_day"], ended["next_days"]) == ("ended", None, [])
    after = partner.patch(place, json=change, headers={"If-Match": '"3"'})
    assert (after.status_code, after.json()["code"]) == (409, "schedule-ended")


def test_a_date_is_skipped_a_schedule_pauses_and_goes_on_and_a_cancelled_one_stays_readable(partner, pair):
    found = made(partner, pair, max_dates=3)
    skipped = act(partner, found, "skip_next").json()
    assert (skipped["next_day"], skipped["dates_passed"], len(skipped["next_days"])) == ("2031-02-28", 1, 2)
    [run] = partner.get(f"/v1/schedules/{found['schedule_id']}/runs").json()["items"]
    assert (run["day"], run["state"], run["transfer_id"]) == ("2031-01-31", "skipped", None)
    assert act(partner, skipped, "resume").json()["code"] == "schedule-state"
    paused = act(partner, skipped, "pause").json()
    assert paused["status"] == "paused"
    assert act(partner, paused, "pause").json()["code"] == "schedule-state"
    resumed = act(partner, paused, "resume").json()
    assert (resumed["status"], resumed["next_day"]) == ("active", "2031-02-28")
    place = f"/v1/schedules/{found['schedule_id']}"
    assert partner.delete(place, headers={"If-Match": f'"{resumed["version"]}"'}).status_code == 204
    left = partner.get(place).json()
    assert (left["status"], left["next_day"]) == ("cancelled", None)


def test_schedules_are_the_tenants_and_the_customers_own(api, partner, pair):
    found = made(partner, pair)
    place = f"/v1/schedules/{found['schedule_id']}"
    assert api.partner("other").get(place).status_code == 404
    assert api.browser("customer").get(place).status_code == 404
    theirs = api.browser("customer").post("/v1/schedules", json=wanted(pair), headers=key())
    assert theirs.status_code == 404, theirs.text
    own = account(api, customer_id="c000042")
    mine = api.browser("customer").post("/v1/schedules", json=wanted((own, pair[1])), headers=key())
    assert mine.status_code == 201, mine.text
    listed = api.browser("customer").get("/v1/schedules").json()["items"]
    assert [row["schedule_id"] for row in listed] == [mine.json()["schedule_id"]]


def test_each_change_leaves_its_audit_row(api, partner, pair):
    found = made(partner, pair)
    act(partner, found, "pause")
    resource = f"schedules/{found['schedule_id']}"
    rows = api.browser("admin").get("/v1/audit", params={"resource": resource}).json()["items"]
    assert [(row["action"], row["detail"]) for row in rows] == [
        ("POST /v1/schedules/{schedule_id}/action", {"action": "pause"})
    ]
    opened = api.browser("admin").get("/v1/audit", params={"resource": found["schedule_id"]}).json()["items"]
    assert [row["action"] for row in opened] == ["POST /v1/schedules"]


def test_lists_go_on_where_the_page_before_ended(partner, api):
    mine = account(api), account(api, funds_minor=0)
    ids = [made(partner, mine)["schedule_id"] for _ in range(3)]
    first = partner.get("/v1/schedules", params={"account_id": mine[0], "limit": 2}).json()
    rest = partner.get("/v1/schedules", params={"account_id": mine[0], "cursor": first["next_cursor"]}).json()
    assert [row["schedule_id"] for row in first["items"] + rest["items"]] == sorted(ids)
    assert rest["next_cursor"] is None
    assert partner.get("/v1/schedules", params={"account_id": str(uuid.uuid4())}).json()["items"] == []


def test_a_transfer_of_tomorrow_is_scheduled_once_for_tomorrow(partner, pair):
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    found = made(partner, pair, frequency="once", day_of_month=None, from_day=tomorrow, convention="none")
    assert found["next_days"] == [tomorrow]
