"""Fraud by card: stolen numbers tried out, a stolen card used up, and purchases that their own buyer will deny."""

import numpy as np
import numpy.typing as npt

from simulator.chance import LATE_HOURS, moments, spread
from simulator.codes import CARD, HOUR_MS, KIND, MINUTE_MS, NO_PLACE, NOTHING
from simulator.events import Events, concatenate
from simulator.merchants import ONLINE_PLACE
from simulator.scene import Scene

Ints = npt.NDArray[np.int64]


def card_testing(scene: Scene) -> Events:
    """Several cards tried with ordinary small amounts at one merchant on the internet; some are then used in earnest."""
    count = scene.count(0.7)
    cards_tried = scene.rng.integers(3, 11, count)
    cases = scene.new_cases(count)
    merchant = scene.people.merchants.draw(scene.rng, np.full(count, ONLINE_PLACE))
    start = moments(scene.rng, scene.day, np.full(count, LATE_HOURS))
    first_try = spread(scene.rng, start, cards_tried, median_gap_ms=4 * MINUTE_MS)
    victim, case = _with_card(scene, len(first_try)), np.repeat(cases, cards_tried)
    tries = scene.rng.integers(1, 4, len(victim))
    when = spread(scene.rng, first_try, tries, median_gap_ms=1.5 * MINUTE_MS)
    tested = _online(
        scene,
        when,
        np.repeat(victim, tries),
        merchant=np.repeat(np.repeat(merchant, cards_tried), tries),
        amount=scene.amounts(len(when), channel=CARD, high=0.7),
        kind="card_testing",
        case=np.repeat(case, tries),
    )
    works = scene.rng.random(len(victim)) < 0.35
    uses = scene.rng.integers(1, 4, int(works.sum()))
    later = first_try[works] + (scene.rng.uniform(0.5, 30, int(works.sum())) * HOUR_MS).astype(np.int64)
    used_at = spread(scene.rng, later, uses, median_gap_ms=12 * MINUTE_MS)
    used = _online(
        scene,
        used_at,
        np.repeat(victim[works], uses),
        merchant=scene.people.merchants.draw(scene.rng, np.full(len(used_at), ONLINE_PLACE)),
        amount=scene.amounts(len(used_at), channel=CARD, low=0.4),
        kind="card_testing",
        case=np.repeat(case[works], uses),
    )
    return concatenate([tested, used])


def stolen_card(scene: Scene) -> Events:
    """Three to eight purchases within hours, minutes apart, at shops in the same city or at new ones on the internet."""
    count = scene.count(2.1)
    victims = _with_card(scene, count)
    sizes = scene.rng.integers(3, 9, count)
    start = moments(scene.rng, scene.day, np.full(count, LATE_HOURS))
    when = spread(scene.rng, start, sizes, median_gap_ms=11 * MINUTE_MS)
    who = np.repeat(victims, sizes)
    online = np.repeat(scene.rng.random(count) < 0.35, sizes)
    merchant = scene.people.merchants.draw(scene.rng, np.where(online, ONLINE_PLACE, scene.people.city[who]))
    case = np.repeat(scene.new_cases(count), sizes)
    amount = scene.amounts(len(who), channel=CARD, low=0.3)
    remote = _online(
        scene,
        when[online],
        who[online],
        merchant=merchant[online],
        amount=amount[online],
        kind="stolen_card",
        case=case[online],
    )
    here = ~online
    kind = KIND["stolen_card"]
    in_person = scene.cards(when[here], who[here], merchant=merchant[here], amount=amount[here], kind=kind, case=case[here])
    return concatenate([remote, in_person])


def first_party_abuse(scene: Scene) -> Events:
    """Purchases over two days, by the customer's own card and phone, that the customer will later say were not theirs."""
    count = scene.count(1.2)
    weights = np.where(scene.people.cards > 0, np.where(scene.people.tenure_days < 200, 4.0, 1.0), 0.0)
    who_first = scene.persons(count, weights)
    sizes = scene.rng.integers(3, 8, count)
    start = moments(scene.rng, scene.day, np.full(count, LATE_HOURS))
    when = spread(scene.rng, start, sizes, median_gap_ms=2.5 * HOUR_MS)
    who = np.repeat(who_first, sizes)
    place = np.where(scene.rng.random(len(who)) < 0.75, ONLINE_PLACE, scene.people.city[who])
    return scene.cards(
        when,
        who,
        merchant=scene.people.merchants.draw(scene.rng, place),
        amount=scene.amounts(len(who), channel=CARD, low=0.45),
        kind=KIND["first_party_abuse"],
        case=np.repeat(scene.new_cases(count), sizes),
    )


def _online(scene: Scene, when: Ints, who: Ints, *, merchant: Ints, amount: Ints, kind: str, case: Ints) -> Events:
    """Payments on the internet by somebody else: the device is a stranger's, or the merchant tells of none."""
    paid = scene.cards(when, who, merchant=merchant, amount=amount, kind=KIND[kind], case=case)
    known = scene.rng.random(len(who)) < 0.5
    return paid.replace(
        device=np.where(known, scene.crew_devices(len(who)), NOTHING), latitude_e5=NO_PLACE, longitude_e5=NO_PLACE
    )


def _with_card(scene: Scene, count: int) -> Ints:
    return scene.persons(count, (scene.people.cards > 0).astype(np.float64))
