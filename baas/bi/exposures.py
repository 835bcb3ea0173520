"""What dbt is told of who reads its marts through the catalogue: the API's routes, and each dashboard. Compiled from both."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from baas.bi.datasets import ASSETS
from kit.settings import REPOSITORY_ROOT
from serving.analytics.datasets import DATASETS

FILE = REPOSITORY_ROOT / "dbt" / "models" / "exposures_compiled.yml"
_HEAD = "# Written by `python -m baas.bi` from the catalogue of datasets and the dashboards' assets; not by hand.\n"
_OWNER = {"name": "analytics"}


def files() -> dict[Path, str]:
    """Return the file with what is to stand in it."""
    content = {"version": 2, "exposures": [_routes(), *_dashboards()]}
    return {FILE: _HEAD + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)}


def _routes() -> dict[str, Any]:
    return {
        "name": "analytics_datasets",
        "label": "Analytics API: series, breakdowns and files",
        "type": "application",
        "maturity": "high",
        "description": "Routes under `/v1/analytics` that read any dataset of the catalogue.",
        "owner": {**_OWNER},
        "depends_on": _refs({dataset.mart for dataset in DATASETS}),
    }


def _dashboards() -> Iterator[dict[str, Any]]:
    marts = {asset["uuid"]: asset["table_name"] for asset in _assets("datasets")}
    of_chart = {asset["uuid"]: marts[asset["dataset_uuid"]] for asset in _assets("charts")}
    for dashboard in _assets("dashboards"):
        parts = [part for part in dashboard["position"].values() if isinstance(part, dict) and part["type"] == "CHART"]
        yield {
            "name": f"dashboard_{dashboard['slug']}",
            "label": f"Dashboard {dashboard['dashboard_title']}",
            "type": "dashboard",
            "maturity": "high",
            "description": dashboard["description"],
            "owner": {**_OWNER},
            "depends_on": _refs({of_chart[part["meta"]["uuid"]] for part in parts}),
        }


def _assets(folder: str) -> list[dict[str, Any]]:
    return [yaml.safe_load(path.read_text()) for path in sorted((ASSETS / folder).rglob("*.yaml"))]


def _refs(marts: set[str]) -> list[str]:
    return [f"ref('{mart}')" for mart in sorted(marts)]
