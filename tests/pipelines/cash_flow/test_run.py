"""A night's forecast: made from what moved, kept in the warehouse and in MLflow, and the same when it is made again."""

import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import psycopg
import pytest

from kit.business_days import is_business_day
from kit.clock import FixedClock
from kit.settings import PostgresServer, Settings
from pipelines.cash_flow.run import HORIZON_DAYS, KEEP_DAYS, make
from pipelines.tracking import mlflow_of
from tests.pipelines.cash_flow.money import Money
from tests.registry import mlflow_server

pytestmark = pytest.mark.servers

LAST = date(2026, 3, 31)
DAYS = 120
HERE = ZoneInfo("America/Sao_Paulo")
CLOCK = FixedClock(int(datetime(2026, 4, 1, 3, 20, tzinfo=HERE).timestamp() * 1000))
ROWS = "select * from forecast.flow where tenant_id = %s order by kind, subject, day, flow"


@pytest.fixture(scope="module")
def settings(warehouse: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with ExitStack() as stack:
        yield stack.enter_context(mlflow_server(Settings(var=tmp_path_factory.mktemp("var"), warehouse=warehouse)))


@pytest.fixture(scope="module")
def money(warehouse: PostgresServer) -> Money:
    """Six customers: wages on the fifth business day, a purchase on most days, more of them on Fridays."""
    found = Money(warehouse, tenant_id=f"t{uuid.uuid4().hex[:8]}")
    pix, card = (found.account(code=f"settlement:{rail}") for rail in ("pix", "card"))
    chance = np.random.default_rng(12)
    moves = []
    for number in range(6):
        account = found.account(customer_id=f"c{number}")
        for back in range(DAYS):
            day = LAST - timedelta(DAYS - 1 - back)
            noon = datetime(day.year, day.month, day.day, 12, tzinfo=HERE)
            if is_fifth_business_day(day):
                moves.append((noon, pix, account, 500_000 + 10_000 * number))
            busy = 3.0 if day.weekday() == 4 else 1.0
            moves.append((noon, account, card, int(1 + busy * chance.integers(5_000, 15_000))))
    found.move(*moves)
    return found


def is_fifth_business_day(day: date) -> bool:
    return is_business_day(day) and sum(is_business_day(day.replace(day=each)) for each in range(1, day.day + 1)) == 5


@pytest.fixture(scope="module")
def made(settings: Settings, money: Money) -> dict[str, object]:
    found = [each for each in make(settings, last_day=LAST, clock=CLOCK) if each.tenant_id == money.tenant_id]
    return {each.kind: each for each in found}


def rows(settings: Settings, money: Money, query: str = ROWS) -> list[tuple]:
    with psycopg.connect(settings.warehouse.dsn("audit")) as connection:
        return connection.execute(query, (money.tenant_id,)).fetchall()


def test_every_customer_and_rail_has_thirty_days_of_three_flows(settings, money, made):
    counted = rows(
        settings, money, "select kind, count(distinct subject), count(distinct day), count(*) from forecast.flow "
        "where tenant_id = %s group by kind order by kind"
    )  # fmt: skip
    assert counted == [
        ("cash_flow", 6, HORIZON_DAYS, 6 * HORIZON_DAYS * 3),
        ("liquidity", 2, HORIZON_DAYS, 2 * HORIZON_DAYS * 3),
    ]


def test_wages_are_expected_on_the_fifth_business_day_and_purchases_most_on_fridays(settings, money, made):
    query = "select day, expected_minor from forecast.flow where tenant_id = %s and subject = 'c1' and flow = '{}' order by day"
    income = dict(rows(settings, money, query.format("inflow")))
    assert max(income, key=income.get) == date(2026, 4, 8), "the third is Good Friday, the fourth and fifth a weekend"
    spent = dict(rows(settings, money, query.format("outflow")))
    fridays = [amount for day, amount in spent.items() if day.weekday() == 4]
    others = [amount for day, amount in spent.items() if day.weekday() != 4]
    assert np.mean(fridays) > 1.5 * np.mean(others)


def test_the_net_is_the_difference_and_bands_nest(settings, money, made):
    nets = rows(
        settings, money, "select net.expected_minor, came.expected_minor - went.expected_minor from forecast.flow net "
        "join forecast.flow came using (tenant_id, kind, subject, currency, day) "
        "join forecast.flow went using (tenant_id, kind, subject, currency, day) "
        "where tenant_id = %s and net.flow = 'net' and came.flow = 'inflow' and went.flow = 'outflow'"
    )  # fmt: skip
    assert len(nets) == 8 * HORIZON_DAYS
    assert all(abs(net - difference) <= 1 for net, difference in nets)


def test_how_right_it_would_have_been_is_kept_and_better_than_repeating_the_week(settings, money, made):
    [kept] = rows(
        settings, money, "select backtests, rmse_scaled < rmse_scaled_seasonal_naive, "
        "month_error_pct < month_error_pct_seasonal_naive, coverage_80_pct between 60 and 100 from forecast.made "
        "where tenant_id = %s and kind = 'cash_flow'"
    )  # fmt: skip
    assert kept == (3, True, True, True)


def test_its_making_is_in_mlflow(settings, money, made):
    [run_id] = rows(settings, money, "select mlflow_run_id from forecast.made where tenant_id = %s and kind = 'liquidity'")[0]
    client = mlflow_of(settings).MlflowClient()
    run = client.get_run(run_id)
    assert run.data.params["kind"] == "liquidity"
    assert run.data.params["first_day"] == "2026-04-01"
    assert {"rmse_scaled.ensemble", "month_error_pct.seasonal_naive", "coverage_80_pct"} <= run.data.metrics.keys()
    assert [each.path for each in client.list_artifacts(run_id)] == ["weights.json"]


def test_made_again_it_takes_its_own_place_and_old_ones_are_forgotten(settings, money, made):
    before = rows(settings, money)
    make(settings, last_day=LAST, clock=CLOCK)
    assert rows(settings, money) == before
    later = LAST + timedelta(KEEP_DAYS + 1)
    make(settings, last_day=later, clock=CLOCK)
    firsts = "select distinct first_day from forecast.made where tenant_id = %s order by 1"
    assert rows(settings, money, firsts) == [(later + timedelta(1),)]
