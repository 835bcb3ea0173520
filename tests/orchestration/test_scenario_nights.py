"""The night of scenarios as Dagster runs it: what is found becomes findings, and the checks say whether all was looked at."""

from pathlib import Path

import psycopg
import pytest
from dagster import AssetKey, DagsterInstance, materialize

from kit.settings import PostgresServer, Settings
from orchestration.graph.scenarios import ALL_LOOKED_AT, KEY, NOTHING_LEFT_OUT, scenario_nights
from tests.pipelines.aml.test_nightly import LAST, lake_of, planted_until
from tests.streams.alerts.books import opened

pytestmark = pytest.mark.servers


def test_a_night_is_looked_at_and_what_is_left_over_is_told(core: PostgresServer, tmp_path: Path) -> None:
    settings, planted = Settings(var=tmp_path, core=core), planted_until(LAST)
    lake_of(settings.lake, planted, "dagster")
    opened(core, "dagster", {each.account_id: each.customer_id for each in planted.accounts}, at={}, kinds={})
    with DagsterInstance.ephemeral() as instance:
        done = materialize([scenario_nights(settings)], partition_key=LAST.isoformat(), instance=instance)
    assert done.success
    checks = {each.check_name: each.passed for each in done.get_asset_check_evaluations()}
    assert checks == {ALL_LOOKED_AT: True, NOTHING_LEFT_OUT: True}
    (made,) = done.asset_materializations_for_node("aml__scenario_nights")
    assert made.asset_key == AssetKey(KEY)
    assert "45 days" in str(made.metadata["dagster"].value)
    with psycopg.connect(core.dsn("postgres")) as connection:
        days = connection.execute("select max(day), count(*) from cases.scenario_night").fetchone()
        scenarios = {row[0] for row in connection.execute("select distinct scenario from cases.finding").fetchall()}
    assert days == (LAST, 45)
    assert {"layering", "round-trip", "fan-in", "cash-structuring", "dormant-wakes"} <= scenarios
