"""Taking transfers back: whole, in part, once a key, never more than there was, with a value date within limits."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import httpx
import pytest

from kit.clock import SystemClock
from ledger.days import day_of, start_ms
from ledger.value_dates import MAX_BACKDATED_DAYS, ValueDateOutOfRange, value_ms
from tests.serving.conftest import Server
from tests.serving.test_transfers import account, balance, body, key


@pytest.fixture(scope="module")
def admin(api: Server) -> httpx.Client:
    return api.browser("admin")


def sent(api: Server, amount_minor: int = 1_000) -> tuple[str, str, str]:
    debit, credit = account(api, funds_minor=10_000), account(api, funds_minor=0)
    made = api.partner().post("/v1/transfers", json=body(debit, credit, amount_minor), headers=key())
    assert made.status_code == 201, made.text
    return str(made.json()["id"]), debit, credit


def reverse(who: httpx.Client, transfer_id: str, headers: dict | None = None, **wanted: object) -> httpx.Response:
    return who.post(f"/v1/transfers/{transfer_id}/reversals", json={"reason": "duplicate"} | wanted, headers=headers or key())


def test_a_transfer_is_taken_back_whole_once_a_key(api, admin):
    transfer_id, debit, credit = sent(api)
    same = key()
    answers = [reverse(admin, transfer_id, same, note="sent twice") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201] * 3
    assert len({answer.content for answer in answers}) == 1
    assert (answers[0].json()["left"]["amount_minor"], answers[0].json()["reverses_id"]) == (0, transfer_id)
    assert (balance(api, debit), balance(api, credit)) == (10_000, 0)
    audit = admin.get("/v1/audit", params={"resource": transfer_id}).json()["items"]
    assert audit[0]["detail"]["note"] == "sent twice"


def test_parts_never_add_up_to_more_than_the_transfer_whoever_races(api, admin):
    transfer_id, debit, credit = sent(api)
    with ThreadPoolExecutor(6) as racers:
        codes = sorted(racers.map(lambda _: reverse(admin, transfer_id, amount_minor=300).status_code, range(6)))
    assert codes == [201, 201, 201, 409, 409, 409]
    assert (balance(api, debit), balance(api, credit)) == (9_900, 100)
    refused = reverse(admin, transfer_id, amount_minor=101)
    assert (refused.status_code, refused.json()["code"], refused.json()["facts"]["left_minor"]) == (
        409,
        "exceeds-original",
        100,
    )


def test_what_cannot_be_taken_back_is_refused_and_leaves_nothing(api, admin):
    transfer_id, debit, credit = sent(api)
    assert api.partner().post("/v1/transfers", json=body(credit, debit, 600), headers=key()).status_code == 201
    refused = reverse(admin, transfer_id)
    assert (refused.status_code, refused.json()["code"]) == (422, "reversal-failed")
    assert refused.json()["facts"]["reason"] == "insufficient-funds"
    made = reverse(admin, transfer_id, amount_minor=400)
    assert made.status_code == 201
    again = reverse(admin, made.json()["id"])
    assert (again.status_code, again.json()["code"]) == (409, "not-reversible")
    assert reverse(admin, str(uuid.uuid4())).status_code == 404
    assert reverse(api.browser("customer"), transfer_id).status_code == 403
    assert (balance(api, debit), balance(api, credit)) == (10_000, 0)


def test_a_reversal_counts_from_its_value_date_and_never_before_the_transfer(api, admin):
    transfer_id, _, _ = sent(api)
    occurred = api.partner().get(f"/v1/transfers/{transfer_id}").json()["occurred_at"]
    today = day_of(SystemClock().now_ms())
    made = reverse(admin, transfer_id, value_date=str(today - timedelta(days=3)))
    assert made.status_code == 201, made.text
    assert datetime.fromisoformat(made.json()["value_at"]) == datetime.fromisoformat(occurred)
    transfer_id, _, _ = sent(api)
    for wrong in (today + timedelta(days=2), today - timedelta(days=MAX_BACKDATED_DAYS + 1)):  # two: midnight may come between
        refused = reverse(admin, transfer_id, value_date=str(wrong))
        assert (refused.status_code, refused.json()["code"]) == (422, "value-date-out-of-range")


def test_a_value_date_is_the_beginning_of_its_day_and_has_limits():
    now_ms = SystemClock().now_ms()
    today = day_of(now_ms)
    back = today - timedelta(days=MAX_BACKDATED_DAYS)
    assert value_ms(None, now_ms=now_ms) == value_ms(today, now_ms=now_ms) == now_ms
    assert value_ms(back, now_ms=now_ms) == start_ms(back)
    for wrong in (back - timedelta(days=1), today + timedelta(days=1)):
        with pytest.raises(ValueDateOutOfRange):
            value_ms(wrong, now_ms=now_ms)
