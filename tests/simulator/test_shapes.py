"""What a bank's days and its frauds look like: when people pay, and what gives each kind of fraud away."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from simulator.calendar import day_of
from simulator.chance import NIGHT_PIX_LIMIT_MINOR, local_hours
from simulator.codes import (
    BOLETO,
    CARD,
    CASH,
    CREDIT,
    DAY_MS,
    DEBIT,
    ENTRY,
    HOUR_MS,
    KIND,
    MINUTE_MS,
    NOTHING,
    PAYEE_NUMBER_MASK,
    PIX,
    TED,
    PayeeKind,
    payee_code,
)  # fmt: skip
from simulator.events import Events
from simulator.fraud import (
    account_takeover,
    card_testing,
    fan_in,
    fan_out,
    first_party_abuse,
    social_pressure,
    stolen_card,
    structuring,
)
from simulator.habits import ordinary_day
from simulator.ids import CARDS_PER_CUSTOMER, DEVICES_PER_CUSTOMER
from simulator.income import income_of
from simulator.population import Population, Segment, make_population
from simulator.scene import Scene

CUSTOMERS = 2_000
# Far from paydays: nothing else moves the figures of these days.
MONDAY, WEDNESDAY, FRIDAY, SUNDAY = (date(2026, 4, day) for day in (27, 29, 24, 26))
HOLIDAY, SAME_WEEKDAY = date(2026, 10, 12), date(2026, 10, 26)  # Nossa Senhora Aparecida, a Monday
SALARY_DAY, ADVANCE_DAY, ORDINARY_DAY = date(2026, 4, 8), date(2026, 4, 20), date(2026, 4, 14)
OFTEN = 200.0
"""How much more fraud than usual, so that a day has enough cases of each kind."""


@pytest.fixture(scope="module")
def people() -> Population:
    return make_population(seed=5, customers=CUSTOMERS)


def ordinary(people: Population, on: date, *, progress: float = 0.5) -> Events:
    return ordinary_day(np.random.default_rng([7, on.toordinal()]), people, day_of(on), progress=progress, scale=4.0)


def count(events: Events, channel: int) -> int:
    return int((events.channel == channel).sum())


def test_people_pay_by_day_and_sleep_at_night_and_offices_keep_their_hours(people: Population) -> None:
    events = ordinary(people, WEDNESDAY)
    hours = np.bincount(local_hours(events.event_time[events.channel == PIX]), minlength=24) / count(events, PIX)
    assert hours[1:6].sum() < 0.06
    assert hours[10:20].sum() > 0.55
    by_office = local_hours(events.event_time[(events.channel == BOLETO) | (events.channel == TED)])
    assert ((by_office >= 7) & (by_office < 20)).mean() > 0.93


def test_a_friday_is_busier_than_a_sunday_and_boletos_are_paid_on_mondays(people: Population) -> None:
    monday, friday, sunday = (ordinary(people, day) for day in (MONDAY, FRIDAY, SUNDAY))
    assert 1.4 < count(friday, PIX) / count(sunday, PIX) < 2.1
    assert count(monday, BOLETO) > 5 * count(sunday, BOLETO)
    assert count(sunday, TED) == 0 < count(friday, TED)


def test_a_holiday_closes_offices_and_quietens_the_rest(people: Population) -> None:
    holiday, usual = ordinary(people, HOLIDAY), ordinary(people, SAME_WEEKDAY)
    assert count(holiday, TED) == 0 < count(usual, TED)
    assert count(holiday, BOLETO) < 0.25 * count(usual, BOLETO)
    assert 0.65 < count(holiday, PIX) / count(usual, PIX) < 0.95


def test_wages_come_on_the_fifth_business_day_and_part_of_them_on_the_twentieth(people: Population) -> None:
    def wages(on: date) -> int:
        events = income_of(np.random.default_rng(3), people, day_of(on), progress=0.5)
        return int(events.amount[(events.channel == TED) & (events.direction == CREDIT)].sum())

    assert wages(SALARY_DAY) > 2 * wages(ADVANCE_DAY) > 0
    assert wages(ADVANCE_DAY) > 10 * wages(ORDINARY_DAY)


def test_wages_are_spent_when_they_have_come(people: Population) -> None:
    after, before = ordinary(people, date(2026, 4, 9)), ordinary(people, date(2026, 4, 2))
    assert after.event_time.size > 1.15 * before.event_time.size, "two Thursdays, one after payday"


def test_the_bank_grows_over_its_period(people: Population) -> None:
    first, last = (len(ordinary(people, WEDNESDAY, progress=progress)) for progress in (0.0, 1.0))
    assert 1.12 < last / first < 1.9


# -- frauds ----------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def scene(people: Population) -> Callable[[], Scene]:
    def _scene() -> Scene:
        rng, day = np.random.default_rng(11), day_of(WEDNESDAY)
        drawn_from = ordinary_day(rng, people, day, progress=1.0)
        return Scene(rng=rng, people=people, day=day, progress=1.0, ordinary=drawn_from, intensity=OFTEN)

    return _scene


@pytest.mark.parametrize("fraud", [account_takeover, social_pressure, fan_in, fan_out])
def test_no_money_moves_from_an_account_to_itself(scene: Callable[[], Scene], fraud: Callable[[Scene], Events]) -> None:
    stage = scene()
    events = fraud(stage)
    assert not (events.payee == stage.accounts(events.account)).any()


def test_a_payee_who_is_the_payer_becomes_somebody_elsewhere(scene: Callable[[], Scene]) -> None:
    stage, who = scene(), np.arange(40)
    when = np.full(len(who), stage.day.start_ms + 12 * HOUR_MS)
    paid = stage.pix(when, who, payee=stage.accounts(np.repeat(who[:20], 2)), amount=np.full(len(who), 5_000))
    assert not (paid.payee == stage.accounts(who)).any()
    assert (paid.payee[1:] == stage.accounts(np.repeat(who[:20], 2))[1:]).all(), "only he who would pay himself pays another"


def cases(events: Events, kind: str) -> list[Events]:
    """The cases of a kind, each in the order of its moments."""
    assert (events.kind == KIND[kind]).all()
    found = [events.take(events.case == case) for case in np.unique(events.case)]
    assert len(found) >= 4, "too few cases to say anything"
    return [case.take(np.argsort(case.event_time, kind="stable")) for case in found]


def span_ms(events: Events) -> int:
    return int(events.event_time.max() - events.event_time.min())


def is_own_device(events: Events) -> np.ndarray:
    return events.device // DEVICES_PER_CUSTOMER == events.account


def test_a_takeover_empties_an_account_within_minutes_from_a_device_that_meets_other_victims(scene) -> None:
    events = account_takeover(scene())
    found = cases(events, "account_takeover")
    assert all(2 <= len(case) <= 6 and len(np.unique(case.account)) == 1 for case in found)
    assert ((events.channel == PIX) & (events.direction == DEBIT)).all()
    assert np.median([span_ms(case) for case in found]) < HOUR_MS
    assert 0.6 < (~is_own_device(events)).mean() < 0.9
    foreign = events.take(~is_own_device(events))
    victims = [len(np.unique(foreign.account[foreign.device == device])) for device in np.unique(foreign.device)]
    assert max(victims) >= 3


def test_a_customer_under_pressure_pays_at_night_from_the_own_phone_to_somebody_whom_others_pay_too(scene, people) -> None:
    events = social_pressure(scene())
    found = cases(events, "social_pressure")
    assert all(1 <= len(case) <= 3 and len(np.unique(case.account)) == 1 for case in found)
    assert is_own_device(events).all()
    hour = local_hours(events.event_time)
    night = (hour >= 20) | (hour < 6)
    assert night.mean() > 0.6
    assert (events.amount[night] <= NIGHT_PIX_LIMIT_MINOR).mean() > 0.75
    payers = [len(np.unique(events.account[events.payee == payee])) for payee in np.unique(events.payee)]
    assert max(payers) >= 3
    victims = np.unique(events.account)
    assert (people.age[victims] >= 55).mean() > 1.3 * (people.age[people.segment != Segment.BUSINESS] >= 55).mean()


def test_stolen_numbers_are_tried_at_one_shop_on_the_internet_and_the_good_ones_used_elsewhere_later(scene) -> None:
    events = card_testing(scene())
    assert ((events.channel == CARD) & (events.entry == ENTRY["ecommerce"])).all()
    used = 0
    for case in cases(events, "card_testing"):
        tried = case.take(case.merchant == case.merchant[0])
        assert 3 <= len(np.unique(tried.card)) <= 10
        elsewhere = case.take(case.merchant != case.merchant[0])
        assert set(elsewhere.card) <= set(tried.card)
        for card in np.unique(elsewhere.card):
            first = tried.event_time[tried.card == card].min()
            assert elsewhere.event_time[elsewhere.card == card].min() >= first + 30 * MINUTE_MS
            used += 1
    assert used > 0


def test_a_stolen_card_is_used_up_within_hours(scene) -> None:
    events = stolen_card(scene())
    found = cases(events, "stolen_card")
    assert all(3 <= len(case) <= 8 and len(np.unique(case.account)) == 1 for case in found)
    assert (events.channel == CARD).all()
    gaps = np.concatenate([np.diff(case.event_time) for case in found])
    assert 5 * MINUTE_MS < np.median(gaps) < 25 * MINUTE_MS
    assert max(span_ms(case) for case in found) < 8 * HOUR_MS


def test_whoever_denies_an_own_purchase_made_it_by_the_own_card_and_phone_over_days(scene, people) -> None:
    events = first_party_abuse(scene())
    found = cases(events, "first_party_abuse")
    assert all(3 <= len(case) <= 7 and len(np.unique(case.account)) == 1 for case in found)
    assert (events.card // CARDS_PER_CUSTOMER == events.account).all()
    told = events.device != NOTHING
    assert told.any()
    assert is_own_device(events.take(told)).all()
    assert np.median([span_ms(case) for case in found]) > 3 * HOUR_MS
    buyers = np.unique(events.account)
    assert (people.tenure_days[buyers] < 200).mean() > 1.5 * (people.tenure_days < 200).mean()


def test_money_gathered_from_many_leaves_the_account_within_the_hour_after(scene) -> None:
    passed_on = []
    for case in cases(fan_in(scene()), "mule_fan_in"):
        received = case.take(case.direction == CREDIT)
        mule = int(received.account[0]) if len(received) else None
        paid = case.take((case.direction == DEBIT) & (case.payee < payee_code(PayeeKind.OUTSIDE)))
        mule = int(paid.payee[0] & PAYEE_NUMBER_MASK) if mule is None else mule
        out = case.take((case.direction == DEBIT) & (case.account == mule) & (case.payee >= payee_code(PayeeKind.OUTSIDE)))
        came = paid.take(paid.account != mule)
        assert 5 <= len(received) + len(came) <= 14
        assert len(np.unique(received.payee)) + len(np.unique(came.account)) >= 4
        last = max([*received.event_time, *came.event_time])
        assert last < out.event_time.min() <= last + HOUR_MS
        passed_on.append(out.amount.sum() / (received.amount.sum() + came.amount.sum()))
    assert 0.7 < np.median(passed_on) < 1, "most of it; what leaves at night keeps to the limit"


def test_money_that_came_in_one_piece_is_scattered_to_many_within_hours(scene) -> None:
    for case in cases(fan_out(scene()), "mule_fan_out"):
        received, paid = case.take(case.direction == CREDIT), case.take(case.direction == DEBIT)
        assert len(received) == 1
        assert 5 <= len(paid) <= 15
        assert len(np.unique(paid.payee)) >= len(paid) - 1
        assert (paid.account == received.account[0]).all()
        assert paid.event_time.min() > received.event_time[0]
        assert span_ms(case) < DAY_MS
        assert paid.amount.sum() <= received.amount[0]


def test_cash_in_pieces_is_brought_over_days_to_a_machine_and_moved_on(scene) -> None:
    spans, moved_on = [], []
    for case in cases(structuring(scene()), "structuring"):
        brought = case.take(case.channel == CASH)
        moved = case.take(case.channel == PIX)
        assert 4 <= len(brought) <= 9
        assert (brought.entry == ENTRY["atm"]).all()
        assert (brought.direction == CREDIT).all()
        assert brought.amount.max() < 5_000_000, "each below what is reported"
        assert moved.event_time.min() > brought.event_time.max()
        moved_on.append(moved.amount.sum() / brought.amount.sum())
        spans.append(span_ms(brought))
    assert DAY_MS < max(spans) < 6 * DAY_MS
    assert 0.6 < np.median(moved_on) < 1.1
