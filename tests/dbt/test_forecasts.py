"""The newest forecast of each tenant and kind is in the marts, and no older one."""

from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from psycopg import sql

from kit.settings import PostgresServer, Settings
from pipelines.cash_flow.repository import keep
from pipelines.marts import build

pytestmark = pytest.mark.servers
FIRST = date(2026, 4, 1)
ACCURACY = dict.fromkeys((
    "rmse_scaled", "rmse_scaled_seasonal_naive", "month_error_pct", "month_error_pct_seasonal_naive", "coverage_80_pct",
    "coverage_95_pct", "mlflow_run_id",
))  # fmt: skip


def kept(warehouse: PostgresServer, *, tenant_id: str, kind: str, subject: str, first_day: date, expected_minor: int) -> None:
    made = ACCURACY | {
        "tenant_id": tenant_id, "kind": kind, "first_day": first_day, "made_at": datetime(2026, 4, 1, 6, tzinfo=UTC),
        "horizon_days": 1, "history_days": 90, "series": 1, "backtests": 0, "backtest": "{}",
    }  # fmt: skip
    rows = [
        (tenant_id, kind, first_day, subject, "BRL", first_day, flow, expected_minor, 0, 99, 0, 100)
        for flow in ("inflow", "outflow", "net")
    ]
    with psycopg.connect(warehouse.dsn("transform")) as connection:
        keep(connection, made, rows, oldest=first_day - timedelta(30))


@pytest.fixture(scope="module")
def built(warehouse: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> PostgresServer:
    kept(warehouse, tenant_id="demo", kind="cash_flow", subject="c1", first_day=FIRST, expected_minor=10)
    kept(warehouse, tenant_id="demo", kind="cash_flow", subject="c1", first_day=FIRST + timedelta(1), expected_minor=11)
    kept(warehouse, tenant_id="demo", kind="liquidity", subject="pix", first_day=FIRST, expected_minor=12)
    kept(warehouse, tenant_id="other", kind="cash_flow", subject="c1", first_day=FIRST, expected_minor=13)
    build(Settings(var=tmp_path_factory.mktemp("var"), warehouse=warehouse))
    return warehouse


def read(built: PostgresServer, query: str, *, role: str = "analytics", tenant_id: str | None = "demo") -> list[tuple]:
    with psycopg.connect(built.dsn("postgres")) as connection:
        connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
        if tenant_id is not None:
            connection.execute("select set_config('app.tenant_id', %s, true)", (tenant_id,))
        return connection.execute(query).fetchall()


def test_a_tenant_reads_its_newest_forecast(built: PostgresServer) -> None:
    newest = read(built, "select customer_id, day, flow, expected_minor from marts.cash_flow_forecast order by flow")
    assert newest == [("c1", FIRST + timedelta(1), flow, 11) for flow in ("inflow", "net", "outflow")]
    assert read(built, "select rail, expected_minor from marts.liquidity_forecast where flow = 'net'") == [("pix", 12)]
    made = read(built, "select kind, first_day, history_days from marts.forecasts order by kind")
    assert made == [("cash_flow", FIRST + timedelta(1), 90), ("liquidity", FIRST, 90)]


@pytest.mark.parametrize("mart", ["forecasts", "cash_flow_forecast", "liquidity_forecast"])
def test_a_reader_without_a_tenant_sees_no_forecast(built: PostgresServer, mart: str) -> None:
    assert read(built, f"select count(*) from marts.{mart}", tenant_id=None) == [(0,)]
    assert read(built, f"select count(*) > 0 from marts.{mart}", role="audit", tenant_id=None) == [(True,)]


def test_analysts_see_days_and_amounts_under_another_pseudonym(built: PostgresServer) -> None:
    [(customer, expected)] = read(
        built, "select customer_id, expected_minor from marts_masked.cash_flow_forecast where flow = 'net'", role="analyst"
    )
    assert expected == 11
    assert customer != "c1"
