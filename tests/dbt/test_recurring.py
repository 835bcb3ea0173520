"""What comes again is in the marts, each tenant's for itself, and under another pseudonym for analysts."""

import uuid
from datetime import UTC, date, datetime

import psycopg
import pytest

from kit.settings import PostgresServer, Settings
from pipelines.insight.recurring.repository import keep
from pipelines.marts import build
from tests.dbt.test_forecasts import read

pytestmark = pytest.mark.servers
AS_OF = date(2026, 3, 31)


def kept(warehouse: PostgresServer, *, tenant_id: str, series_id: str, next_day: date | None) -> None:
    made = {
        "tenant_id": tenant_id, "as_of": AS_OF, "made_at": datetime(2026, 4, 1, 6, tzinfo=UTC), "accounts": 1, "movements": 9,
        "series": 1,
    }  # fmt: skip
    row = (
        tenant_id, series_id, "c1", uuid.uuid4(), "out", "leisure", "m1", "BRL", "monthly", date(2025, 9, 12),
        date(2026, 3, 12), 7, 3_990, next_day, next_day, next_day, 3_990, 4_190, True,
    )  # fmt: skip
    with psycopg.connect(warehouse.dsn("transform")) as connection:
        keep(connection, made, [row])


@pytest.fixture(scope="module")
def built(warehouse: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> PostgresServer:
    kept(warehouse, tenant_id="demo", series_id="a", next_day=date(2026, 4, 12))
    kept(warehouse, tenant_id="other", series_id="b", next_day=None)
    build(Settings(var=tmp_path_factory.mktemp("var"), warehouse=warehouse))
    return warehouse


def test_a_tenant_reads_what_comes_again_of_its_own_customers(built: PostgresServer) -> None:
    found = read(built, "select series_id, customer_id, next_day, as_of, subscription from marts.recurring_payments")
    assert found == [("a", "c1", date(2026, 4, 12), AS_OF, True)]
    assert read(built, "select series_id, next_day from marts.recurring_payments", tenant_id="other") == [("b", None)]


def test_a_reader_without_a_tenant_sees_nothing(built: PostgresServer) -> None:
    assert read(built, "select count(*) from marts.recurring_payments", tenant_id=None) == [(0,)]


def test_analysts_see_it_under_another_pseudonym(built: PostgresServer) -> None:
    [(customer, counterparty, amount_minor)] = read(
        built, "select customer_id, counterparty, amount_minor from marts_masked.recurring_payments", role="analyst"
    )
    assert amount_minor == 3_990
    assert customer != "c1"
    assert counterparty != "m1"
