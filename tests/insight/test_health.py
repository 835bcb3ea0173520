"""The score explains itself: each part by a measure, its scale, and what would move it."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insight.health import PARTS, HealthBand, Part, band_of, health
from insight.history import history_of
from tests.insight.histories import ACCOUNT, TODAY, Line, every, history, movement

SINCE = date(2025, 9, 1)


def wages(amount_minor: int) -> list[Line]:
    months = [(2025, 9), (2025, 10), (2025, 11), (2025, 12), (2026, 1), (2026, 2), (2026, 3)]
    return [(date(*month, 5), amount_minor, "transfers") for month in months]


def judged(lines: list[Line], **more: object) -> dict[Part, object]:
    found = health(history(lines), at_hand_minor=0, day_ends=[], **more)
    assert found is not None
    return {each.part: each for each in found.parts}


STEADY = [*wages(300_000), *every(1, -8_000, "groceries", since=SINCE)]


def test_each_part_says_its_measure_and_its_points():
    found = health(history(STEADY), at_hand_minor=720_000, day_ends=[])
    assert found is not None
    parts = {each.part: each for each in found.parts}
    assert list(parts) == list(Part)
    assert parts[Part.LIQUIDITY].measure == pytest.approx(3.0, abs=0.05)
    assert parts[Part.LIQUIDITY].points == pytest.approx(75, abs=1)
    assert parts[Part.SPENDING].measure == pytest.approx(80.0, abs=0.1)
    assert (parts[Part.DEBT].points, parts[Part.INCOME].points, parts[Part.SAVINGS].points) == (100, 100, 0)
    assert found.score == round(sum(each.points for each in found.parts) / 5)
    assert (found.band, found.months) == (HealthBand.COPING, 6)


def test_the_next_step_says_how_much_money_it_takes_and_what_it_wins():
    found = health(history(STEADY), at_hand_minor=240_000, day_ends=[])
    assert found is not None
    parts = {each.part: each for each in found.parts}
    liquidity, savings = parts[Part.LIQUIDITY].step, parts[Part.SAVINGS].step
    assert liquidity is not None
    assert savings is not None
    assert liquidity.target == 3.0
    assert liquidity.amount_minor == pytest.approx(480_000, abs=10)
    assert (savings.target, savings.score_gain, savings.amount_minor) == (5.0, 10.0, 15_000)
    assert found.moves_most is Part.SAVINGS


def test_money_set_aside_is_saved_and_what_is_taken_back_is_not():
    month = [(date(2026, 2, 10), -60_000, "savings"), (date(2026, 2, 20), 30_000, "savings")]
    assert judged([*STEADY, *month])[Part.SAVINGS].measure == pytest.approx(100 * 10_000 / 300_000, abs=0.01)


def test_money_that_goes_to_the_customers_own_savings_account_is_saved():
    there = [movement(date(2026, 2, 10), 60_000, "own_accounts", number=1_000)]
    made = history_of([*history(STEADY).movements, *there], today=TODAY)
    found = health(made, at_hand_minor=0, day_ends=[], savings_accounts={ACCOUNT})
    assert found is not None
    savings = next(each for each in found.parts if each.part is Part.SAVINGS)
    assert savings.measure == pytest.approx(100 * 20_000 / 300_000, abs=0.01)


def test_days_below_zero_are_debt_also_those_without_a_movement():
    ends = {date(2026, 3, 1): -100, date(2026, 3, 10): 50, date(2026, 3, 15): -1}
    found = health(history(STEADY), at_hand_minor=0, day_ends=[ends, {date(2026, 3, 2): -5, date(2026, 3, 3): 5}])
    assert found is not None
    debt = next(each for each in found.parts if each.part is Part.DEBT)
    assert debt.measure == pytest.approx(100 * (9 + 6) / 90, abs=0.01)


def test_who_earns_nothing_has_no_share_of_income_and_income_that_swings_costs_points():
    assert set(judged(every(1, -8_000, "groceries", since=SINCE))) == {Part.LIQUIDITY, Part.DEBT}
    swinging = [(date(2026, 1, 5), 900_000, "transfers"), *every(1, -8_000, "groceries", since=SINCE)]
    assert judged(swinging)[Part.INCOME].points == 0


def test_before_a_whole_month_is_known_nothing_is_said():
    assert health(history([(TODAY, -5, "groceries")]), at_hand_minor=5, day_ends=[]) is None


@pytest.mark.parametrize(
    ("score", "band"), [(80, HealthBand.HEALTHY), (79, HealthBand.COPING), (40, HealthBand.COPING), (39, HealthBand.VULNERABLE)]
)
def test_a_score_has_a_word(score, band):
    assert band_of(score) is band


measures = st.floats(-10, 2_000)


@settings(deadline=None)
@given(st.sampled_from(Part), measures, measures)
def test_a_scale_goes_one_way_and_stays_within_its_bounds(part, one, other):
    scale = PARTS[part]
    ordered = sorted(scale.marks)
    rising = ordered[0][1] < ordered[-1][1]
    low, high = (scale.points(each) for each in sorted((one, other)))
    assert (low <= high) if rising else (low >= high)
    assert 0 <= low <= 100
    mark = scale.next_mark(one)
    assert (mark is None) == (scale.points(one) > 99.5)


lines = st.lists(
    st.tuples(
        st.integers(0, 200), st.integers(-(10**9), 10**9).filter(bool), st.sampled_from(["transfers", "savings", "groceries"])
    ),
    max_size=40,
)  # fmt: skip


@settings(deadline=None)
@given(lines, st.integers(-(10**9), 10**9))
def test_whatever_moved_the_score_is_the_mean_of_its_parts(ahead, at_hand_minor):
    found = health(
        history([(SINCE + timedelta(day), amount, category) for day, amount, category in ahead]),
        at_hand_minor=at_hand_minor, day_ends=[],
    )  # fmt: skip
    if found is not None:
        assert all(0 <= each.points <= 100 for each in found.parts)
        assert abs(found.score - sum(each.points for each in found.parts) / len(found.parts)) <= 1
        assert found.band is band_of(found.score)
