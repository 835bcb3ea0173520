"""Sizes of amounts: whatever is near enough to the last payment lies in its own size or in one beside it."""

import math

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk.scenarios import sizes
from risk.scenarios.statements import parameter

MOST_PPM = parameter("repeated-amounts", "unlike_ppm").most
AMOUNTS = st.integers(1, 10**9)


def size_of(amount_minor: int) -> int:
    """As `sizes.SIZE` says it."""
    return min(max(math.floor(2 * math.log2(amount_minor)), sizes.SMALLEST), sizes.LARGEST)


@given(AMOUNTS, st.integers(0, MOST_PPM))
def test_amounts_that_may_be_alike_are_of_neighbouring_sizes(amount_minor: int, unlike_ppm: int) -> None:
    smaller = math.ceil(amount_minor * (sizes.PPM - unlike_ppm) / sizes.PPM)
    assert (amount_minor - smaller) * sizes.PPM <= unlike_ppm * amount_minor
    assert abs(size_of(amount_minor) - size_of(smaller)) <= 1


def test_bounds_that_would_miss_some_are_refused() -> None:
    sizes.require_near(MOST_PPM)
    with pytest.raises(ValueError, match="neighbouring"):
        sizes.require_near(292_894)


def test_every_size_is_counted_and_adds_up_those_beside_it() -> None:
    connection = duckdb.connect()
    rows = [(size, size - sizes.SMALLEST + 1) for size in range(sizes.SMALLEST, sizes.LARGEST + 1)]
    every = " union all ".join(f"select {size} as size, true as is_transfer from range({times})" for size, times in rows)
    counted = sizes.counted().replace("OVER w", "").replace("/", "//")
    found = connection.sql(
        f"with held as (select {counted} from ({every}))"
        f" select size, {sizes.near().replace(' / ', ' // ')} from held, (select distinct size from ({every})) order by 1"
    ).fetchall()
    times = dict(rows)
    assert found == [(size, sum(times.get(each, 0) for each in (size - 1, size, size + 1))) for size in times]
