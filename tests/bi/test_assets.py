"""The dashboards under version control: whole, of the catalogue's counting, and read-only."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from baas.bi import exposures
from baas.bi.datasets import ASSETS, FOLDER, files
from kit.settings import REPOSITORY_ROOT

CONFIG = REPOSITORY_ROOT / "deploy" / "superset" / "superset_config.py"


def assets(folder: str) -> dict[str, dict[str, Any]]:
    """Each asset of a folder by its path."""
    return {
        path.relative_to(ASSETS).as_posix(): yaml.safe_load(path.read_text())
        for path in sorted((ASSETS / folder).rglob("*.yaml"))
    }


CHARTS, DASHBOARDS, DATASETS = assets("charts"), assets("dashboards"), assets("datasets")
BY_ID = {each["uuid"]: each for each in DATASETS.values()}


def charts_of(dashboard: dict[str, Any]) -> list[str]:
    return [
        part["meta"]["uuid"] for part in dashboard["position"].values() if isinstance(part, dict) and part["type"] == "CHART"
    ]


def named_in(chart: dict[str, Any]) -> tuple[set[str], set[str]]:
    """The metrics and the columns that a chart names."""
    params = chart["params"]
    metrics = {
        *params.get("metrics", []),
        params.get("metric"),
        params.get("timeseries_limit_metric"),
        params.get("x_axis_sort"),
    }
    columns = {*params.get("groupby", []), *params.get("all_columns", []), params.get("x_axis"), params.get("column")}
    columns |= {each["subject"] for each in params["adhoc_filters"]}
    return metrics - {None}, columns - {None}


def test_the_datasets_are_what_the_catalogue_of_the_api_says():
    assert {path: path.read_text() for path in FOLDER.glob("*.yaml")} == files(), "run `python -m baas.bi`"


def test_dbt_is_told_of_every_dashboard_and_of_the_routes_that_read_the_catalogue():
    assert {exposures.FILE: exposures.FILE.read_text()} == exposures.files(), "run `python -m baas.bi`"
    told = {each["name"]: each["depends_on"] for each in yaml.safe_load(exposures.FILE.read_text())["exposures"]}
    assert told.keys() == {"analytics_datasets"} | {f"dashboard_{each['slug']}" for each in DASHBOARDS.values()}
    assert "ref('liquidity_daily')" in told["dashboard_finance"]
    assert "ref('liquidity_daily')" not in told["dashboard_risk"]


@pytest.mark.parametrize("path", CHARTS)
def test_a_chart_names_what_its_dataset_has(path):
    dataset = BY_ID[CHARTS[path]["dataset_uuid"]]
    metrics, columns = named_in(CHARTS[path])
    assert metrics | columns
    assert metrics <= {each["metric_name"] for each in dataset["metrics"]}
    assert columns <= {each["column_name"] for each in dataset["columns"]}


def test_every_chart_is_on_one_dashboard_and_every_place_of_a_dashboard_has_its_chart():
    placed = [uuid for dashboard in DASHBOARDS.values() for uuid in charts_of(dashboard)]
    assert sorted(placed) == sorted(chart["uuid"] for chart in CHARTS.values())
    assert len(set(placed)) == len(placed)


@pytest.mark.parametrize("path", DASHBOARDS)
def test_a_dashboard_filters_by_columns_that_are_there_and_says_as_of_when_it_is(path):
    dashboard = DASHBOARDS[path]
    for each in dashboard["metadata"]["native_filter_configuration"]:
        for target in each["targets"]:
            if target:
                assert target["column"]["name"] in {column["column_name"] for column in BY_ID[target["datasetUuid"]]["columns"]}
    fresh = {uuid for uuid, dataset in BY_ID.items() if dataset["table_name"] == "freshness"}
    own = {chart["dataset_uuid"] for chart in CHARTS.values() if chart["uuid"] in charts_of(dashboard)}
    assert fresh & own
    assert dashboard["slug"] == Path(path).stem


def test_no_address_and_no_password_stands_in_them():
    [database] = assets("databases").values()
    assert database["sqlalchemy_uri"] == "${SUPERSET_MARTS_URI}"
    assert not any(database[name] for name in ("allow_dml", "allow_ctas", "allow_cvas", "allow_csv_upload"))


@pytest.mark.parametrize(
    "setting", ["WTF_CSRF_ENABLED", "TALISMAN_ENABLED", "SESSION_COOKIE_HTTPONLY", "PREVENT_UNSAFE_DB_CONNECTIONS"]
)
def test_what_guards_a_browser_is_switched_on(setting):
    assert f"\n{setting} = True\n" in CONFIG.read_text()
