"""What comes once a month is found, and what only looks like it is not."""

from datetime import date

from insight.monthly import monthly_series
from insight.recurring.series import Direction
from tests.insight.histories import Line, every, history

RENT: list[Line] = [(date(2025, 12, 5), -200_000, "people"), (date(2026, 1, 5), -200_000, "people"),
                    (date(2026, 2, 6), -210_000, "people"), (date(2026, 3, 5), -210_000, "people")]  # fmt: skip


def test_rent_is_found_with_its_next_day_and_its_last_amount():
    [found] = monthly_series(history([*RENT, *every(2, -3_000, "groceries", since=date(2025, 12, 1))]))
    assert (found.direction, found.category, found.count, found.amount_minor) == (Direction.OUT, "people", 4, 210_000)
    assert (found.next_day, found.low_minor, found.high_minor) == (date(2026, 4, 5), 200_000, 210_000)


def test_two_months_amounts_that_differ_and_months_left_out_are_no_series():
    assert monthly_series(history(RENT[2:])) == []
    assert monthly_series(history([*RENT[:3], (date(2026, 3, 5), -600_000, "people")])) == []
    assert monthly_series(history([RENT[0], RENT[2], RENT[3]])) == []


def test_what_stayed_away_has_ended():
    assert len(monthly_series(history(RENT, today=date(2026, 4, 10)))) == 1
    assert monthly_series(history(RENT, today=date(2026, 4, 11))) == []
