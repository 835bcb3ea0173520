"""Nothing is above a profile's class, every centavo is somewhere, and what is needed at hand comes first."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insight.investing import DESCRIBED, MOST_RISK, PPM, ProductClass, allocate, shares
from insight.suitability import Profile

profiles, months, amounts = st.sampled_from(Profile), st.integers(1, 360), st.integers(0, 10**15)


@settings(deadline=None)
@given(profiles, months, amounts, st.integers(-(10**12), 10**15), st.integers(0, 10**12))
def test_every_centavo_is_somewhere_and_nothing_above_the_profile_s_class(profile, wanted_in, amount, at_hand, spent):
    found = allocate(amount, profile, months=wanted_in, at_hand_minor=at_hand, month_spent_minor=spent)
    assert sum(found.amounts_minor.values()) == amount
    assert min(found.amounts_minor.values()) >= 0
    for product, part in found.amounts_minor.items():
        assert part == 0 or DESCRIBED[product].risk_class <= found.most_risk <= MOST_RISK[profile]
    assert found.buffer_minor == min(amount, max(3 * spent - max(at_hand, 0), 0))
    assert found.amounts_minor[ProductClass.DAILY] >= found.buffer_minor


@settings(deadline=None)
@given(profiles, months)
def test_shares_are_whole_and_the_longer_the_time_the_less_is_kept_at_hand(profile, wanted_in):
    sooner, later = shares(profile, months=wanted_in), shares(profile, months=wanted_in + 12)
    assert sum(sooner.values()) == sum(later.values()) == PPM
    assert sooner[ProductClass.DAILY] >= later[ProductClass.DAILY]


@pytest.mark.parametrize(("profile", "wanted_in", "products"), [
    (Profile.AGGRESSIVE, 11, {ProductClass.DAILY}),
    (Profile.AGGRESSIVE, 35, {ProductClass.DAILY, ProductClass.INFLATION}),
    (Profile.AGGRESSIVE, 60, set(ProductClass)),
    (Profile.CONSERVATIVE, 360, {ProductClass.DAILY, ProductClass.INFLATION}),
    (Profile.MODERATE, 360, {ProductClass.DAILY, ProductClass.INFLATION, ProductClass.MULTIMARKET}),
])  # fmt: skip
def test_money_that_is_wanted_soon_takes_no_risk_whatever_the_profile(profile, wanted_in, products):
    assert set(shares(profile, months=wanted_in)) == products


def test_a_higher_profile_has_a_higher_class():
    assert [MOST_RISK[profile] for profile in Profile] == sorted({MOST_RISK[profile] for profile in Profile})
