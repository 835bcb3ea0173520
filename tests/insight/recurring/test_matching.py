"""A series that was found last night is met again among the movements of today."""

from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from insight.recurring.matching import matched, stepped
from insight.recurring.series import Direction, Period
from tests.insight.histories import history
from tests.insight.test_calendar import RENT

KNOWN = replace(RENT, last_day=date(2026, 2, 5), count=11, next_day=date(2026, 3, 5), latest_day=date(2026, 3, 8))
PAID = [(date(2026, month, 5), -200_000, "people") for month in (1, 2)]


def test_its_movements_are_told_from_others_of_the_account():
    made = history([*PAID, (date(2026, 2, 5), -90_000, "people"), (date(2026, 2, 5), 200_000, "people"),
                    (date(2026, 2, 20), -200_000, "people")])  # fmt: skip
    found = matched(KNOWN, made.movements)
    assert found.recurring == KNOWN
    assert {each.booked_day for each in made.movements if each.transfer_id in found.transfer_ids} == {
        date(2026, 1, 5),
        date(2026, 2, 5),
    }
    assert len(found.transfer_ids) == 2


def test_what_has_come_since_is_not_expected_again():
    found = matched(KNOWN, history([*PAID, (date(2026, 3, 6), -210_000, "people")]).movements).recurring
    assert (found.last_day, found.amount_minor, found.count) == (date(2026, 3, 6), 210_000, 12)
    assert (found.next_day, found.latest_day) == (date(2026, 4, 5), date(2026, 4, 8))


def test_what_came_in_is_no_payment_and_another_account_is_another():
    assert matched(replace(KNOWN, direction=Direction.IN), history(PAID).movements).transfer_ids == ()


@settings(deadline=None)
@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.sampled_from(Period), st.integers(-24, 24), st.integers(1, 24))
def test_turns_go_on_and_back(day, period, count, more):
    assert stepped(day, period, count) < stepped(day, period, count + more)
    assert stepped(day, period, 0) == day
