"""Superset's datasets, compiled from the catalogue of the analytics routes, so that a chart and the API count the same way.

`python -m baas.bi` writes `deploy/superset/assets/datasets/marts`; a test holds the files to it.
"""

import uuid
from pathlib import Path

import yaml

from kit.money import CURRENCY_EXPONENTS
from kit.settings import REPOSITORY_ROOT
from serving.analytics.catalogue import Dataset, Fold, Kind, Measure, Unit
from serving.analytics.datasets import DATASETS

ASSETS = REPOSITORY_ROOT / "deploy" / "superset" / "assets"
FOLDER = ASSETS / "datasets" / "marts"
DATABASE = "marts"
# Analysts read the marts through views without what says something of a person, and with pseudonyms of their own.
SCHEMA = "marts_masked"
VERSION = "1.0.0"
# Asset ids never change: what is imported again replaces what has the same one.
_NAMESPACE = uuid.UUID("6f3c1d0a-5b7e-5c8e-9f21-0d6a2f7b1e44")
_TYPES = {
    Kind.TEXT: "TEXT",
    Kind.DATE: "DATE",
    Kind.MOMENT: "TIMESTAMP WITH TIME ZONE",
    Kind.INTEGER: "BIGINT",
    Kind.NUMBER: "DOUBLE PRECISION",
    Kind.TRUTH: "BOOLEAN",
}
_FOLDS = {Fold.SUM: "SUM", Fold.LAST: "SUM", Fold.MAX: "MAX", Fold.MEAN: "AVG"}
_USUAL_EXPONENT = 2
_FORMATS = {Unit.COUNT: ",d", Unit.MINOR: ",.2f", Unit.SHARE: ".1%", Unit.DURATION: ",d", Unit.SCORE: ".3f"}


def asset_id(kind: str, name: str) -> str:
    """Return the uuid under which an asset is known."""
    return str(uuid.uuid5(_NAMESPACE, f"{kind}/{name}"))


def expression(measure: Measure, *, currency: str | None = None) -> str:
    """Return the SQL that folds rows into a metric; `currency` is the column that says what its amounts are in.

    Amounts are shown in units of their currency, by exact decimal division. Only what is of one currency has a sum.
    """
    if measure.fold is Fold.ROWS:
        return "COUNT(*)"
    if measure.fold is Fold.RATIO:
        return f"SUM({measure.read_from})::numeric / NULLIF(SUM({measure.over}), 0)"
    # What stands at the end of a day is summed too: charts show it by day.
    folded = f"{_FOLDS[measure.fold]}({measure.read_from})"
    if measure.unit is not Unit.MINOR:
        return folded
    return f"{folded} / 100.0" if currency is None else f"{_FOLDS[measure.fold]}({measure.read_from} / {_per_unit(currency)})"


def _per_unit(currency: str) -> str:
    """SQL of how many minor units make one of a currency: a hundred unless it is one of the few others."""
    others: dict[int, list[str]] = {}
    for code, exponent in sorted(CURRENCY_EXPONENTS.items()):
        if exponent != _USUAL_EXPONENT:
            others.setdefault(exponent, []).append(f"'{code}'")
    cases = [f"WHEN {currency} IN ({', '.join(codes)}) THEN {10**exponent}.0" for exponent, codes in sorted(others.items())]
    return f"CASE {' '.join(cases)} ELSE {10**_USUAL_EXPONENT}.0 END"


def described(dataset: Dataset) -> dict[str, object]:
    """Return the asset of a dataset."""
    return {
        "table_name": dataset.mart,
        "schema": SCHEMA,
        "description": f"{dataset.about} {dataset.grain.capitalize()}.",
        "main_dttm_col": dataset.day,
        "sql": None,
        "filter_select_enabled": True,
        "is_managed_externally": True,
        "uuid": asset_id("dataset", dataset.name),
        "database_uuid": asset_id("database", DATABASE),
        "metrics": [
            {
                "metric_name": measure.name,
                "verbose_name": _title(measure),
                "expression": expression(measure, currency=dataset.currency),
                "description": measure.about,
                "d3format": _FORMATS[measure.unit],
            }
            for measure in dataset.measures
        ],
        "columns": [
            {
                "column_name": name,
                "verbose_name": name.replace("_", " ").capitalize(),
                "type": _TYPES[kind],
                "is_dttm": kind in (Kind.DATE, Kind.MOMENT),
                "is_active": True,
                "groupby": kind not in (Kind.INTEGER, Kind.NUMBER),
                "filterable": True,
            }
            for name, kind in dataset.exported.items()
        ],
        "version": VERSION,
    }


def files() -> dict[Path, str]:
    """Return every file with what is to stand in it."""
    return {
        FOLDER / f"{dataset.name}.yaml": yaml.safe_dump(described(dataset), sort_keys=False, allow_unicode=True, width=120)
        for dataset in DATASETS
    }


def _title(measure: Measure) -> str:
    return measure.name.removesuffix("_minor").replace("_", " ").capitalize()
