"""What comes again: found whatever the calendar and prices do to it, and never where there is nothing but chance."""

import random
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insight.recurring.finding import find
from insight.recurring.series import Direction, Movement, Period, Recurring
from kit.business_days import Convention, adjusted, business_day_of_month

ACCOUNT = UUID(int=1)
AS_OF = date(2026, 3, 31)


def movement(
    day: date, delta_minor: int, *, counterparty: str = "m00001", category: str = "leisure", text: str = ""
) -> Movement:
    movement.made += 1
    return Movement(UUID(int=movement.made), ACCOUNT, day, delta_minor, "BRL", category, counterparty, text or None)


movement.made = 100


def months(count: int, *, until: date = AS_OF) -> list[tuple[int, int]]:
    last = until.year * 12 + until.month - 1
    return [(number // 12, number % 12 + 1) for number in range(last - count + 1, last + 1)]


def only(movements: list[Movement], *, as_of: date = AS_OF) -> Recurring:
    (found,) = find(movements, as_of=as_of)
    return found.recurring


def test_a_monthly_subscription_is_found_with_its_next_day_and_price() -> None:
    found = only([movement(date(year, month, 12), -3_990) for year, month in months(8)])
    assert (found.period, found.direction, found.count, found.amount_minor) == (Period.MONTHLY, Direction.OUT, 8, 3_990)
    assert found.next_day == date(2026, 4, 12)
    assert found.earliest_day <= found.next_day <= found.latest_day
    assert (found.low_minor, found.high_minor, found.subscription) == (3_990, 3_990, True)


def test_wages_on_the_fifth_business_day_are_expected_on_the_next_fifth_business_day() -> None:
    paid = [movement(business_day_of_month(year, month, 5), 420_000, category="salary") for year, month in months(9)]
    found = only(paid)
    assert (found.direction, found.next_day, found.subscription) == (Direction.IN, date(2026, 4, 8), False)
    assert found.next_day == business_day_of_month(2026, 4, 5)


def test_a_bill_that_waits_for_the_next_business_day_is_expected_on_one() -> None:
    paid = [
        movement(adjusted(date(year, month, 10), Convention.FOLLOWING), -12_000, category="utilities")
        for year, month in months(14)
    ]
    found = only(paid, as_of=date(2026, 4, 30))
    assert found.next_day == date(2026, 5, 11), "the tenth of May 2026 is a Sunday"


def test_the_last_day_of_a_month_is_the_last_day_of_shorter_ones_too() -> None:
    ends = [date(2025, month % 12 + 1, 1) - timedelta(1) if month < 12 else date(2025, 12, 31) for month in range(3, 13)]
    found = only([movement(day, -5_000) for day in ends], as_of=date(2026, 1, 15))
    assert found.period is Period.MONTHLY
    assert found.next_day == date(2026, 1, 31)


@pytest.mark.parametrize(("period", "step"), [(Period.WEEKLY, 7), (Period.FORTNIGHTLY, 14)])
def test_what_comes_every_week_or_fortnight_is_told_apart(period: Period, step: int) -> None:
    paid = [movement(AS_OF - timedelta(days=2 + step * turn), -16_000, category="services") for turn in range(12)]
    found = only(paid)
    assert (found.period, found.count) == (period, 12)
    assert found.next_day == AS_OF + timedelta(days=step - 2)


def test_what_comes_once_a_year_is_found_the_second_time_where_nothing_else_was_paid() -> None:
    paid = [movement(date(year, 9, 14), -210_000, category="insurance") for year in (2024, 2025)]
    assert (only(paid).period, only(paid).next_day) == (Period.YEARLY, date(2026, 9, 14))
    lunches = [replace(each, category="restaurants") for each in paid]
    assert find(lunches, as_of=AS_OF) == []


def test_a_price_that_rises_and_a_month_that_is_missed_do_not_end_it() -> None:
    paid = [
        movement(date(year, month, 20), -(3_490 if turn < 7 else 3_990))
        for turn, (year, month) in enumerate(months(14))
        if turn != 4
    ]
    found = only(paid)
    assert (found.count, found.amount_minor, found.next_day, found.subscription) == (13, 3_990, date(2026, 4, 20), True)
    assert found.low_minor <= 3_990 <= found.high_minor


def test_bills_that_differ_a_little_have_an_interval_that_holds_the_next_and_are_no_subscription() -> None:
    amounts = [18_000, 19_500, 17_200, 20_100, 18_800, 17_900, 19_900, 18_300, 18_000, 19_100]
    paid = [
        movement(date(year, month, 8), -amount, category="utilities")
        for (year, month), amount in zip(months(10), amounts, strict=True)
    ]
    found = only(paid)
    assert found.low_minor < 17_500 < 20_500 < found.high_minor
    assert not found.subscription


def test_it_has_ended_once_it_is_long_overdue_and_not_before() -> None:
    paid = [movement(date(year, month, 5), -2_990) for year, month in months(10, until=date(2025, 12, 31))]
    waiting = only(paid, as_of=date(2026, 1, 12))
    assert waiting.next_day is not None
    assert waiting.next_day > date(2026, 1, 12)
    ended = only(paid, as_of=date(2026, 2, 10))
    assert (ended.next_day, ended.earliest_day, ended.latest_day) == (None, None, None)
    assert ended.last_day == date(2025, 12, 5)


def test_wages_and_their_advance_from_one_payer_are_two() -> None:
    paid = []
    for year, month in months(10):
        paid.append(movement(business_day_of_month(year, month, 5), 270_000, counterparty="p1", category="salary"))
        paid.append(
            movement(adjusted(date(year, month, 20), Convention.PRECEDING), 180_000, counterparty="p1", category="salary")
        )
    found = find(paid, as_of=AS_OF)
    assert sorted(each.recurring.amount_minor for each in found) == [180_000, 270_000]
    assert all(each.recurring.count == 10 for each in found)
    assert len({each.recurring.series_id for each in found}) == 2


def test_a_subscription_is_found_among_purchases_at_the_same_shop() -> None:
    chance = random.Random(4)
    bought = [
        movement(AS_OF - timedelta(days=chance.randrange(400)), -chance.randrange(9_000, 90_000), category="shopping")
        for _ in range(20)
    ]
    paid = [movement(date(year, month, 3), -1_990, category="shopping") for year, month in months(12)]
    (found,) = find(bought + paid, as_of=AS_OF)
    assert found.recurring.amount_minor == 1_990
    assert set(found.transfer_ids) == {each.transfer_id for each in paid}


def test_who_has_no_id_is_known_by_texts_that_differ_by_date_city_and_a_letter() -> None:
    texts = (
        "COMPRA CARTAO 03/{m} TELAPLAY SAO PAULO",
        "CPA CARTAO TELAPLAY",
        "COMPRA NAC 03/{m} TELAPLY",
        "CARTAO ELO TELAPLAY",
    )
    paid = [
        movement(date(year, month, 3), -2_990, counterparty="", text=texts[turn % 4].format(m=month))
        for turn, (year, month) in enumerate(months(8))
    ]
    others = [
        movement(date(2026, 1, day), -4_000 * day, counterparty="", text=f"COMPRA CARTAO {name} SAO PAULO")
        for day, name in ((4, "PADARIA REAL"), (9, "POSTO IPIRANGA"), (22, "DROGARIA MAX"))
    ]
    found = only(paid + others)
    assert found.count == 8


def test_visits_without_rhythm_are_nothing() -> None:
    wrong = 0
    for seed in range(60):
        chance = random.Random(seed)
        visits = [
            movement(AS_OF - timedelta(days=chance.randrange(800)), -round(6_000 * chance.lognormvariate(0, 0.7)))
            for _ in range(chance.randrange(3, 60))
        ]
        wrong += len(find(visits, as_of=AS_OF))
    assert wrong <= 1, "of sixty shops that were visited by chance"


def test_a_shop_on_most_saturdays_for_what_is_needed_is_a_habit() -> None:
    chance = random.Random(1)
    saturdays = [date(2025, 4, 5) + timedelta(days=7 * week) for week in range(50)]
    visits = [
        movement(day, -round(8_000 * chance.lognormvariate(0, 0.8)), category="groceries")
        for day in saturdays
        if chance.random() < 0.7
    ]
    assert find(visits, as_of=AS_OF) == []


def test_what_is_booked_after_the_day_asked_for_is_not_known() -> None:
    paid = [movement(date(year, month, 12), -3_990) for year, month in months(8)]
    assert only(paid, as_of=date(2025, 12, 31)) == only([each for each in paid if each.booked_day.year == 2025],
                                                        as_of=date(2025, 12, 31))  # fmt: skip


def test_a_further_payment_does_not_make_another_series() -> None:
    paid = [movement(date(year, month, 12), -3_990) for year, month in months(8)]
    before = only(paid[:-1], as_of=date(2026, 3, 1))
    assert only(paid).series_id == before.series_id


@settings(max_examples=40, deadline=None)
@given(
    order=st.randoms(use_true_random=False), number=st.integers(1, 28), amount=st.integers(500, 10**12),
    count=st.integers(4, 30), sign=st.sampled_from((1, -1)),
)  # fmt: skip
def test_every_monthly_series_is_found_whatever_its_day_and_amount(order, number, amount, count, sign) -> None:
    paid = [movement(date(year, month, number), sign * amount) for year, month in months(count)]
    order.shuffle(paid)
    found = only(paid)
    assert (found.period, found.count, found.amount_minor) == (Period.MONTHLY, count, amount)
    assert found.next_day is not None
    assert AS_OF < found.earliest_day <= found.next_day <= found.latest_day
    assert found.low_minor <= amount <= found.high_minor


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 900), st.integers(-(10**9), 10**9), st.sampled_from(("a", "b", "")), st.text(max_size=30)),
        max_size=40,
    )
)
def test_whatever_moved_nothing_is_in_two_series_and_every_promise_is_kept(rows) -> None:
    moved = [movement(AS_OF - timedelta(days=back), delta, counterparty=who, text=text) for back, delta, who, text in rows]
    found = find(moved, as_of=AS_OF)
    taken = [transfer for each in found for transfer in each.transfer_ids]
    assert len(taken) == len(set(taken))
    for each in found:
        said = each.recurring
        assert said.count == len(each.transfer_ids) >= 2
        assert 0 < said.low_minor <= said.amount_minor <= said.high_minor
        assert said.next_day is None or AS_OF < said.earliest_day <= said.next_day <= said.latest_day
