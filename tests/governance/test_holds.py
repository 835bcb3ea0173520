"""What keeps somebody from being erased, and until when."""

from datetime import UTC, datetime

import pytest

from governance.erasures.holds import AML_LAW, Facts, Hold, Placed, aml_until, due_at, holds

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def left(year: int, **more: object) -> Facts:
    return Facts(**{"closed_at": datetime(year, 3, 9, tzinfo=UTC), "had_account": True, "open_alerts": 0} | more)


def test_records_are_kept_ten_years_from_the_year_after_the_relationship_ended():
    assert aml_until(datetime(2015, 12, 31, 23, 59, tzinfo=UTC)) == datetime(2026, 1, 1, tzinfo=UTC)
    assert aml_until(datetime(2016, 1, 1, tzinfo=UTC)) == datetime(2027, 1, 1, tzinfo=UTC)
    assert holds(left(2015), now=NOW) == []
    [hold] = holds(left(2016), now=NOW)
    assert (hold.law, hold.until) == (AML_LAW, datetime(2027, 1, 1, tzinfo=UTC))


def test_who_never_had_an_account_is_not_kept_for_the_relationship_s_sake():
    assert holds(left(2026, had_account=False), now=NOW) == []


def test_an_alert_that_is_not_ended_holds_and_names_no_end():
    [hold] = holds(left(2010, open_alerts=2), now=NOW)
    assert hold.until is None
    assert "2 alerts" in hold.why


def test_a_case_that_is_not_ended_holds_and_names_no_end():
    [hold] = holds(left(2010, open_cases=1), now=NOW)
    assert hold.until is None
    assert "1 cases or freezes" in hold.why


def test_a_placed_hold_holds_until_its_own_end():
    placed = Placed(law="CPC", reason="order", until=datetime(2026, 7, 1, tzinfo=UTC))
    assert [hold.law for hold in holds(left(2010, placed=[placed]), now=NOW)] == ["CPC"]
    assert holds(left(2010, placed=[placed]), now=datetime(2026, 7, 1, tzinfo=UTC)) == []


@pytest.mark.parametrize(
    ("ends", "due"),
    [
        ([], NOW),
        ([datetime(2027, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)], datetime(2030, 1, 1, tzinfo=UTC)),
        ([datetime(2027, 1, 1, tzinfo=UTC), None], None),
    ],
)
def test_it_is_due_when_the_last_hold_has_ended_by_itself(ends, due):
    assert due_at([Hold(law="x", why="y", until=end) for end in ends], now=NOW) == due
