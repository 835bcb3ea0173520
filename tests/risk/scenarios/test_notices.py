"""What a notice of a withdrawal covers: what was said in time, less what was said later."""

from datetime import UTC, date, datetime

import pytest

from risk.scenarios.notices import Notice, in_time, noticed_minor

# A Thursday, after a week without holidays.
DAY = date(2026, 5, 14)


def at(text: str) -> int:
    return int(datetime.fromisoformat(text + ":00-03:00").astimezone(UTC).timestamp() * 1000)


NOON = at("2026-05-14T12:00")


@pytest.mark.parametrize(
    ("given", "expected"),
    [("2026-05-11T23:59", True), ("2026-05-12T00:00", False), ("2026-05-09T10:00", True), ("2026-05-14T08:00", False)],
)
def test_three_business_days_lie_between_and_days_of_rest_do_not_count(given: str, expected: bool) -> None:
    assert in_time(at(given), day=DAY, business_days=3) is expected


def test_a_holiday_is_no_business_day() -> None:
    carnival_wednesday = date(2026, 2, 18)
    assert in_time(at("2026-02-11T10:00"), day=carnival_wednesday, business_days=3)
    assert not in_time(at("2026-02-13T10:00"), day=carnival_wednesday, business_days=3)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([], 0),
        ([(6_000_000, "2026-05-11T10:00")], 6_000_000),
        ([(6_000_000, "2026-05-12T10:00")], 0),
        ([(6_000_000, "2026-05-11T10:00"), (9_000_000, "2026-05-13T10:00")], 6_000_000),
        ([(6_000_000, "2026-05-11T10:00"), (5_000_000, "2026-05-13T10:00")], 5_000_000),
        ([(6_000_000, "2026-05-11T10:00"), (0, "2026-05-13T10:00"), (6_000_000, "2026-05-13T11:00")], 0),
        ([(6_000_000, "2026-05-08T10:00"), (9_000_000, "2026-05-11T10:00")], 9_000_000),
        ([(6_000_000, "2026-05-11T10:00"), (0, "2026-05-14T12:01")], 6_000_000),
    ],
)
def test_what_counts_is_what_was_said_last_in_time_less_what_was_lowered_since(
    said: list[tuple[int, str]], expected: int
) -> None:
    notices = [Notice(amount, at(given)) for amount, given in said]
    assert noticed_minor(notices, day=DAY, business_days=3, at_ms=NOON) == expected
