"""What is planted of scenarios that ask beside payments: devices that were registered, notices that were given, incomes."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

from kit.business_days import business_days_after
from simulator.calendar import LOCAL_OFFSET_MS
from simulator.laundering.draw import DAY_MS, HOUR_MS, Draw, Kind
from simulator.laundering.schemes import REAL, Plant, Planted

NOTICE_BUSINESS_DAYS = 3


def _from_devices(own: tuple[int, float, float], strange: tuple[int, float, float]) -> Plant:
    """So many payments of amounts from a device that is registered, and so many within hours from one that is not any more."""

    def plant(draw: Draw, at: int) -> Planted:
        who = draw.someone()
        known, other = f"{who.customer_id}-phone", f"{who.customer_id}-lost"
        draw.register(who, known, since=at - 60 * DAY_MS)
        draw.register(who, other, since=at - 60 * DAY_MS, until=at - DAY_MS)
        made = []
        for device, (count, low, high) in ((known, own), (other, strange)):
            for moment in draw.spread(at, count, within_ms=4 * HOUR_MS) if count else ():
                amount = draw.between(low * REAL, high * REAL)
                made.append(draw.pay(moment, who, draw.stranger(), amount, device=device))
        return who, made

    return plant


def _both(first: Plant, second: Plant) -> Plant:
    """One of two, as chance has it."""

    def plant(draw: Draw, at: int) -> Planted:
        return (first, second)[int(draw.rng.integers(2))](draw, at)

    return plant


def _noticed(*, late_days: int, share: float = 1.0) -> Plant:
    """Cash taken out with a notice of a share of it, so many days after the last on which it would be in time."""

    def plant(draw: Draw, at: int) -> Planted:
        who, day = draw.someone(), datetime.fromtimestamp((at + LOCAL_OFFSET_MS) / 1000, UTC).date()
        amount = draw.between(50_000 * REAL, 80_000 * REAL)
        given = _latest_in_time(day) + timedelta(days=late_days)
        draw.give_notice(who, day, int(amount * share), given_at=at - (day - given).days * DAY_MS)
        return who, [draw.cash(at, who, amount, place=draw.place(), machine=False, is_out=True)]

    return plant


def _latest_in_time(day: date) -> date:
    given = day
    while business_days_after(given, NOTICE_BUSINESS_DAYS) > day:
        given -= timedelta(days=1)
    return given


def _earning(before: float, now: float, times: tuple[float, float]) -> Plant:
    """So many times what the customer earns now comes in within weeks; until ten days before they had declared another."""

    def plant(draw: Draw, at: int) -> Planted:
        who = draw.someone()
        draw.declare(who, round(before * REAL), since=at - 90 * DAY_MS)
        draw.declare(who, round(now * REAL), since=at - 10 * DAY_MS)
        total = draw.between(now * times[0] * REAL, now * times[1] * REAL)
        return who, [
            draw.receive(moment, who, draw.stranger(), total // 8) for moment in draw.spread(at, 8, within_ms=24 * DAY_MS)
        ]

    return plant


DECLARED: Mapping[str, Mapping[Kind, Plant]] = MappingProxyType(
    {
        "unregistered-device": {
            Kind.SCHEME: _both(_from_devices((0, 0, 0), (2, 250, 900)), _from_devices((1, 300, 900), (8, 150, 195))),
            Kind.NEAR_MISS: _from_devices((1, 300, 900), (4, 150, 199)),
            Kind.TWIN: _from_devices((5, 250, 900), (0, 0, 0)),
        },
        "cash-without-notice": {
            Kind.SCHEME: _both(_noticed(late_days=1), _noticed(late_days=0, share=0.7)),
            Kind.TWIN: _noticed(late_days=0),
        },
        "customer-mismatch": {
            Kind.SCHEME: _earning(40_000, 7_000, (5.6, 9.0)),
            Kind.NEAR_MISS: _earning(2_000, 9_000, (4.0, 4.8)),
            Kind.TWIN: _earning(2_000, 15_000, (2.5, 4.0)),
        },
    }
)
"""By scenario, as `schemes.PLANTS`."""
