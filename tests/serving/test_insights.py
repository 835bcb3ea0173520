"""Insights over HTTP: of a customer's own money, with the days and amounts in it; recommendations by a profile alone."""

from datetime import timedelta

import httpx
import psycopg
import pytest

from tests.serving.conftest import Server
from tests.serving.described import SCHEMA, example_of
from tests.serving.test_budgets import fold, now
from tests.serving.test_reading import MART
from tests.serving.test_transfers import account, customer

pytestmark = pytest.mark.servers
ANSWERS = example_of(SCHEMA["paths"]["/v1/suitability"]["put"])["answers"]
BOLD = {
    "horizon": "later", "purpose": "grow-as-much-as-it-can", "loss": "buy-more", "income": "sure", "wealth": "under-a-tenth",
    "need": "no", "familiar": "shares", "traded": "monthly", "learned": "at-work",
}  # fmt: skip
ROUTES = ("budgets", "unusual", "calendar", "health")
RECOMMENDATIONS = "/v1/insights/recommendations"


def told(asker: httpx.Client, route: str, **params: object) -> dict:
    answer = asker.get(f"/v1/insights/{route}", params=params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def answer(asker: httpx.Client, **wanted: object) -> httpx.Response:
    return asker.put("/v1/suitability", json={"answers": ANSWERS} | wanted)


@pytest.fixture(scope="module")
def household(api: Server) -> dict[str, str]:
    """Who earned and spent the same for half a year, is paid and pays rent in three days, and made one payment unlike any."""
    whose = customer(api)
    mine = account(api, customer_id=whose, funds_minor=300_000)
    today = now()
    lines = [(today - timedelta(days=days), -2_000, "groceries") for days in range(200)]
    due = today + timedelta(days=3)
    for _ in range(6):
        due = (due.replace(day=1) - timedelta(days=1)).replace(day=min(due.day, 28))
        lines += [(due, 200_000, "transfers"), (due, -90_000, "people")]
    lines.append((today - timedelta(days=2), -120_000, "groceries"))
    fold(api, mine, lines)
    return {"customer_id": whose, "account_id": mine}


def test_a_payment_like_none_before_is_told_and_an_ordinary_one_is_not(api, household):
    found = told(api.partner(), "unusual", customer_id=household["customer_id"])
    [item] = found["items"]
    assert (item["kind"], item["category"], item["amount_minor"]) == ("payment", "groceries", 120_000)
    assert item["usual_minor"] < item["high_minor"] < 120_000
    before = now().date() - timedelta(days=1)
    assert told(api.partner(), "unusual", customer_id=household["customer_id"], **{"from": before})["items"] == []


@pytest.mark.parametrize("day", ["2000-01-01", "2200-01-01"])
def test_what_is_unusual_is_asked_of_the_last_year(api, household, day):
    asked = {"customer_id": household["customer_id"], "from": day}
    assert api.partner().get("/v1/insights/unusual", params=asked).status_code == 422


def test_the_calendar_runs_from_what_is_available_and_has_what_comes_again(api, household):
    found = told(api.partner(), "calendar", customer_id=household["customer_id"])
    assert (found["available_minor"], len(found["days"])) == (300_000, 30)
    assert found["days"][0]["day"] == (now().date() + timedelta(days=1)).isoformat()
    expected = {(each["direction"], each["amount_minor"]) for day in found["days"] for each in day["expected"]}
    assert expected <= {("in", 200_000), ("out", 90_000)}
    assert expected
    assert all(day["low_80_minor"] <= day["balance_minor"] <= day["high_80_minor"] for day in found["days"])


def test_what_the_night_found_is_in_the_calendar_and_is_not_expected_again_once_it_came(api):
    whose = customer(api)
    mine, today = account(api, customer_id=whose, funds_minor=1_000), now().date()
    with psycopg.connect(api.settings.warehouse.dsn("postgres")) as connection:
        connection.execute(MART)
        for series_id, direction, ahead in (("wages", "in", 10), ("rent", "out", -1)):
            connection.execute(
                "insert into marts.recurring_payments (tenant_id, series_id, customer_id, account_id, direction, category, "
                "counterparty, currency, period, first_day, last_day, payments, amount_minor, next_day, earliest_day, "
                "latest_day, low_minor, high_minor, subscription, as_of) "
                "values ('demo', %(id)s, %(whose)s, %(account)s, %(direction)s, "
                "'transfers', 'p1', 'BRL', 'monthly', %(due)s::date - 365, %(due)s::date - 30, 12, 70000, %(due)s, %(due)s, "
                "%(due)s::date + 3, 70000, 70000, false, %(today)s)",
                {"id": series_id, "whose": whose, "account": mine, "direction": direction, "today": today,
                 "due": today + timedelta(days=ahead)},
            )  # fmt: skip
    fold(api, mine, [(now() - timedelta(days=1), -70_000, "transfers")])
    found = told(api.partner(), "calendar", customer_id=whose)
    expected = [(each["series_id"], each["direction"]) for day in found["days"][:20] for each in day["expected"]]
    assert found["series_known_on"] == today.isoformat()
    assert expected == [("wages", "in")], "rent came yesterday, and comes in a month"


def test_health_explains_its_parts(api, household):
    health = told(api.partner(), "health", customer_id=household["customer_id"])["health"]
    parts = {part["part"]: part for part in health["parts"]}
    assert set(parts) == {"liquidity", "spending", "debt", "income", "savings"}
    assert health["score"] == round(sum(part["points"] for part in parts.values()) / 5)
    assert (parts["debt"]["unit"], parts["savings"]["points"]) == ("pct", 0)
    assert parts["liquidity"]["step"]["amount_minor"] > 0


def test_of_whom_nothing_is_known_nothing_is_said(api):
    partner = api.partner()
    for route in ROUTES:
        found = told(partner, route, customer_id="somebody")
        assert found["customer_id"] == "somebody"
    assert told(partner, "health", customer_id="somebody")["health"] is None
    assert told(partner, "unusual", customer_id="somebody")["items"] == []


def test_staff_must_say_whose_and_customers_see_their_own_whomever_they_name(api, household):
    for route in ROUTES:
        assert api.browser("admin").get(f"/v1/insights/{route}").status_code == 422
        assert told(api.browser("customer"), route, customer_id=household["customer_id"])["customer_id"] == "c000042"
    there = told(api.partner("other"), "calendar", customer_id=household["customer_id"])
    assert (there["available_minor"], [day for day in there["days"] if day["expected"]]) == (0, [])


def test_nothing_is_recommended_without_a_profile(api):
    refused = api.partner().get(RECOMMENDATIONS, params={"customer_id": customer(api)})
    assert (refused.status_code, refused.json()["code"]) == (409, "suitability-not-current")


def test_nothing_is_recommended_by_a_profile_that_has_expired_or_answers_to_other_questions(api):
    for change in ("expires_at = answered_at + interval '1 microsecond'", "questionnaire = questionnaire + 1"):
        whose = customer(api)
        assert answer(api.partner(), customer_id=whose).json()["current"] is True
        assert api.partner().get(RECOMMENDATIONS, params={"customer_id": whose}).status_code == 200
        with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
            connection.execute(f"update bank.suitability set {change} where customer_id = %s", (whose,))
        refused = api.partner().get(RECOMMENDATIONS, params={"customer_id": whose})
        assert (refused.status_code, refused.json()["code"]) == (409, "suitability-not-current")
        assert api.partner().get("/v1/suitability", params={"customer_id": whose}).json()["current"] is False
        assert answer(api.partner(), customer_id=whose).json()["version"] == 2, "answered again, it is another version"
        assert api.partner().get(RECOMMENDATIONS, params={"customer_id": whose}).status_code == 200


def test_the_same_answers_on_a_day_are_one_version_and_others_the_next(api):
    whose = customer(api)
    first, again = (answer(api.partner(), customer_id=whose).json() for _ in range(2))
    assert first == again
    assert (first["version"], first["profile"], first["answers"]) == (1, "moderate", ANSWERS)
    second = answer(api.partner(), customer_id=whose, answers=BOLD).json()
    assert (second["version"], second["profile"], second["bound_by"]) == (2, "aggressive", [])
    assert api.partner().get("/v1/suitability", params={"customer_id": whose}).json() == second
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        kept = connection.execute("select version from bank.suitability where customer_id = %s order by 1", (whose,)).fetchall()
    assert kept == [(1,), (2,)]


def test_a_customer_answers_for_themselves_alone(api):
    browser = api.browser("customer")
    assert browser.get("/v1/suitability").status_code == 404
    assert answer(browser, customer_id=customer(api)).status_code == 422
    assert answer(browser).json()["customer_id"] == "c000042"
    assert browser.get(RECOMMENDATIONS).json()["profile"] == "moderate"


@pytest.mark.parametrize(("answers", "months", "most_risk"), [
    (ANSWERS, 120, 3), (BOLD, 120, 4), (BOLD, 6, 1), (BOLD | {"loss": "sell-all"}, 120, 2),
])  # fmt: skip
def test_nothing_recommended_is_above_the_profile_s_class(api, answers, months, most_risk):
    whose = customer(api)
    assert answer(api.partner(), customer_id=whose, answers=answers).status_code == 200
    found = told(api.partner(), "recommendations", customer_id=whose, amount_minor=1_000_001, months=months)
    assert found["most_risk"] == most_risk
    assert max(part["risk_class"] for part in found["allocation"]) <= most_risk
    assert sum(part["amount_minor"] for part in found["allocation"]) == 1_000_001
    assert [each["months"] for each in found["projections"]][-1] == months
    assert any("no forecast" in sentence for sentence in found["disclosure"])


def test_what_a_household_needs_at_hand_comes_before_what_takes_risk(api, household):
    whose = household["customer_id"]
    assert answer(api.partner(), customer_id=whose, answers=BOLD).status_code == 200
    found = told(api.partner(), "recommendations", customer_id=whose, amount_minor=150_000, months=120)
    # A month's spending is about 150,000, three are wanted at hand, and 150,000 of the 300,000 that are there would stay.
    assert found["buffer_minor"] == 150_000
    daily = next(part for part in found["allocation"] if part["product"] == "daily")
    assert daily["amount_minor"] == 150_000
