"""What has come starts what it should, once: late rows, new frauds, changed lists; each asked of a real warehouse."""

import json
import uuid
from collections.abc import Iterator
from datetime import date, timedelta

import psycopg
import pytest
from dagster import (
    DagsterInstance,
    RunRequest,
    SensorDefinition,
    SensorResult,
    SkipReason,
    build_sensor_context,
    define_asset_job,
)

from kit.clock import SystemClock
from kit.settings import PostgresServer, Settings
from orchestration.sensors.labels import FRAUDS_A_TRAINING, new_labels
from orchestration.sensors.late import late_rows
from orchestration.sensors.lists import new_lists
from pipelines.lists.exposure import find_exposure
from pipelines.quality import Checker, keep, kept
from tests.pipelines.quality.days import FIRST, Days

pytestmark = [pytest.mark.servers, pytest.mark.timeout(900)]

LATER = FIRST + timedelta(days=1)


@pytest.fixture(scope="module")
def days(warehouse: PostgresServer) -> Days:
    found = Days(warehouse, None)
    found.fill(FIRST, LATER, decisions=25)
    return found


@pytest.fixture(scope="module")
def settings(days: Days, warehouse: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(var=tmp_path_factory.mktemp("var"), warehouse=warehouse)


@pytest.fixture
def instance() -> Iterator[DagsterInstance]:
    with DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


def asked(sensor: SensorDefinition, instance: DagsterInstance, cursor: str | None) -> tuple[list[RunRequest], str | None]:
    """What one tick asks for, and the cursor after it."""
    context = build_sensor_context(instance=instance, cursor=cursor)
    found = sensor(context)
    if isinstance(found, SkipReason):
        return [], context.cursor
    assert isinstance(found, SensorResult)
    return list(found.run_requests or []), found.cursor


def look(settings: Settings, day: date, *names: str) -> None:
    checker = Checker(settings)
    for name in names:
        keep(settings, checker.check(kept(name), day), clock=SystemClock())


def test_rows_that_come_for_a_day_after_it_was_looked_at_have_it_made_again_once(settings, days, instance) -> None:
    daily, profiles = (define_asset_job(name, selection="*") for name in ("daily", "profiles"))
    sensor = late_rows(settings, daily=daily, profiles=profiles)
    look(settings, FIRST, "raw.decisions", "raw.labels")
    requests, cursor = asked(sensor, instance, None)
    assert requests == []

    days.fill(FIRST, decisions=3)  # late, for a day that was looked at
    days.fill(LATER, decisions=3)  # and for one that was not
    requests, after = asked(sensor, instance, cursor)
    assert [(each.job_name, each.partition_key) for each in requests] == [
        ("daily", FIRST.isoformat()), ("profiles", FIRST.isoformat()),
    ]  # fmt: skip
    again, _ = asked(sensor, instance, cursor)
    assert [each.run_key for each in again] == [each.run_key for each in requests]

    assert asked(sensor, instance, after)[0] == []
    look(settings, FIRST, "raw.decisions", "raw.labels")
    assert asked(sensor, instance, cursor)[0] == []


def test_a_training_is_asked_for_once_enough_frauds_are_known_and_once_a_day_at_most(settings, instance, warehouse) -> None:
    sensor = new_labels(settings, define_asset_job("retrain", selection="*"))
    none, cursor = asked(sensor, instance, None)
    assert none == []

    add_labels(warehouse, FRAUDS_A_TRAINING - 1, fraud=True)
    add_labels(warehouse, 50, fraud=False)
    none, cursor = asked(sensor, instance, cursor)
    assert none == []

    add_labels(warehouse, 1, fraud=True)
    (request,), after = asked(sensor, instance, cursor)
    assert request.job_name == "retrain"
    assert [each.run_key for each in asked(sensor, instance, cursor)[0]] == [request.run_key]

    add_labels(warehouse, FRAUDS_A_TRAINING, fraud=True)
    assert asked(sensor, instance, after)[0] == []


def add_labels(warehouse: PostgresServer, count: int, *, fraud: bool) -> None:
    with psycopg.connect(warehouse.dsn("sinks")) as connection:
        connection.execute(
            "insert into raw.labels select 'demo', gen_random_uuid(), gen_random_uuid(), %s, 'stolen_card', now(), 'bank', "
            "(select coalesce(max(log_offset), 0) from raw.labels) + n from generate_series(1, %s) n",
            (fraud, count),
        )


def test_a_change_of_a_list_has_its_exposure_found_anew(settings, instance, warehouse) -> None:
    sensor = new_lists(settings, define_asset_job("lists", selection="*"))
    none, cursor = asked(sensor, instance, None)
    assert none == []
    with psycopg.connect(warehouse.dsn("audit")) as connection:
        payee, paid, amount = connection.execute(
            "select payee_id, count(*), sum(amount_minor) from raw.decisions group by payee_id order by 2 desc, 1 limit 1"
        ).fetchone()
    change_list(warehouse, offset=900_001, changes=[{"value": payee}, {"value": "p-unmet"}, {"value": "p-gone"}])
    change_list(warehouse, offset=900_002, changes=[{"value": "p-gone", "removed": True}])
    (request,), after = asked(sensor, instance, cursor)
    assert (request.job_name, request.run_key) == ("lists", "lists-900002")
    assert asked(sensor, instance, after)[0] == []

    clock = AtTheEnd()
    for _ in range(2):
        found = find_exposure(settings, clock=clock)
        assert (found.values, found.met, found.payments) == (2, 1, paid)
    with psycopg.connect(warehouse.dsn("audit")) as connection:
        rows = connection.execute(
            "select value, payments, amount_minor, allowed from monitoring.list_exposure order by 2"
        ).fetchall()
    assert rows == [("p-unmet", 0, 0, 0), (payee, paid, amount, paid)]


class AtTheEnd(SystemClock):
    """The moment at which the lists were changed."""

    def now_ms(self) -> int:
        return 1_773_000_000_000


def change_list(warehouse: PostgresServer, *, offset: int, changes: list[dict]) -> None:
    body = {"kind": "list", "tenant_id": "demo", "list_id": "mules", "changes": changes}
    with psycopg.connect(warehouse.dsn("sinks")) as connection:
        connection.execute(
            "insert into raw.controls values ('demo', %s, 'list', to_timestamp(1773000000), %s, 1, %s, %s)",
            (uuid.uuid4(), json.dumps(body), offset, offset),
        )
