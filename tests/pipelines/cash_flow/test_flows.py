"""What comes and goes is counted by customer and by rail as a person would, and becomes series of days."""

import uuid
from datetime import UTC, date, datetime, timedelta

import numpy as np
import psycopg
import pytest

from kit.settings import PostgresServer
from pipelines.cash_flow import repository
from pipelines.cash_flow.flows import Said, flows_of, rows_of
from pipelines.forecast.conformal import Bands
from tests.pipelines.cash_flow.money import Money

NOON = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
START, PAST = datetime(2026, 3, 9, 3, tzinfo=UTC), datetime(2026, 3, 12, 3, tzinfo=UTC)
FIRST, SECOND = date(2026, 3, 10), date(2026, 3, 11)


@pytest.fixture
def money(warehouse: PostgresServer) -> Money:
    return Money(warehouse, tenant_id=f"t{uuid.uuid4().hex[:8]}")


def counted(warehouse: PostgresServer, money: Money, kind: str) -> set[tuple]:
    with psycopg.connect(warehouse.dsn("transform")) as connection:
        return set(repository.flows(connection, kind=kind, tenant_id=money.tenant_id, start=START, past=PAST))


@pytest.mark.servers
def test_money_is_counted_where_it_came_and_where_it_left(warehouse, money):
    ana, ana_saves, bia = (money.account(customer_id=each) for each in ("ana", "ana", "bia"))
    pix, fees = money.account(code="settlement:pix"), money.account(code="fee")
    money.move((NOON, pix, ana, 500_000), (NOON, ana, bia, 12_000), (NOON, ana, ana_saves, 90_000))
    money.move((NOON + timedelta(hours=12), bia, pix, 3_000))  # a quarter past midnight in Greenwich is still that day here
    money.move((NOON + timedelta(hours=11, minutes=30), bia, pix, 4_000))
    money.move((NOON, ana, fees, 990), purpose="fee")
    money.move((NOON, pix, ana, 7), purpose="opening")
    money.move((NOON, ana, pix, 8), status="denied")
    money.move((PAST, pix, ana, 9), (START - timedelta(milliseconds=1), pix, ana, 9))
    assert counted(warehouse, money, "cash_flow") == {
        ("ana", "BRL", FIRST, 500_000, 12_990),
        ("bia", "BRL", FIRST, 12_000, 4_000),
        ("bia", "BRL", SECOND, 0, 3_000),
    }
    assert counted(warehouse, money, "liquidity") == {
        ("pix", "BRL", FIRST, 500_000, 4_000),
        ("pix", "BRL", SECOND, 0, 3_000),
    }


@pytest.mark.servers
def test_another_tenants_money_is_counted_nowhere(warehouse, money):
    other = Money(warehouse, tenant_id=f"{money.tenant_id}-other")
    other.move((NOON, other.account(code="settlement:pix"), other.account(customer_id="ana"), 1))
    assert counted(warehouse, money, "cash_flow") == set()


def test_a_day_without_movement_is_nothing_and_days_before_the_first_are_unknown():
    last = date(2026, 3, 31)
    rows = [("ana", "BRL", date(2026, 3, 1), 500, 0), ("ana", "BRL", last, 0, 70), ("bia", "BRL", date(2026, 3, 11), 1, 2)]
    found = flows_of(rows, last_day=last, most_days=100)
    assert found is not None
    assert found.keys == (("ana", "BRL"), ("bia", "BRL"))
    assert found.panel.names == ("inflow:ana:BRL", "inflow:bia:BRL", "outflow:ana:BRL", "outflow:bia:BRL")
    assert found.panel.values.shape == (4, 31)
    assert found.panel.values[0].tolist() == [500.0, *[0.0] * 30]
    assert found.panel.values[2].tolist() == [*[0.0] * 30, 70.0]
    assert np.isnan(found.panel.values[1, :10]).all()
    assert found.panel.values[3, 10:].tolist() == [2.0, *[0.0] * 20]


def test_a_history_longer_than_is_looked_at_begins_later_and_one_of_a_few_days_is_left_out():
    last = date(2026, 3, 31)
    rows = [("ana", "BRL", date(2025, 3, 1), 500, 0), ("bia", "BRL", date(2026, 3, 25), 1, 2)]
    found = flows_of(rows, last_day=last, most_days=60)
    assert found is not None
    assert found.keys == (("ana", "BRL"),)
    assert found.panel.values.tolist() == [[0.0] * 60] * 2
    assert flows_of(rows[1:], last_day=last, most_days=60) is None


def test_amounts_are_whole_and_flows_never_below_nothing():
    rows = [("ana", "BRL", date(2026, 3, 1), 500, 0)]
    flows = flows_of(rows, last_day=date(2026, 3, 31), most_days=60)
    reach = np.array([[[10.0]], [[25.0]]])
    bands = Bands((0.80, 0.95), reach, (1.0, 1.0))
    said = {
        "inflow": Said(np.array([[12.5]]), bands, floor=0.0),
        "net": Said(np.array([[-3.5]]), bands, floor=-np.inf),
    }
    assert flows is not None
    found = list(rows_of(flows, said, tenant_id="demo", kind="cash_flow", first_day=date(2026, 4, 1)))
    assert found == [
        ("demo", "cash_flow", date(2026, 4, 1), "ana", "BRL", date(2026, 4, 1), "inflow", 12, 2, 22, 0, 38),
        ("demo", "cash_flow", date(2026, 4, 1), "ana", "BRL", date(2026, 4, 1), "net", -4, -14, 6, -28, 22),
    ]
