"""What is planted of each scenario. A function draws payments from a moment on, and says whom they are about.

A near miss stays just short of the rule as it is declared; a twin is lawful and looks like one: payroll, rent that is
collected, a stall, the same bill paid again, a student who comes back.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from simulator.laundering.draw import DAY_MS, HOUR_MS, MINUTE_MS, Account, Draw, Kind

REAL = 100
Planted = tuple[Account, list[str]]
Plant = Callable[[Draw, int], Planted]


def _structuring(pieces: tuple[int, int], days: int, total: tuple[float, float]) -> Plant:
    def plant(draw: Draw, at: int) -> Planted:
        who, count = draw.someone(), draw.between(*pieces)
        whole = draw.between(total[0] * REAL, total[1] * REAL)
        shares = draw.rng.dirichlet([12.0] * count)
        moments = draw.spread(at, count, within_ms=days * DAY_MS)
        return who, [
            draw.cash(moment, who, int(whole * share), place=draw.place(), machine=False)
            for moment, share in zip(moments, shares, strict=True)
        ]

    return plant


def _machines(count: int, places: int) -> Plant:
    def plant(draw: Draw, at: int) -> Planted:
        who, where = draw.someone(), [draw.place() for _ in range(places)]
        moments = draw.spread(at, count, within_ms=3 * HOUR_MS)
        return who, [
            draw.cash(moment, who, draw.between(900 * REAL, 4_800 * REAL), place=where[number % places], machine=True)
            for number, moment in enumerate(moments)
        ]

    return plant


def _cash(low: float, high: float, *, is_out: bool) -> Plant:
    def plant(draw: Draw, at: int) -> Planted:
        who = draw.someone()
        return who, [
            draw.cash(at, who, draw.between(low * REAL, high * REAL), place=draw.place(), machine=False, is_out=is_out)
        ]

    return plant


def _gathered(payers: int, within_ms: int, *, keeps: bool) -> Plant:
    def plant(draw: Draw, at: int) -> Planted:
        who = draw.someone()
        amounts = [draw.between(300 * REAL, 2_400 * REAL) for _ in range(payers)]
        moments = draw.spread(at, payers, within_ms=within_ms)
        made = [
            draw.receive(moment, who, payer, amount)
            for moment, payer, amount in zip(moments, draw.strangers(payers), amounts, strict=True)
        ]
        if not keeps:
            made.append(draw.pay(moments[-1] + 20 * MINUTE_MS, who, draw.stranger(), int(sum(amounts) * 0.93)))
        return who, made

    return plant


def _shop(draw: Draw, at: int) -> Planted:
    """A stall that sells to strangers every week, and today as well."""
    who = draw.someone()
    for week in range(1, 9):
        for moment in draw.spread(at - week * 7 * DAY_MS, 7, within_ms=10 * HOUR_MS):
            draw.receive(moment, who, draw.stranger(), draw.between(30 * REAL, 260 * REAL))
    moments = draw.spread(at, 8, within_ms=10 * HOUR_MS)
    return who, [draw.receive(moment, who, draw.stranger(), draw.between(30 * REAL, 260 * REAL)) for moment in moments]


def _scattered(payees: int, within_ms: int) -> Plant:
    def plant(draw: Draw, at: int) -> Planted:
        who = draw.someone()
        amounts = [draw.between(300 * REAL, 2_400 * REAL) for _ in range(payees)]
        made = [draw.receive(at, who, draw.stranger(), int(sum(amounts) * 1.05))]
        moments = draw.spread(at + 5 * MINUTE_MS, payees, within_ms=within_ms)
        return who, made + [
            draw.pay(moment, who, payee, amount)
            for moment, payee, amount in zip(moments, draw.strangers(payees), amounts, strict=True)
        ]

    return plant


def _payroll(draw: Draw, at: int) -> Planted:
    """A small firm that pays the same people every month, and today as well."""
    who, staff, owner = draw.someone(), draw.strangers(9), draw.stranger()
    made: list[str] = []
    for month in (3, 2, 1, 0):
        wages = [draw.between(1_600 * REAL, 4_200 * REAL) for _ in staff]
        start = at - month * 30 * DAY_MS
        made = [draw.receive(start, who, owner, int(sum(wages) * 1.04))]
        moments = draw.spread(start + HOUR_MS, len(staff), within_ms=HOUR_MS)
        made += [draw.pay(moment, who, payee, wage) for moment, payee, wage in zip(moments, staff, wages, strict=True)]
    return who, made


def _passing(share: float, *, pieces: int = 2) -> Plant:
    def plant(draw: Draw, at: int) -> Planted:
        who = draw.someone()
        amounts = [draw.between(1_800 * REAL, 6_000 * REAL) for _ in range(pieces)]
        moments = draw.spread(at, pieces, within_ms=HOUR_MS)
        made = [draw.receive(moment, who, draw.stranger(), amount) for moment, amount in zip(moments, amounts, strict=True)]
        made.append(draw.pay(moments[-1] + 12 * MINUTE_MS, who, draw.stranger(), int(sum(amounts) * share)))
        return who, made

    return plant


def _rent_collected(draw: Draw, at: int) -> Planted:
    """Tenants pay every month, and the landlord gets nearly all of it."""
    who, tenants, landlord = draw.someone(), draw.strangers(4), draw.stranger()
    made: list[str] = []
    for month in (3, 2, 1, 0):
        rents = [draw.between(900 * REAL, 2_600 * REAL) for _ in tenants]
        start = at - month * 30 * DAY_MS
        moments = draw.spread(start, len(tenants), within_ms=6 * HOUR_MS)
        made = [draw.receive(when, who, payer, rent) for when, payer, rent in zip(moments, tenants, rents, strict=True)]
        made.append(draw.pay(moments[-1] + HOUR_MS, who, landlord, int(sum(rents) * 0.9)))
    return who, made


def _mirrored(pairs: int, kept: float) -> Plant:
    def plant(draw: Draw, at: int) -> Planted:
        who, source, sink = draw.someone(), draw.stranger(), draw.stranger()
        made = []
        for moment in draw.spread(at, pairs, within_ms=5 * DAY_MS):
            amount = draw.between(700 * REAL, 3_000 * REAL)
            made.append(draw.receive(moment, who, source, amount))
            made.append(draw.pay(moment + 3 * HOUR_MS, who, sink, int(amount * kept)))
        return who, made

    return plant


def _alike(payments: int, payees: int, within_ms: int) -> Plant:
    def plant(draw: Draw, at: int) -> Planted:
        who, others = draw.someone(), draw.strangers(payees)
        amount = draw.between(400 * REAL, 1_900 * REAL)
        return who, [
            draw.pay(moment, who, others[number % payees], int(amount * draw.rng.uniform(0.97, 1.0)))
            for number, moment in enumerate(draw.spread(at, payments, within_ms=within_ms))
        ]

    return plant


def _under(payments: int, low: float, high: float) -> Plant:
    def plant(draw: Draw, at: int) -> Planted:
        who = draw.someone()
        moments = draw.spread(at, payments, within_ms=5 * DAY_MS)
        return who, [
            draw.pay(moment, who, draw.stranger(), draw.between(low * REAL, high * REAL), channel="ted") for moment in moments
        ]

    return plant


def _loop(hops: int, kept: float) -> Plant:
    def plant(draw: Draw, at: int) -> Planted:
        members = draw.several(hops)
        amount = float(draw.between(2_000 * REAL, 9_000 * REAL))
        made = []
        for number, moment in enumerate(draw.spread(at, hops, within_ms=3 * DAY_MS)):
            made.append(draw.pay(moment, members[number], members[(number + 1) % hops].account_id, int(amount)))
            amount *= kept
        return members[0], made

    return plant


def _layers(hops: int, kept: float) -> Plant:
    def plant(draw: Draw, at: int) -> Planted:
        members = draw.several(hops + 1)
        amount = float(draw.between(4_000 * REAL, 9_000 * REAL))
        made = []
        for number, moment in enumerate(draw.spread(at, hops, within_ms=16 * HOUR_MS)):
            made.append(draw.pay(moment, members[number], members[number + 1].account_id, int(amount)))
            amount *= kept
        return members[0], made

    return plant


def _scatter_gather(middles: int) -> Plant:
    def plant(draw: Draw, at: int) -> Planted:
        origin, end, between = draw.someone(), draw.someone(), draw.several(middles)
        made = []
        for number, (moment, middle) in enumerate(zip(draw.spread(at, middles, within_ms=DAY_MS), between, strict=True)):
            amount = draw.between(900 * REAL, 2_500 * REAL)
            made.append(draw.pay(moment, origin, middle.account_id, amount))
            made.append(draw.pay(moment + (6 + number) * HOUR_MS, middle, end.account_id, int(amount * 0.95)))
        return origin, made

    return plant


def _asleep(silent_days: int, amount: tuple[float, float]) -> Plant:
    def plant(draw: Draw, at: int) -> Planted:
        who = draw.someone()
        draw.receive(at - silent_days * DAY_MS, who, draw.stranger(), draw.between(40 * REAL, 90 * REAL))
        whole = draw.between(amount[0] * REAL, amount[1] * REAL)
        moments = draw.spread(at, 3, within_ms=2 * DAY_MS)
        made = [draw.receive(moments[0], who, draw.stranger(), whole)]
        return who, made + [draw.pay(moment, who, draw.stranger(), int(whole * 0.45)) for moment in moments[1:]]

    return plant


def _times(past_minor: tuple[float, float], now: tuple[float, float], *, payments: int) -> Plant:
    """A year's quarter of like payments, and then one or a month of another size."""

    def plant(draw: Draw, at: int) -> Planted:
        who, payee = draw.someone(), draw.stranger()
        for moment in draw.spread(at - 125 * DAY_MS, 30, within_ms=122 * DAY_MS):
            draw.pay(moment, who, payee, draw.between(past_minor[0] * REAL, past_minor[1] * REAL))
        moments = draw.spread(at, payments, within_ms=20 * DAY_MS if payments > 1 else HOUR_MS)
        return who, [draw.pay(moment, who, draw.stranger(), draw.between(now[0] * REAL, now[1] * REAL)) for moment in moments]

    return plant


def _made_up(digits: tuple[int, ...]) -> Plant:
    def plant(draw: Draw, at: int) -> Planted:
        who, made = draw.someone(), []
        for moment in draw.spread(at, 60, within_ms=25 * DAY_MS):
            thousands = digits[int(draw.rng.integers(len(digits)))]
            made.append(draw.pay(moment, who, draw.stranger(), int(thousands * 1_000 * REAL * draw.rng.uniform(1, 1.09))))
        return who, made

    return plant


def _travel(hours: float) -> Plant:
    def plant(draw: Draw, at: int) -> Planted:
        who = draw.someone()
        far = (-386_000 + draw.between(-5_000, 5_000), -3_851_000 + draw.between(-5_000, 5_000))  # Fortaleza
        first = draw.buy(at, who, draw.between(30 * REAL, 200 * REAL), place=draw.place())
        return who, [first, draw.buy(at + int(hours * HOUR_MS), who, draw.between(30 * REAL, 200 * REAL), place=far)]

    return plant


PLANTS: Mapping[str, Mapping[Kind, Plant]] = MappingProxyType(
    {
        "cash-structuring": {
            Kind.SCHEME: _structuring((4, 8), 3, (52_000, 90_000)),
            Kind.NEAR_MISS: _structuring((4, 8), 3, (38_000, 48_500)),
            Kind.TWIN: _structuring((4, 6), 20, (9_000, 22_000)),
        },
        "repeated-atm-deposits": {
            Kind.SCHEME: _machines(4, 3),
            Kind.NEAR_MISS: _machines(2, 2),
            Kind.TWIN: _machines(3, 1),
        },
        "cash-report": {
            Kind.SCHEME: _cash(50_000, 90_000, is_out=False),
            Kind.NEAR_MISS: _cash(44_000, 49_990, is_out=False),
        },
        "cash-without-notice": {
            Kind.SCHEME: _cash(50_000, 80_000, is_out=True),
            Kind.NEAR_MISS: _cash(44_000, 49_990, is_out=True),
        },
        "fan-in": {
            Kind.SCHEME: _gathered(8, 9 * HOUR_MS, keeps=True),
            Kind.NEAR_MISS: _gathered(4, 9 * HOUR_MS, keeps=True),
            Kind.TWIN: _shop,
        },
        "fan-out": {
            Kind.SCHEME: _scattered(8, 5 * HOUR_MS),
            Kind.NEAR_MISS: _scattered(4, 5 * HOUR_MS),
            Kind.TWIN: _payroll,
        },
        "pass-through": {
            Kind.SCHEME: _passing(0.94),
            Kind.NEAR_MISS: _passing(0.72),
            Kind.TWIN: _rent_collected,
        },
        "mirroring": {
            Kind.SCHEME: _mirrored(4, 0.97),
            Kind.NEAR_MISS: _mirrored(4, 0.86),
            Kind.TWIN: _mirrored(2, 0.97),
        },
        "repeated-amounts": {
            Kind.SCHEME: _alike(7, 5, 10 * HOUR_MS),
            Kind.NEAR_MISS: _alike(4, 4, 10 * HOUR_MS),
            Kind.TWIN: _alike(6, 1, 10 * HOUR_MS),
        },
        "just-under-a-limit": {
            Kind.SCHEME: _under(4, 9_200, 9_980),
            Kind.NEAR_MISS: _under(4, 8_000, 8_900),
            Kind.TWIN: _under(2, 9_200, 9_980),
        },
        "round-trip": {
            Kind.SCHEME: _loop(4, 0.97),
            Kind.NEAR_MISS: _loop(4, 0.88),
            Kind.TWIN: _loop(2, 1.0),
        },
        "layering": {
            Kind.SCHEME: _layers(4, 0.96),
            Kind.NEAR_MISS: _layers(4, 0.85),
            Kind.TWIN: _layers(2, 0.96),
        },
        "scatter-gather": {
            Kind.SCHEME: _scatter_gather(5),
            Kind.NEAR_MISS: _scatter_gather(2),
        },
        "dormant-wakes": {
            Kind.SCHEME: _asleep(104, (11_000, 30_000)),
            Kind.NEAR_MISS: _asleep(84, (11_000, 30_000)),
            Kind.TWIN: _asleep(104, (300, 2_000)),
        },
        "volume-surge": {
            Kind.SCHEME: _times((150, 400), (4_000, 8_000), payments=9),
            Kind.NEAR_MISS: _times((1_500, 3_500), (3_500, 4_500), payments=9),
            Kind.TWIN: _times((150, 400), (900, 1_500), payments=9),
        },
        "outlier-amount": {
            Kind.SCHEME: _times((150, 900), (22_000, 60_000), payments=1),
            Kind.NEAR_MISS: _times((9_000, 16_000), (20_000, 22_000), payments=1),
            Kind.TWIN: _times((150, 900), (6_000, 15_000), payments=1),
        },
        "benford": {
            Kind.SCHEME: _made_up((5, 6, 7, 8)),
            Kind.NEAR_MISS: _made_up((1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 6, 7, 8, 9)),
        },
        "impossible-travel": {
            Kind.SCHEME: _travel(0.7),
            Kind.NEAR_MISS: _travel(5.0),
        },
    }
)
"""By scenario. Of new accounts and nights ordinary life holds enough of both; `declared` has what is asked beside payments."""
