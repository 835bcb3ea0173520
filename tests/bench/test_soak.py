"""What a soak says of memory."""

import pytest

from bench.soak import growth_pct


@pytest.mark.parametrize(
    ("taken_mb", "pct"),
    [
        ([1.0, 2.0, *[100.0] * 8], 0.0),
        ([1.0, 2.0, 100.0, 100.0, *[120.0] * 4, 150.0, 150.0], 50.0),
        ([100.0] * 8 + [80.0, 80.0], -20.0),
    ],
)
def test_growth_is_that_of_the_end_over_the_time_after_the_start(taken_mb: list[float], pct: float) -> None:
    assert growth_pct(taken_mb) == pytest.approx(pct)
