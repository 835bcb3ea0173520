"""A projection is the same each time, ordered, true to what is assumed, and as wide as it says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insight.investing import ProductClass, shares
from insight.projection import Assumed, assumed_months, drawn_months, project
from insight.suitability import Profile

ASSUMED = {
    ProductClass.DAILY: Assumed(9.0, 0.3), ProductClass.INFLATION: Assumed(9.5, 6.0),
    ProductClass.MULTIMARKET: Assumed(10.0, 7.0),
    ProductClass.EQUITY: Assumed(12.0, 22.0),
}  # fmt: skip
MONTHS = assumed_months(ASSUMED)
SURE = assumed_months({product: Assumed(10.0, 0.0) for product in ProductClass})


def test_the_months_have_the_means_and_volatilities_that_are_assumed():
    logs = np.log1p(MONTHS)
    for place, product in enumerate(ProductClass):
        assumed = ASSUMED[product]
        assert logs[:, place].std() * np.sqrt(12) * 100 == pytest.approx(assumed.volatility_pct)
        yearly = np.expm1(12 * logs[:, place].mean() + 6 * logs[:, place].std() ** 2)
        assert 100 * yearly == pytest.approx(assumed.yearly_pct, abs=0.05)


def test_without_volatility_money_grows_as_sums_do():
    [found] = project(SURE, {ProductClass.DAILY: 1_000_000}, start_minor=100_000, monthly_minor=0, at_months=[12], paths=50)
    assert found.expected_minor == found.low_95_minor == found.high_95_minor == 110_000
    [paid] = project(SURE, {ProductClass.DAILY: 1_000_000}, start_minor=0, monthly_minor=1_000, at_months=[12], paths=50)
    assert (paid.paid_in_minor, paid.chance_of_loss_pct) == (12_000, 0.0)
    assert paid.expected_minor == pytest.approx(sum(1_000 * 1.1 ** (month / 12) for month in range(1, 13)), abs=2)


def test_more_risk_is_wider_and_more_often_a_loss():
    careful, bold = (
        project(MONTHS, shares(profile, months=120), start_minor=10**6, monthly_minor=0, at_months=[24])[0]
        for profile in (Profile.CONSERVATIVE, Profile.AGGRESSIVE)
    )
    assert bold.high_80_minor - bold.low_80_minor > 3 * (careful.high_80_minor - careful.low_80_minor)
    assert bold.chance_of_loss_pct > careful.chance_of_loss_pct


def test_intervals_hold_about_what_they_say_in_markets_drawn_from_other_chance():
    spread, held, worlds = shares(Profile.MODERATE, months=60), 0, 80
    weights = np.array([spread.get(product, 0) / 1e6 for product in ProductClass])
    for world in range(worlds):
        drawn = drawn_months(ASSUMED, months=300, rng=np.random.default_rng([4, world]))
        [said] = project(
            drawn[:240], spread, start_minor=10**6, monthly_minor=0, at_months=[60], paths=200, seed=world
        )  # fmt: skip
        came = 1e6 * np.prod(1.0 + drawn[240:] @ weights)
        held += said.low_80_minor <= came <= said.high_80_minor
    assert 0.65 <= held / worlds <= 0.92


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(Profile), st.integers(0, 10**12), st.integers(0, 10**9), st.integers(1, 60))
def test_a_projection_is_the_same_each_time_and_ordered(profile, start, monthly, months):
    first, again = (
        project(
            MONTHS, shares(profile, months=months), start_minor=start, monthly_minor=monthly, at_months=[months, 61], paths=60
        )
        for _ in range(2)
    )
    assert first == again
    for found in first:
        assert 0 <= found.low_95_minor <= found.low_80_minor <= found.high_80_minor <= found.high_95_minor
        assert found.low_95_minor <= found.expected_minor <= found.high_95_minor
        assert found.paid_in_minor == start + monthly * found.months
