"""Charges over HTTP: what is due and why, and letting one go."""

import uuid
from datetime import date, timedelta

import httpx
import pytest

from ledger.charges.run import charge_month, collect
from tests.ledger.bank import Bank, night
from tests.serving.conftest import Server

LAST = date(2026, 3, 31)


@pytest.fixture(scope="module")
def admin(api: Server) -> httpx.Client:
    return api.browser("admin")


@pytest.fixture(scope="module")
def bank(api: Server) -> Bank:
    """Three accounts that owe a fee and have nothing."""
    made = Bank(api.settings.core, tenant_id="demo")
    made.product("basic", monthly_fee_minor=1_990)
    for _ in range(3):
        made.account("basic", opened=LAST)
    charge_month(made.api, tenant_id="demo", last_day=LAST, now_ms=night(LAST))
    collect(made.api, tenant_id="demo", now_ms=night(LAST))
    return made


def listed(who: httpx.Client, **asked: object) -> list[dict]:
    answer = who.get("/v1/charges", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def test_what_is_due_is_told_with_its_reason_page_by_page(admin, bank):
    first = admin.get("/v1/charges", params={"limit": 2, "status": "due"}).json()
    rest = admin.get("/v1/charges", params={"cursor": first["next_cursor"], "status": "due"}).json()
    rows = first["items"] + rest["items"]
    assert len({row["charge_id"] for row in rows}) == 3
    assert {(row["kind"], row["period"], row["problem"], row["attempts"]) for row in rows} == {
        ("monthly-fee", "2026-03", "insufficient-funds", 1)
    }
    assert len(listed(admin, account_id=rows[0]["account_id"])) == 1


def test_a_waived_charge_is_never_collected_and_a_posted_one_not_waived(api, admin, bank):
    one, other, _ = listed(admin, status="due")
    for _ in range(2):
        waived = admin.post(f"/v1/charges/{one['charge_id']}/waiver", json={"note": "a complaint"})
        assert (waived.status_code, waived.json()["status"]) == (200, "waived")
    for charge in (one, other):
        bank.deposit(uuid.UUID(charge["account_id"]), 5_000, at_ms=night(LAST))
    collect(bank.api, tenant_id="demo", now_ms=night(LAST + timedelta(days=1)))
    assert bank.balance(uuid.UUID(one["account_id"])) == 5_000
    assert bank.balance(uuid.UUID(other["account_id"])) == 3_010
    refused = admin.post(f"/v1/charges/{other['charge_id']}/waiver", json={"note": "too late"})
    assert (refused.status_code, refused.json()["code"]) == (409, "charge-settled")
    assert api.browser("customer").get("/v1/charges").status_code == 403
    assert admin.post(f"/v1/charges/{uuid.uuid4()}/waiver", json={"note": "no such"}).status_code == 404


def test_interest_that_the_bank_owes_is_not_let_go(admin, bank):
    bank.rows(
        "insert into bank.charge (charge_id, tenant_id, account_id, kind, period, amount_minor, currency, value_day, due_at) "
        "values (%s, 'demo', %s, 'credit-interest', '2026-03', 5, 'BRL', '2026-04-01', now()) returning 1",
        wanted := uuid.uuid4(),
        uuid.uuid4(),
    )
    refused = admin.post(f"/v1/charges/{wanted}/waiver", json={"note": "keep it"})
    assert (refused.status_code, refused.json()["code"]) == (409, "owed-to-customer")
