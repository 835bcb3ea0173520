"""Accounts lent to others: money gathered from many, money scattered to many, cash brought in pieces."""

from typing import Any

import numpy as np
import numpy.typing as npt

from simulator.chance import OFFICE_HOURS, ORDINARY_HOURS, moments, shaped, spread
from simulator.codes import CASH, CREDIT, DAY_MS, ENTRY, HOUR_MS, KIND, MINUTE_MS, NOTHING, PIX
from simulator.events import Events, concatenate
from simulator.scene import Scene

Ints = npt.NDArray[np.int64]


def fan_in(scene: Scene) -> Events:
    """Five to fourteen payers within hours, customers of ours among them; most of it leaves within the hour after."""
    count = scene.count(0.6)
    sizes = scene.rng.integers(5, 15, count)
    mule, case = scene.mules(count), scene.new_cases(count)
    kind = KIND["mule_fan_in"]
    start = moments(scene.rng, scene.day, np.full(count, ORDINARY_HOURS))
    when = spread(scene.rng, start, sizes, median_gap_ms=35 * MINUTE_MS)
    receiver, cases = np.repeat(mule, sizes), np.repeat(case, sizes)
    amount = scene.amounts(len(when), channel=PIX, low=0.35, high=0.98)
    inside = scene.rng.random(len(when)) < 0.5
    payers = scene.persons(int(inside.sum()))
    paid = scene.pix(
        when[inside], payers, payee=scene.accounts(receiver[inside]), amount=amount[inside], kind=kind, case=cases[inside]
    )
    outside = ~inside
    received = scene.credits(
        when[outside],
        receiver[outside],
        payer=scene.strangers(int(outside.sum())),
        amount=amount[outside],
        channel=PIX,
        kind=kind,
        case=cases[outside],
    )
    group = np.repeat(np.arange(count), sizes)
    total = np.bincount(group, weights=amount, minlength=count)
    last = np.zeros(count, dtype=np.int64)
    np.maximum.at(last, group, when)
    return concatenate([paid, received, _pass_on(scene, mule, case, total=total, after=last, kind=kind)])


def fan_out(scene: Scene) -> Events:
    """One or two amounts come in, then five to fifteen new payees are paid within hours."""
    count = scene.count(0.5)
    mule, case = scene.mules(count), scene.new_cases(count)
    kind = KIND["mule_fan_out"]
    sizes = scene.rng.integers(5, 16, count)
    start = moments(scene.rng, scene.day, np.full(count, ORDINARY_HOURS))
    amount = scene.amounts(int(sizes.sum()), channel=PIX, low=0.35, high=0.98)
    group = np.repeat(np.arange(count), sizes)
    total = np.bincount(group, weights=amount, minlength=count)
    received = scene.credits(
        start,
        mule,
        payer=scene.strangers(count),
        amount=(total * 1.06).astype(np.int64) + 100,
        channel=PIX,
        kind=kind,
        case=case,
    )
    when = spread(scene.rng, start + 6 * MINUTE_MS, sizes, median_gap_ms=18 * MINUTE_MS) + MINUTE_MS
    payee = np.where(scene.rng.random(len(when)) < 0.4, scene.accounts(scene.persons(len(when))), scene.strangers(len(when)))
    paid = scene.pix(when, np.repeat(mule, sizes), payee=payee, amount=amount, kind=kind, case=np.repeat(case, sizes))
    return concatenate([received, paid])


def structuring(scene: Scene) -> Events:
    """Cash brought in pieces over up to five days, each piece like a shop's takings, and moved on afterwards."""
    count = scene.count(0.6)
    who, case = scene.mules(count), scene.new_cases(count)
    kind = KIND["structuring"]
    sizes = scene.rng.integers(4, 10, count)
    days = scene.rng.integers(1, 6, count)
    first = moments(scene.rng, scene.day, np.full(count, OFFICE_HOURS))
    day = (scene.rng.random(int(sizes.sum())) * np.repeat(days, sizes)).astype(np.int64)
    when = np.repeat(first, sizes) + day * DAY_MS + scene.rng.integers(-HOUR_MS, 3 * HOUR_MS, len(day))
    when = np.maximum(when, scene.day.start_ms)
    amount = scene.amounts(len(when), channel=CASH, low=0.35)
    deposits = Events.of(
        event_time=when, channel=CASH, direction=CREDIT, amount=amount, account=np.repeat(who, sizes),
        kind=kind, case=np.repeat(case, sizes),
    )  # fmt: skip
    deposits = scene.finish(deposits, merchant=np.full(len(when), NOTHING)).replace(entry=ENTRY["atm"])
    group = np.repeat(np.arange(count), sizes)
    total = np.bincount(group, weights=amount, minlength=count)
    last = np.zeros(count, dtype=np.int64)
    np.maximum.at(last, group, when)
    return concatenate([deposits, _pass_on(scene, who, case, total=total, after=last, kind=kind)])


def _pass_on(scene: Scene, mule: Ints, case: Ints, *, total: npt.NDArray[Any], after: Ints, kind: int) -> Events:
    """Send most of it on in one to three pieces, ten minutes to an hour after the last of it came in."""
    pieces = scene.rng.integers(1, 4, len(mule))
    start = after + (scene.rng.uniform(10, 60, len(mule)) * MINUTE_MS).astype(np.int64)
    when = spread(scene.rng, start, pieces, median_gap_ms=7 * MINUTE_MS)
    share = np.repeat(total * scene.rng.uniform(0.8, 0.95, len(mule)) / pieces, pieces)
    amount = shaped(scene.rng, share * scene.rng.uniform(0.8, 1.1, len(when)), np.full(len(when), PIX))
    return scene.pix(
        when,
        np.repeat(mule, pieces),
        payee=scene.strangers(len(when)),
        amount=amount,
        kind=kind,
        case=np.repeat(case, pieces),
    )
