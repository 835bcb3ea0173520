"""The catalogue of datasets is what dbt describes: a mart that changes without it is noticed here."""

import re

import pytest
import yaml

from kit.settings import REPOSITORY_ROOT
from serving.analytics.catalogue import Dataset, Fold, Kind
from serving.analytics.datasets import DATASETS

MARTS = REPOSITORY_ROOT / "dbt" / "models" / "marts"


def described() -> dict[str, dict[str, str]]:
    """Each mart's columns with what is said of them."""
    return {
        model["name"]: {column["name"]: column.get("description", "") for column in model["columns"]}
        for path in MARTS.rglob("*.yml")
        for model in yaml.safe_load(path.read_text()).get("models", [])
    }


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda dataset: dataset.name)
def test_each_name_of_a_dataset_is_a_described_column_of_its_mart(dataset: Dataset):
    columns = described()[dataset.mart]
    named = {*dataset.by_dimension, *(column for each in dataset.measures for column in each.columns), "tenant_id"}
    assert named | ({dataset.day} if dataset.day else set()) <= columns.keys()
    assert dataset.currency is None or dataset.currency in dataset.by_dimension


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda dataset: dataset.name)
def test_what_is_summed_is_a_whole_number_and_an_amount_says_so(dataset: Dataset):
    for measure in dataset.measures:
        assert measure.fold is not Fold.SUM or measure.kind is Kind.INTEGER
        assert measure.name.endswith("_minor") == (measure.unit == "minor"), measure.name
        assert measure.unit != "minor" or dataset.currency is not None, measure.name
        assert (measure.over is not None) == (measure.fold is Fold.RATIO)


def test_names_are_unique():
    for names in ([each.name for each in DATASETS], *([m.name for m in each.measures] for each in DATASETS)):
        assert len(set(names)) == len(names)


def test_the_marts_say_how_fresh_they_are_only_after_every_mart_that_is_read():
    """What an asker has is held to be the same while `freshness` says the same: nothing that is read may be built after it."""
    [freshness] = MARTS.rglob("freshness.sql")
    needed = upstream(freshness.stem)
    assert {dataset.mart for dataset in DATASETS} <= needed


def upstream(model: str) -> set[str]:
    """Every model that a model is built after, as the references in its file say; seeds and snapshots are not read on."""
    files = list((REPOSITORY_ROOT / "dbt" / "models").rglob(f"{model}.sql"))
    named = {name for file in files for name in re.findall(r"ref\('(\w+)'\)", file.read_text())}
    return named.union(*(upstream(each) for each in named))
