"""A date that lacks funds is tried again on its day, and no longer; what became of it is shown."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest

from kit.postgres import connect
from kit.settings import Settings
from serving.identity.seed import seed_demo
from tests.serving.conftest import Server
from tests.serving.test_sandbox import account, balance, moved, now_of
from tests.serving.test_transfers import key

pytestmark = pytest.mark.servers
SAO_PAULO = ZoneInfo("America/Sao_Paulo")


@pytest.fixture(scope="module")
def tester(api: Server, settings: Settings) -> httpx.Client:
    api.logins["sandbox"] = seed_demo(settings.core.dsn("postgres"), "sandbox", settings.secrets, sandbox=True)
    return api.partner("sandbox")


def ordered(tester: httpx.Client, pair: tuple[str, str], *, amount_minor: int = 1_000, **more: object) -> tuple[str, datetime]:
    """A payment of the day after the sandbox's tomorrow; its id and that day's first moment."""
    day = now_of(tester).astimezone(SAO_PAULO).date() + timedelta(days=2)
    wanted = {
        "debit_account_id": pair[0], "credit_account_id": pair[1], "channel": "pix", "frequency": "daily", "max_dates": 2,
        "amount": {"amount_minor": amount_minor, "currency": "BRL"}, "from_day": day.isoformat(), "convention": "none",
    }  # fmt: skip
    made = tester.post("/v1/schedules", json=wanted | more, headers=key())
    assert made.status_code == 201, made.text
    return made.json()["schedule_id"], datetime(day.year, day.month, day.day, tzinfo=SAO_PAULO)


def run_of(tester: httpx.Client, schedule_id: str, place: int = 0) -> tuple[str, int, str | None]:
    runs = tester.get(f"/v1/schedules/{schedule_id}/runs").json()["items"][::-1]
    return runs[place]["state"], runs[place]["attempts"], runs[place]["code"]


def at(tester: httpx.Client, day: datetime, hour: float) -> None:
    moved(tester, to=(day + timedelta(hours=hour)).astimezone(UTC).isoformat())


def deposit(tester: httpx.Client, account_id: str, amount_minor: int) -> None:
    put = {"account_id": account_id, "amount": {"amount_minor": amount_minor, "currency": "BRL"}}
    assert tester.post("/v1/sandbox/deposits", json=put, headers=key()).status_code == 201


def test_money_that_comes_in_time_is_paid_at_the_next_try(tester):
    pair = account(tester, 0), account(tester, 0)
    order, day = ordered(tester, pair, max_dates=1)
    at(tester, day, 6.5)
    assert run_of(tester, order) == ("open", 2, "insufficient-funds")
    assert tester.get(f"/v1/schedules/{order}").json()["next_at"] == (day + timedelta(hours=8)).astimezone(UTC).isoformat(
        ).replace("+00:00", "Z")  # fmt: skip
    deposit(tester, pair[0], 5_000)
    at(tester, day, 8.5)
    assert run_of(tester, order) == ("posted", 2, None)
    assert balance(tester, pair[1]) == 1_000
    assert tester.get(f"/v1/schedules/{order}").json()["status"] == "ended"


def test_a_try_pays_what_the_schedule_says_by_then(tester):
    pair = account(tester, 0), account(tester, 0)
    order, day = ordered(tester, pair, max_dates=1)
    at(tester, day, 6.5)
    assert run_of(tester, order) == ("open", 2, "insufficient-funds")
    changed = tester.patch(
        f"/v1/schedules/{order}",
        json={"amount": {"amount_minor": 700, "currency": "BRL"}, "description": "less"},
        headers={"If-Match": '"1"'},
    )
    assert changed.status_code == 200, changed.text
    deposit(tester, pair[0], 5_000)
    at(tester, day, 8.5)
    assert run_of(tester, order) == ("posted", 2, None)
    assert (balance(tester, pair[0]), balance(tester, pair[1])) == (4_300, 700)


def test_a_payer_who_has_not_even_the_fee_is_tried_again(tester, settings):
    with connect(settings.core.dsn("postgres"), application="test") as owner:
        owner.execute(
            "insert into bank.product (tenant_id, code, currency, name, kind, transfer_fees) "
            "values ('sandbox', 'savings', 'BRL', 'Savings', 'savings', '{\"ted\": 175}')"
        )
    wanted = {"customer_id": "sandbox-saver", "currency": "BRL", "product": "savings"}
    assert tester.post("/v1/customers", json={"customer_id": wanted["customer_id"]}).status_code == 201
    payer = str(tester.post("/v1/accounts", json=wanted, headers=key()).json()["account_id"])
    order, day = ordered(tester, (payer, account(tester, 0)), channel="ted", max_dates=1)
    at(tester, day, 6.5)
    assert run_of(tester, order) == ("open", 2, "insufficient-funds")
    deposit(tester, payer, 1_175)
    at(tester, day, 8.5)
    assert run_of(tester, order) == ("posted", 2, None)
    assert balance(tester, payer) == 0


def test_what_is_written_beside_a_schedule_stands_beside_its_transfers(tester):
    order, day = ordered(tester, (account(tester), account(tester, 0)), max_dates=1, description="the rent")
    at(tester, day, 6.5)
    [run] = tester.get(f"/v1/schedules/{order}/runs").json()["items"]
    assert tester.get(f"/v1/transfers/{run['transfer_id']}").json()["description"] == "the rent"


def test_a_date_that_waits_for_money_ends_with_its_schedule(tester):
    pair = account(tester, 0), account(tester, 0)
    order, day = ordered(tester, pair)
    at(tester, day, 6.5)
    assert run_of(tester, order) == ("open", 2, "insufficient-funds")
    assert tester.delete(f"/v1/schedules/{order}", headers={"If-Match": '"1"'}).status_code == 204
    assert run_of(tester, order) == ("skipped", 2, "insufficient-funds")


def test_after_the_last_try_of_its_day_the_date_has_failed_and_the_next_date_comes(tester):
    pair = account(tester, 0), account(tester, 0)
    order, day = ordered(tester, pair)
    at(tester, day, 23)
    assert run_of(tester, order) == ("failed", 4, "insufficient-funds")
    found = tester.get(f"/v1/schedules/{order}").json()
    assert (found["next_day"], found["dates_passed"]) == ((day + timedelta(days=1)).date().isoformat(), 1)


def test_a_late_hour_leaves_fewer_tries(tester):
    pair = account(tester, 0), account(tester, 0)
    order, day = ordered(tester, pair, at_time="20:00:00")
    at(tester, day, 21)
    assert run_of(tester, order) == ("open", 2, "insufficient-funds")
    at(tester, day, 23)
    assert run_of(tester, order) == ("failed", 2, "insufficient-funds")


@pytest.mark.parametrize(
    ("amount_minor", "state", "code"), [(1_001, "held", None), (1_002, "denied", "transfer-denied"), (1_003, "held", None)]
)
def test_a_date_is_decided_like_any_transfer_and_a_denial_is_not_tried_again(tester, amount_minor, state, code):
    pair = account(tester), account(tester, 0)
    order, day = ordered(tester, pair, amount_minor=amount_minor, max_dates=1)
    at(tester, day, 7)
    assert run_of(tester, order) == (state, 1, code)
    assert balance(tester, pair[1]) == 0


def test_dates_that_pass_while_a_schedule_is_paused_are_not_made_up_for(tester):
    pair = account(tester), account(tester, 0)
    order, day = ordered(tester, pair, max_dates=9)
    place = f"/v1/schedules/{order}"
    paused = tester.post(f"{place}/action", json={"action": "pause"}, headers={"If-Match": '"1"'})
    assert paused.status_code == 200, paused.text
    at(tester, day, 24 * 3 + 7)
    resumed = tester.post(f"{place}/action", json={"action": "resume"}, headers={"If-Match": '"2"'}).json()
    assert resumed["next_day"] == (day + timedelta(days=4)).date().isoformat()
    at(tester, day, 24 * 4 + 7)
    assert balance(tester, pair[1]) == 1_000
    assert [row["state"] for row in tester.get(f"{place}/runs").json()["items"]] == ["posted"]
