"""Who reads the warehouse: metrics and routes of the API, features, charts and dashboards. Pure."""

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

import sqlglot
from sqlglot import exp

from baas.lineage.columns import DIALECT
from baas.lineage.graph import Kind, Lineage, Thing, Use
from baas.lineage.reads import Reads
from serving.analytics.catalogue import Dataset

SCHEMA = "marts"
Assets = Mapping[str, Mapping[str, Any]]


def add_metrics(lineage: Lineage, datasets: Iterable[Dataset], *, routes: Iterable[str]) -> None:
    """Add every metric of the catalogue, and the routes that read any of them."""
    for route in routes:
        lineage.add(Thing(route, Kind.ENDPOINT))
    for dataset in datasets:
        table = f"{SCHEMA}.{dataset.mart}"
        for measure in dataset.measures:
            name = f"metric:{dataset.name}/{measure.name}"
            lineage.add(Thing(name, Kind.METRIC, measure.about))
            for used in [f"{table}.{column}" for column in measure.columns] or [table]:
                lineage.use(name, used)
            for route in routes:
                lineage.use(route, name)
        for route in routes:
            for column in (*dataset.by_dimension, *([dataset.day] if dataset.day else [])):
                lineage.use(route, f"{table}.{column}", Use.ROWS)


def add_routes(lineage: Lineage, reads: Reads) -> None:
    """Add the routes that read columns of their own choice."""
    for route, tables in reads.items():
        lineage.add(Thing(route, Kind.ENDPOINT))
        for table, columns in tables.items():
            for column in columns:
                lineage.use(route, f"{table}.{column}")


def add_features(lineage: Lineage, view: str, fields: Mapping[str, str], *, mart: str) -> None:
    """Add the features that Feast serves of a mart: each with what it says."""
    for field, about in fields.items():
        name = f"feature:{view}/{field}"
        lineage.add(Thing(name, Kind.FEATURE, about))
        lineage.use(name, f"{SCHEMA}.{mart}.{field}")


def add_dashboards(lineage: Lineage, assets: Assets, datasets: Iterable[Dataset]) -> None:
    """Add Superset's charts and dashboards, from their assets by path."""
    mine = {path: asset for path, asset in assets.items() if "uuid" in asset}
    catalogued = {dataset.mart: dataset.name for dataset in datasets}
    tables = {asset["uuid"]: asset for path, asset in mine.items() if path.startswith("datasets/")}
    charts: dict[str, str] = {}
    for path, chart in mine.items():
        if path.startswith("charts/"):
            name = "chart:" + PurePosixPath(path).relative_to("charts").with_suffix("").as_posix()
            charts[chart["uuid"]] = name
            about = ": ".join(filter(None, (chart["slice_name"], chart.get("description"))))
            lineage.add(Thing(name, Kind.CHART, about))
            _use_dataset(lineage, name, chart["params"], tables[chart["dataset_uuid"]], catalogued)
    for path, dashboard in mine.items():
        if path.startswith("dashboards/"):
            name = f"dashboard:{dashboard['slug']}"
            lineage.add(Thing(name, Kind.DASHBOARD, dashboard.get("description") or dashboard["dashboard_title"]))
            for part in dashboard["position"].values():
                if isinstance(part, dict) and part["type"] == "CHART":
                    lineage.use(name, charts[part["meta"]["uuid"]])


def metrics_of(params: Mapping[str, Any]) -> set[str]:
    """The names of the saved metrics that a chart shows."""
    return _words(*params.get("metrics", ()), params.get("metric"), params.get("timeseries_limit_metric"))


def drawn_by(params: Mapping[str, Any]) -> set[str]:
    """The columns that a chart draws as they are."""
    return _words(*params.get("all_columns", ()), params.get("column"))


def grouped_by(params: Mapping[str, Any]) -> set[str]:
    """The columns that a chart groups or filters by."""
    filtered = (each.get("subject") for each in params.get("adhoc_filters", ()))
    return _words(*params.get("groupby", ()), params.get("x_axis"), *filtered)


def _words(*found: object) -> set[str]:
    return {each for each in found if isinstance(each, str)}


def _use_dataset(
    lineage: Lineage, chart: str, params: Mapping[str, Any], dataset: Mapping[str, Any], catalogued: Mapping[str, str]
) -> None:
    table = f"{SCHEMA}.{dataset['table_name']}"  # a masked view is its mart, by another pseudonym
    expressions = {metric["metric_name"]: metric["expression"] for metric in dataset["metrics"]}
    for metric in metrics_of(params):
        name = f"metric:{catalogued.get(dataset['table_name'])}/{metric}"
        if name in lineage.things:
            lineage.use(chart, name)
            continue
        for named in sqlglot.parse_one(expressions[metric], dialect=DIALECT).find_all(exp.Column):
            lineage.use(chart, f"{table}.{named.name}")
    for column in drawn_by(params):
        lineage.use(chart, f"{table}.{column}")
    for column in grouped_by(params):
        lineage.use(chart, f"{table}.{column}", Use.ROWS)
