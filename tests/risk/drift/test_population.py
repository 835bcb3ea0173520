"""What did not change is under its limit as often as the limit says; what did change is found."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ks_2samp

from risk.drift.population import (
    FALSE_ALARM,
    MATTERS,
    MATTERS_UNKNOWN,
    USUAL_ROOM,
    Bins,
    effect,
    effect_by_chance,
    psi,
    psi_by_chance,
    shift,
)
from risk.drift.score import distance, distance_by_chance, score_shift

ROUNDS = 4_000
floats = st.floats(-1e6, 1e6, width=32, allow_subnormal=False) | st.just(float("nan"))


@given(st.lists(floats, min_size=1, max_size=200), st.lists(floats, min_size=1, max_size=200))
def test_each_value_is_in_one_bin_and_an_unknown_one_in_the_last(reference, current):
    reference, current = np.array(reference, np.float32), np.array(current, np.float32)
    bins = Bins.of(reference)
    assert (np.diff(bins.edges) > 0).all()
    for values in (reference, current):
        counts = bins.count(values)
        assert counts.sum() == len(values)
        assert counts[-1] == np.isnan(values).sum()
        known, upper = values[~np.isnan(values)], [*bins.edges.tolist(), np.inf]
        lower = [-np.inf, *bins.edges.tolist()]
        by_hand = [int(((known > low) & (known <= high)).sum()) for low, high in zip(lower, upper, strict=True)]
        assert counts[:-1].tolist() == by_hand


@given(st.lists(floats, min_size=1, max_size=200))
def test_nothing_lies_no_distance_from_itself(values):
    counts = Bins.of(np.array(values, np.float32)).count(np.array(values, np.float32))
    assert psi(counts, counts) == 0.0


def test_bins_hold_equal_masses_of_a_continuous_value():
    values = np.random.default_rng(1).lognormal(1, 2, 100_000).astype(np.float32)
    assert Bins.of(values).count(values)[:-1] == pytest.approx([10_000] * 10, abs=1)


@pytest.mark.parametrize("share", [0.02, 0.2, 0.5, 0.85, 0.97])
def test_a_yes_or_no_has_a_bin_for_each_answer(share):
    values = (np.arange(10_000) < share * 10_000).astype(np.float32)
    counts = Bins.of(values).count(values)
    assert sorted(counts[counts > 0].tolist()) == sorted([round(share * 10_000), round((1 - share) * 10_000)])


def test_the_index_is_its_formula_where_no_bin_is_empty():
    was, now = np.array([50_000, 30_000, 20_000]), np.array([40_000, 30_000, 30_000])
    p, q = was / 1e5, now / 1e5
    assert psi(was, now) == pytest.approx(((q - p) * np.log(q / p)).sum(), rel=1e-4)
    assert psi(np.array([100, 0, 5]), np.array([80, 0, 25])) == psi(np.array([100, 5]), np.array([80, 25]))


@pytest.mark.parametrize(("n", "m"), [(80_000, 20_000), (2_000, 500), (500, 500)])
def test_without_a_change_the_index_exceeds_what_chance_does_as_often_as_said(n, m):
    generator = np.random.default_rng(7)
    shares = np.full(10, 0.1)
    found = np.array([psi(generator.multinomial(n, shares), generator.multinomial(m, shares)) for _ in range(ROUNDS)])
    assert found.mean() == pytest.approx(9 * (1 / n + 1 / m), rel=0.1)
    for tests in (1, 1 / 5):  # one in a hundred, and one in twenty
        wanted = FALSE_ALARM / tests
        above = (found > psi_by_chance(bins=10, n=n, m=m, tests=tests)).mean()
        assert above == pytest.approx(wanted, abs=4 * np.sqrt(wanted / ROUNDS))


@pytest.mark.parametrize("share", [0.02, 0.3, 0.8])
def test_without_a_change_shares_differ_beyond_chance_as_often_as_said(share):
    generator = np.random.default_rng(7)
    then, now = generator.binomial(4_000, share, ROUNDS) / 4_000, generator.binomial(1_000, share, ROUNDS) / 1_000
    limit = effect_by_chance(n=4_000, m=1_000, tests=1)
    above = np.mean([effect(was, is_now) > limit for was, is_now in zip(then, now, strict=True)])
    assert above == pytest.approx(FALSE_ALARM, abs=5 * np.sqrt(FALSE_ALARM / ROUNDS))


def test_unknown_values_matter_where_there_were_none_before_they_do_where_half_were():
    assert effect(0.0, 0.011) > MATTERS_UNKNOWN > effect(0.5, 0.59)
    assert effect(0.5, 0.61) > MATTERS_UNKNOWN


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([60, 300, 3_000]), st.sampled_from([0.0, 0.3, 0.9]))
def test_values_of_one_distribution_are_under_the_limit_however_few(seed, size, unknown):
    generator = np.random.default_rng(seed)

    def drawn(count: int) -> np.ndarray:
        values = np.round(generator.lognormal(1, 1, count), 1).astype(np.float32)
        values[generator.random(count) < unknown] = np.nan
        return values

    found = shift([drawn(size) for _ in range(4)], drawn(size), tests=1_000)
    assert not found.moved
    assert not found.unknown_moved


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_shift_a_doubled_rarity_and_new_unknowns_are_found(seed):
    generator = np.random.default_rng(seed)
    weeks = [generator.normal(0, 1, 2_000).astype(np.float32) for _ in range(4)]
    now = generator.normal(0.5, 1, 2_000).astype(np.float32)
    assert shift(weeks, now, tests=100).moved
    holes = now - 0.5
    holes[generator.random(2_000) < 0.1] = np.nan
    found = shift(weeks, holes, tests=100)
    assert found.unknown_moved
    assert found.unknown_current == np.isnan(holes).mean()


def test_what_moves_from_week_to_week_is_not_news():
    generator = np.random.default_rng(3)
    weeks = [generator.normal(mean, 1, 5_000).astype(np.float32) for mean in (0, 0.6, 0, 0.6)]
    now = generator.normal(0.6, 1, 5_000).astype(np.float32)
    found = shift(weeks, now, tests=100)
    assert found.psi < found.usual * USUAL_ROOM
    assert not found.moved
    assert shift([week for week in weeks if week.mean() < 0.3], now, tests=100).moved


def test_there_is_nothing_to_say_of_nothing():
    with pytest.raises(ValueError, match="nothing to compare"):
        shift([np.zeros(0, np.float32)], np.zeros(3, np.float32), tests=1)


def test_the_distance_of_scores_is_that_of_kolmogorov_and_smirnov():
    generator = np.random.default_rng(5)
    was, now = generator.beta(1, 50, 3_000).astype(np.float32), np.round(generator.beta(1, 40, 900), 3).astype(np.float32)
    assert distance(was, now) == pytest.approx(ks_2samp(was, now).statistic)
    found = np.array([distance(generator.random(400, np.float32), generator.random(200, np.float32)) for _ in range(1_000)])
    assert (found > distance_by_chance(n=400, m=200)).mean() <= FALSE_ALARM + 4 * np.sqrt(FALSE_ALARM / 1_000)


def test_scores_that_rise_at_the_top_alone_are_found():
    """What tenths of equal mass would not see."""
    generator = np.random.default_rng(5)

    def drawn(frauds: float) -> np.ndarray:
        scores = generator.beta(1, 200, 40_000)
        scores[generator.random(40_000) < frauds] = 0.8
        return scores.astype(np.float32)

    weeks = [drawn(0.004) for _ in range(4)]
    steady, risen = (score_shift(weeks, drawn(frauds), review_from=0.5) for frauds in (0.004, 0.05))
    assert not steady.moved
    assert steady.shift.limit == MATTERS
    assert risen.moved
    assert (risen.alerted_reference, risen.alerted_current) == pytest.approx((0.004, 0.05), abs=0.005)
