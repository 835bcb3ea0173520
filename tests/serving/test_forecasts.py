"""Forecasts as customers, partners and staff read them: their own, with intervals, and only when they are new."""

import psycopg
import pytest

from tests.serving.conftest import Server
from tests.serving.test_reading import MART

pytestmark = pytest.mark.servers
CASH_FLOW, LIQUIDITY = "/v1/forecasts/cash-flow", "/v1/forecasts/liquidity"
MADE = """
insert into marts.forecasts values
    ('demo', 'cash_flow', '2025-11-25', '2025-11-25 06:30+00', 30, 90, 3, 0.9, 1.3, 14.0, 20.0, 81.0, 95.5),
    ('demo', 'liquidity', '2025-11-25', '2025-11-25 06:31+00', 30, 90, 0, null, null, null, null, null, null);
insert into marts.cash_flow_forecast
select 'demo', customer_id, 'BRL', date '2025-11-25' + ahead, flow, 100 * ahead + place, 1, 2000, 0, 4000
from unnest(array['c-ana', 'c-bia']) customer_id, generate_series(0, 1) ahead,
    unnest(array['outflow', 'net', 'inflow']) with ordinality flows (flow, place);
insert into marts.cash_flow_forecast values ('other', 'c-ana', 'BRL', '2025-11-25', 'net', 666, 0, 700, 0, 800);
insert into marts.liquidity_forecast
select 'demo', rail, 'BRL', '2025-11-25', flow, length(rail), 1, 9, 0, 10
from unnest(array['ted', 'card']) rail, unnest(array['outflow', 'net', 'inflow']) flow;
"""


@pytest.fixture(scope="module")
def forecasts(api: Server) -> Server:
    """Two customers' days to come, two rails', and the demo's customer made one of the two."""
    with psycopg.connect(api.settings.warehouse.dsn("postgres")) as connection:
        connection.execute(MART)
        connection.execute(MADE)
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        connection.execute("update identity.login_user set customer_id = 'c-ana' where email = 'customer@demo.example'")
    return api


def test_a_partner_reads_the_days_to_come_of_a_customer_it_names(forecasts):
    answer = forecasts.partner().get(CASH_FLOW, params={"customer_id": "c-bia"})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["customer_id"], told["currency"], told["first_day"], told["history_days"]) == (
        "c-bia",
        "BRL",
        "2025-11-25",
        90,
    )
    assert told["accuracy"] == {
        "backtests": 3, "rmse_scaled": 0.9, "rmse_scaled_seasonal_naive": 1.3, "month_error_pct": 14.0,
        "month_error_pct_seasonal_naive": 20.0, "coverage_80_pct": 81.0, "coverage_95_pct": 95.5,
    }  # fmt: skip
    assert [day["day"] for day in told["days"]] == ["2025-11-25", "2025-11-26"]
    band = {"low_80_minor": 1, "high_80_minor": 2000, "low_95_minor": 0, "high_95_minor": 4000}
    assert told["days"][1] == {
        "day": "2025-11-26",
        "outflow": {"expected_minor": 101, **band},
        "net": {"expected_minor": 102, **band},
        "inflow": {"expected_minor": 103, **band},
    }


def test_a_customer_reads_their_own_whomever_they_name(forecasts):
    customer = forecasts.browser("customer")
    for params in ({}, {"customer_id": "c-ana"}, {"customer_id": "c-bia"}):
        assert customer.get(CASH_FLOW, params=params).json()["customer_id"] == "c-ana"


def test_staff_must_say_whose(forecasts):
    refused = forecasts.browser("admin").get(CASH_FLOW)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-request")
    assert forecasts.browser("compliance").get(CASH_FLOW, params={"customer_id": "c-ana"}).status_code == 200


def test_whoever_has_the_newest_gets_nothing_twice(forecasts):
    partner = forecasts.partner()
    first = partner.get(CASH_FLOW, params={"customer_id": "c-ana"})
    again = partner.get(CASH_FLOW, params={"customer_id": "c-ana"}, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    other = partner.get(CASH_FLOW, params={"customer_id": "c-bia"}, headers={"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200, "another customer's is another answer"
    with psycopg.connect(forecasts.settings.warehouse.dsn("postgres")) as connection:
        connection.execute("update marts.forecasts set made_at = made_at + interval '1 minute' where kind = 'cash_flow'")
    newer = partner.get(CASH_FLOW, params={"customer_id": "c-ana"}, headers={"If-None-Match": first.headers["ETag"]})
    assert newer.status_code == 200


def test_the_banks_rails_are_for_its_staff(forecasts):
    told = forecasts.browser("risk").get(LIQUIDITY).json()
    assert [rail["rail"] for rail in told["rails"]] == ["card", "ted"]
    assert [rail["days"][0]["net"]["expected_minor"] for rail in told["rails"]] == [4, 3]
    assert told["accuracy"]["rmse_scaled"] is None
    for refused in (forecasts.browser("customer"), forecasts.partner()):
        assert refused.get(LIQUIDITY).status_code == 403


def test_nothing_is_forecast_of_whom_nothing_is_known_and_of_a_bank_that_has_no_forecast(forecasts):
    empty = forecasts.partner().get(CASH_FLOW, params={"customer_id": "c-nobody"}).json()
    assert (empty["days"], empty["first_day"]) == ([], "2025-11-25")
    assert forecasts.partner().get(CASH_FLOW, params={"customer_id": "c-ana", "currency": "USD"}).json()["days"] == []
    other = forecasts.browser("risk", "other").get(LIQUIDITY).json()
    assert (other["rails"], other["first_day"], other["accuracy"]) == ([], None, None)
