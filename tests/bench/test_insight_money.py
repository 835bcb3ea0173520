"""What the bench of a customer's money holds its figures against is what it says."""

import random
import uuid
from datetime import date, timedelta

from bench.insight_money import _beyond_three_std, _planted
from bench.insight_rows import Customer
from insight.unusual import Kind
from tests.insight.histories import every, history, movement

MONTH = date(2026, 3, 1)


def test_balances_begin_with_what_was_there_and_count_what_moved_before():
    customer = Customer(uuid.UUID(int=1), 1_000)
    customer.movements = [movement(date(2026, 2, 1), -300, "groceries"), movement(date(2026, 3, 2), 50, "people")]
    assert customer.balances(MONTH, MONTH + timedelta(days=2)) == [700, 750, 750]
    assert customer.until(MONTH).movements == customer.movements[:1]


def test_what_is_planted_lies_in_the_month_and_is_beyond_what_was():
    known = history(every(3, -1_000, "groceries", since=date(2025, 12, 1)))
    for name, planted, kind in _planted(known, MONTH, random.Random(1)):
        assert all(each.booked_day.replace(day=1) == MONTH and each.category == "groceries" for each in planted)
        assert len({each.transfer_id for each in planted}) == len(planted)
        total = -sum(each.delta_minor for each in planted)
        assert total >= (33_000 if kind is Kind.MONTH else 3_000), name


def test_three_standard_deviations_are_of_the_months_before():
    ordinary = every(3, -1_000, "groceries", since=date(2025, 12, 1))
    large = (date(2026, 3, 5), -1_001, "groceries")
    assert len(_beyond_three_std(history([*ordinary, large]).movements, MONTH)) == 1
    assert _beyond_three_std(history([*ordinary, (date(2026, 2, 5), -9_000, "groceries")]).movements, MONTH) == set()
