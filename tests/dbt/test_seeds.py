"""What dbt takes from our code is what our code says."""

import pytest

from pipelines.marts.seeds import FILES, FOLDER


@pytest.mark.parametrize("name", sorted(FILES))
def test_the_seed_is_what_our_code_says(name):
    assert (FOLDER / name).read_text() == FILES[name](), "run `python -m pipelines.marts.seeds write`"
