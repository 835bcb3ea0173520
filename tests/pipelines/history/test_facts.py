"""What the simulator knows of people becomes facts that a bank may keep."""

from datetime import UTC, datetime

import polars as pl

from pipelines.history.load import birth_years


def test_people_are_as_old_as_simulated_when_the_bank_opens_and_businesses_have_no_age():
    customers = pl.DataFrame({"age": [18, 40, 96], "segment": ["student", "business", "retired"]})
    opened_ms = int(datetime(2026, 3, 1, 2, 59, 59, tzinfo=UTC).timestamp() * 1_000)
    assert birth_years(customers, opened_ms=opened_ms) == [2008, None, 1930]
