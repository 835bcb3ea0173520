"""The arithmetic of limits: periods by the local clock, what is kept when, and changes that wait or do not."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.transactions import Channel
from serving.limits.arithmetic import (
    ANY_CHANNEL,
    RAISE_DELAY_MS,
    Hours,
    Limit,
    Measure,
    Period,
    Scope,
    changed,
    first_exceeded,
    measures,
    period_of,
)

BRAZIL = Hours("America/Sao_Paulo", 20 * 60, 6 * 60)
MOMENTS = st.integers(1_500_000_000_000, 2_000_000_000_000)
AMOUNTS = st.integers(0, 10**12)


def local(text: str, zone: str = "America/Sao_Paulo") -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


@pytest.mark.parametrize(
    ("at", "start", "end"),
    [
        ("2025-11-24T20:00", "2025-11-24T20:00", "2025-11-25T06:00"),
        ("2025-11-24T23:59:59", "2025-11-24T20:00", "2025-11-25T06:00"),
        ("2025-11-25T00:00", "2025-11-24T20:00", "2025-11-25T06:00"),
        ("2025-11-25T05:59:59", "2025-11-24T20:00", "2025-11-25T06:00"),
        ("2025-03-01T02:00", "2025-02-28T20:00", "2025-03-01T06:00"),
    ],
)
def test_a_night_goes_past_midnight(at, start, end):
    assert period_of(Scope.NIGHT, BRAZIL, local(at)) == Period(local(start), local(end))


@pytest.mark.parametrize("at", ["2025-11-25T06:00", "2025-11-25T12:00", "2025-11-25T19:59:59"])
def test_by_day_there_is_no_night(at):
    assert period_of(Scope.NIGHT, BRAZIL, local(at)) is None


def test_a_night_within_one_day_is_one_too():
    early = Hours("America/Sao_Paulo", 60, 300)
    assert period_of(Scope.NIGHT, early, local("2025-11-25T01:00")) == Period(
        local("2025-11-25T01:00"), local("2025-11-25T05:00")
    )
    assert period_of(Scope.NIGHT, early, local("2025-11-25T05:00")) is None


def test_a_day_is_as_long_as_the_local_clock_makes_it():
    lisbon = Hours("Europe/Lisbon", 20 * 60, 6 * 60)
    lengths_h = [
        (period.end_ms - period.start_ms) // 3_600_000
        for day in ("2025-03-30", "2025-03-31", "2025-10-26")
        if (period := period_of(Scope.DAY, lisbon, local(f"{day}T12:00", "Europe/Lisbon")))
    ]
    assert lengths_h == [23, 24, 25]


@pytest.mark.parametrize(("at", "end"), [("2025-01-31T23:00", "2025-02-01T00:00"), ("2025-12-01T00:00", "2026-01-01T00:00")])
def test_a_month_is_a_calendar_month(at, end):
    period = period_of(Scope.MONTH, BRAZIL, local(at))
    assert period is not None
    assert (period.start_ms, period.end_ms) == (local(f"{at[:7]}-01T00:00"), local(end))


@given(MOMENTS, st.sampled_from([Scope.NIGHT, Scope.DAY, Scope.MONTH]), st.integers(0, 1_439), st.integers(0, 1_439),
       st.sampled_from(["America/Sao_Paulo", "Europe/Lisbon", "Asia/Kathmandu", "UTC"]))  # fmt: skip
def test_a_moment_is_in_its_period_and_so_is_its_first_millisecond(at_ms, scope, start, end, zone):
    hours = Hours(zone, start, end if end != start else (start + 1) % 1_440)
    period = period_of(scope, hours, at_ms)
    if period is None:
        assert scope is Scope.NIGHT
        return
    assert period.start_ms < period.end_ms
    if zone in ("UTC", "Asia/Kathmandu"):  # where the clock is never put back, an hour does not come twice
        assert period.start_ms <= at_ms < period.end_ms
        assert period_of(scope, hours, period.start_ms) == period
        assert period_of(scope, hours, period.end_ms) != period


def test_a_transfer_keeps_the_limits_of_its_channel_and_of_any():
    limits = [
        Limit(channel="pix", scope=Scope.NIGHT, amount_minor=100_000),
        Limit(channel=ANY_CHANNEL, scope=Scope.DAY, amount_minor=500_000),
        Limit(channel="ted", scope=Scope.TRANSFER, amount_minor=1),
        Limit(channel="pix", scope=Scope.MONTH, amount_minor=1, coming_amount_minor=None, coming_at_ms=1),
    ]
    by_night = measures(limits, BRAZIL, channel=Channel.PIX, at_ms=local("2025-11-24T22:00"))
    assert [(m.channel, m.scope, m.most_minor) for m in by_night] == [("pix", "night", 100_000), ("any", "day", 500_000)]
    by_day = measures(limits, BRAZIL, channel=Channel.PIX, at_ms=local("2025-11-24T12:00"))
    assert [m.scope for m in by_day] == ["day"]
    assert [m.scope for m in measures(limits, BRAZIL, channel=Channel.TED, at_ms=local("2025-11-24T12:00"))] == [
        "day",
        "transfer",
    ]


@given(st.lists(st.tuples(AMOUNTS, AMOUNTS), max_size=5), st.integers(1, 10**12))
def test_a_limit_is_broken_exactly_by_what_is_more_than_is_left(pairs, amount):
    kept = [Measure("any", Scope.DAY, most, None) for most, _ in pairs]
    broken = first_exceeded(kept, [used for _, used in pairs], amount_minor=amount)
    over = [(measure, used) for measure, (_, used) in zip(kept, pairs, strict=True) if amount > measure.most_minor - used]
    assert broken == (over[0] if over else None)


def limit(amount: int) -> Limit:
    return Limit(channel="pix", scope=Scope.DAY, amount_minor=amount)


@given(AMOUNTS, st.lists(st.tuples(st.one_of(st.none(), AMOUNTS), st.integers(0, 2 * RAISE_DELAY_MS)), max_size=8))
def test_no_change_raises_what_may_leave_within_a_day_of_being_asked_for(first, steps):
    stands, now_ms = changed(None, limit(first), now_ms=0), 0
    for amount, wait_ms in steps:
        now_ms += wait_ms
        before = stands.in_force(now_ms) if stands else None
        stands = changed(stands, None if amount is None else limit(amount), now_ms=now_ms)
        after = stands.in_force(now_ms) if stands else None
        if before is None:
            assert after == amount
            continue
        assert after is not None
        assert after == (before if amount is None or amount > before else amount)
        soon = stands.in_force(now_ms + 1) if stands else None
        if soon != after:  # what is about to come was asked for a day ago, in these very words
            assert stands is not None
            assert stands.coming_amount_minor == amount


def test_a_raise_comes_after_a_day_and_asking_again_does_not_put_it_off():
    stands = changed(limit(100), limit(300), now_ms=0)
    assert stands is not None
    assert [stands.in_force(at) for at in (0, RAISE_DELAY_MS - 1, RAISE_DELAY_MS)] == [100, 100, 300]
    assert changed(stands, limit(300), now_ms=RAISE_DELAY_MS // 2) == stands
    other = changed(stands, limit(400), now_ms=RAISE_DELAY_MS // 2)
    assert other is not None
    assert other.in_force(RAISE_DELAY_MS) == 100
    lowered = changed(stands, limit(50), now_ms=5)
    assert lowered is not None
    assert (lowered.in_force(5), lowered.in_force(RAISE_DELAY_MS)) == (50, 50)


def test_a_limit_ends_after_a_day():
    stands = changed(limit(100), None, now_ms=0)
    assert stands is not None
    assert [stands.in_force(at) for at in (0, RAISE_DELAY_MS)] == [100, None]
    assert changed(None, None, now_ms=0) is None
