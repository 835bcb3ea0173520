"""What is unlike before is told, once, with what would have been usual; what is ordinary is not."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from insight.history import history_of
from insight.unusual import FEWEST_DAYS, Kind, unusual
from tests.insight.histories import TODAY, Line, every, history, movement

SINCE = date(2025, 9, 1)
ORDINARY: list[Line] = [
    *every(3, -5_000, "restaurants", since=SINCE),
    *every(4, -20_000, "groceries", since=SINCE),
    *every(30, 500_000, "transfers", since=SINCE),
]
MONTH = date(2026, 3, 1)


def test_an_ordinary_month_says_nothing():
    assert unusual(history(ORDINARY), first=SINCE) == []


def test_a_payment_far_above_all_before_is_told_with_what_was_usual():
    [found] = unusual(history([*ORDINARY, (date(2026, 3, 11), -400_000, "restaurants")]), first=MONTH)
    assert (found.kind, found.day, found.category, found.amount_minor) == (
        Kind.PAYMENT,
        date(2026, 3, 11),
        "restaurants",
        400_000,
    )
    assert 4_000 < found.usual_minor < 8_000
    assert found.usual_minor < found.high_minor < found.amount_minor
    assert found.score > 2.6


def test_money_that_comes_or_changes_its_place_is_never_unusual_spending():
    lines = [*ORDINARY, (date(2026, 3, 11), 9_000_000, "transfers"), (date(2026, 3, 11), -9_000_000, "own_accounts")]
    assert unusual(history(lines), first=MONTH) == []


def test_many_ordinary_payments_make_an_unusual_month():
    lines = [*ORDINARY, *[(date(2026, 3, 2) + timedelta(day), -15_000, "restaurants") for day in range(15)]]
    [found] = unusual(history(lines), first=MONTH)
    assert (found.kind, found.day, found.category, found.transfer_id) == (Kind.MONTH, MONTH, "restaurants", None)
    assert found.amount_minor > 225_000


def test_a_month_that_one_payment_explains_is_not_told_beside_it():
    lines = [*ORDINARY, (date(2026, 3, 11), -900_000, "groceries")]
    assert [found.kind for found in unusual(history(lines), first=MONTH)] == [Kind.PAYMENT]


def test_a_payment_before_the_first_day_explains_its_month_all_the_same():
    lines = [*ORDINARY, (date(2026, 3, 3), -900_000, "groceries")]
    assert unusual(history(lines), first=date(2026, 3, 10)) == []


def test_what_was_unusual_once_is_not_told_again_of_later_months():
    lines = [*ORDINARY, (date(2026, 1, 11), -900_000, "groceries")]
    assert unusual(history(lines), first=MONTH) == []
    assert [found.day for found in unusual(history(lines), first=SINCE)] == [date(2026, 1, 11)]


def test_of_a_new_customer_nothing_is_said():
    since = TODAY - timedelta(days=FEWEST_DAYS - 1)
    lines = [*every(1, -5_000, "restaurants", since=since), (TODAY, -900_000, "restaurants")]
    assert unusual(history(lines), first=MONTH) == []
    assert unusual(history_of([], today=TODAY), first=MONTH) == []


days = st.integers(0, (TODAY - SINCE).days)
lines = st.lists(
    st.tuples(days, st.integers(1, 10**7), st.sampled_from(["restaurants", "groceries", "people", "bills"])), max_size=80
)


@settings(deadline=None)
@given(lines, st.integers(2, 1_000))
def test_what_is_unusual_does_not_depend_on_the_currency_s_unit(ahead, factor):
    def told(scale: int) -> list[tuple[object, ...]]:
        made = [
            movement(SINCE + timedelta(day), -amount * scale, category, number=n)
            for n, (day, amount, category) in enumerate(ahead)
        ]
        return [(f.kind, f.day, f.category, f.transfer_id) for f in unusual(history_of(made, today=TODAY), first=SINCE)]

    assert sorted(map(str, told(1))) == sorted(map(str, told(factor)))


@settings(deadline=None)
@given(lines)
def test_whatever_is_told_is_above_what_would_have_been_usual(ahead):
    made = [movement(SINCE + timedelta(day), -amount, category, number=n) for n, (day, amount, category) in enumerate(ahead)]
    for found in unusual(history_of(made, today=TODAY), first=SINCE):
        assert found.usual_minor <= found.high_minor <= found.amount_minor + 1
        assert SINCE <= found.day <= TODAY
