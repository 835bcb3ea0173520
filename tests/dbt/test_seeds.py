"""What dbt takes from our code is what our code says, and what its metrics are is written down."""

import re

import pytest

from kit.settings import REPOSITORY_ROOT
from pipelines.marts.dbt import PROJECT
from pipelines.marts.seeds import FILES, FOLDER

METRICS = PROJECT / "macros" / "metrics"


@pytest.mark.parametrize("name", sorted(FILES))
def test_the_seed_is_what_our_code_says(name):
    assert (FOLDER / name).read_text() == FILES[name](), "run `python -m pipelines.marts.seeds write`"


@pytest.mark.parametrize("macro", re.findall(r"{% macro (\w+)\(", "".join(path.read_text() for path in METRICS.glob("*.sql"))))
def test_every_metric_is_in_the_table_that_says_what_it_is(macro):
    assert f"`{macro}`" in (REPOSITORY_ROOT / "docs" / "marts.md").read_text()
