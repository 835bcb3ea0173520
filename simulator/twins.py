"""Benign twins: lawful life that looks like fraud, so that no single sign convicts.

Payroll looks like a fan-out, rent collection, shops and a collection for a party like a fan-in, a shopping spree like a
stolen card, purchases inside a game like card testing, a new phone and a house move like an account takeover, a used car
bought at night like social pressure, a holiday like a card that is somewhere else.
"""

import numpy as np
import numpy.typing as npt

from simulator.chance import LATE_HOURS, NIGHT_HOURS, OFFICE_HOURS, ORDINARY_HOURS, moments, order_in_group, shaped, spread
from simulator.codes import CARD, DAY_MS, HOUR_MS, MINUTE_MS, PIX, TED, PayeeKind, payee_code
from simulator.events import Events, concatenate
from simulator.income import paid_share
from simulator.merchants import ONLINE_PLACE
from simulator.places import ABROAD_SHARE, CITIES, CITY_SHARE
from simulator.population import OUTSIDE_PER_CUSTOMER, Trade
from simulator.scene import BORROWED_DEVICES_FIRST, Scene

Ints = npt.NDArray[np.int64]

RENT_DAYS = range(5, 11)
TENANTS_FIRST_SLOT = 10
MAX_TENANTS = 40


def look_alikes(scene: Scene) -> Events:
    """Return the day's lawful events that look like fraud."""
    return concatenate([_payroll(scene), _rent(scene), *spontaneous(scene)])


def spontaneous(scene: Scene) -> list[Events]:
    """Return those of them that follow no calendar."""
    return [
        _sales(scene), _party_collection(scene), _moving_house(scene), _big_purchase(scene), _shopping_spree(scene),
        _holiday(scene), _game_purchases(scene), _flash_sale(scene),
    ]  # fmt: skip


def _payroll(scene: Scene) -> Events:
    """Businesses that bank here pay their people within an hour, from money that came in that morning."""
    people = scene.people
    share = paid_share(people, scene.day, people.joined <= scene.progress)
    staff = np.flatnonzero((share > 0) & (people.employer >= 0) & (people.segment != 4))
    if not len(staff):
        return concatenate([])
    boss = people.employer[staff]
    wages = np.maximum((people.income_minor[staff] * share[staff] * 0.92).astype(np.int64), 100)
    payers, total = np.unique(boss, return_inverse=True)[0], np.bincount(boss, weights=wages)
    funding_time = scene.day.start_ms + 7 * HOUR_MS + scene.rng.integers(0, HOUR_MS, len(payers))
    funding = (total[payers] * 1.04).astype(np.int64) + 100
    own_money = payee_code(PayeeKind.OUTSIDE) + payers * OUTSIDE_PER_CUSTOMER + OUTSIDE_PER_CUSTOMER - 1
    start = scene.day.start_ms + 9 * HOUR_MS + (boss * 7_919) % (5 * HOUR_MS)
    when = start + scene.rng.integers(0, HOUR_MS, len(staff))
    paid = scene.pix(when, boss, payee=scene.accounts(staff), amount=wages)
    return concatenate([scene.credits(funding_time, payers, payer=own_money, amount=funding, channel=TED), paid])


def _rent(scene: Scene) -> Events:
    """Rent collectors receive from the same tenants each month and pass it on to landlords."""
    collectors = np.flatnonzero((scene.people.trade == Trade.RENT_COLLECTOR) & (scene.people.joined <= scene.progress))
    if scene.day.date.day not in RENT_DAYS or not len(collectors):
        return concatenate([])
    tenants = 12 + collectors % (MAX_TENANTS - 12)
    sizes = scene.rng.binomial(tenants, 1.0 / len(RENT_DAYS))
    who = np.repeat(collectors, sizes)
    slot = TENANTS_FIRST_SLOT + scene.rng.integers(0, MAX_TENANTS, len(who))
    payer = payee_code(PayeeKind.OUTSIDE) + who * OUTSIDE_PER_CUSTOMER + slot
    rent = shaped(scene.rng, 95_000 * np.exp(scene.rng.normal(0, 0.55, len(who))), np.full(len(who), PIX))
    when = moments(scene.rng, scene.day, np.full(len(who), OFFICE_HOURS))
    incoming = scene.credits(when, who, payer=payer, amount=rent, channel=PIX)
    landlord = payee_code(PayeeKind.OUTSIDE) + collectors * OUTSIDE_PER_CUSTOMER + collectors % 8
    total = np.bincount(who, weights=rent, minlength=len(scene.people))[collectors]
    some = total > 0
    late = scene.day.start_ms + 18 * HOUR_MS + scene.rng.integers(0, HOUR_MS, len(collectors))
    passed_on = (total * 0.9).astype(np.int64)
    outgoing = scene.pix(late[some], collectors[some], payee=landlord[some], amount=passed_on[some])
    return concatenate([incoming, outgoing])


def _sales(scene: Scene) -> Events:
    """Shops and marketplaces receive Pix all day from people who never paid them before."""
    people = scene.people
    per_day = np.where(people.trade == Trade.SHOP, 1.6, np.where(people.trade == Trade.MARKETPLACE, 7.0, 0.0))
    per_day = np.where(people.joined <= scene.progress, per_day * scene.day.activity(PIX) * scene.intensity, 0.0)
    who = np.repeat(np.arange(len(people)), scene.rng.poisson(per_day))
    when = moments(scene.rng, scene.day, np.full(len(who), ORDINARY_HOURS))
    amount = scene.amounts(len(who), channel=PIX)
    from_outside = scene.credits(when, who, payer=scene.strangers(len(who)), amount=amount, channel=PIX)
    return from_outside.take(amount > 0)


def _party_collection(scene: Scene) -> Events:
    """Friends pay one person back within hours, who then pays the whole to a place or a stranger."""
    count = scene.count(2.2)
    host = scene.persons(count)
    sizes = scene.rng.integers(5, 15, count)
    start = moments(scene.rng, scene.day, np.full(count, ORDINARY_HOURS))
    when = spread(scene.rng, start, sizes, median_gap_ms=22 * MINUTE_MS)
    share = np.repeat(scene.amounts(count, channel=PIX, low=0.3, high=0.95), sizes)
    hosts = np.repeat(host, sizes)
    inside = scene.rng.random(len(hosts)) < 0.45
    friends = scene.people.acquaintances(scene.rng, hosts)
    paid_inside = scene.pix(when[inside], friends[inside], payee=scene.accounts(hosts[inside]), amount=share[inside])
    outside = ~inside
    paid_outside = scene.credits(
        when[outside], hosts[outside], payer=scene.strangers(int(outside.sum())), amount=share[outside], channel=PIX
    )
    total = np.bincount(np.repeat(np.arange(count), sizes), weights=share, minlength=count)
    last = start + np.bincount(
        np.repeat(np.arange(count), sizes), weights=when - np.repeat(start, sizes), minlength=count
    ) * 2 / np.maximum(sizes, 1)
    settle = (last + scene.rng.uniform(0.2, 3, count) * HOUR_MS).astype(np.int64)
    spent = shaped(scene.rng, total * scene.rng.uniform(0.8, 1.0, count), np.full(count, PIX))
    return concatenate([paid_inside, paid_outside, scene.pix(settle, host, payee=scene.strangers(count), amount=spent)])


def _moving_house(scene: Scene) -> Events:
    """Several payments to new payees within the hour, some from a phone that the bank has not seen."""
    count = scene.count(5.5)
    sizes = scene.rng.integers(2, 6, count)
    start = moments(scene.rng, scene.day, np.full(count, ORDINARY_HOURS))
    when = spread(scene.rng, start, sizes, median_gap_ms=8 * MINUTE_MS)
    who = np.repeat(scene.persons(count), sizes)
    known = scene.accounts(scene.people.acquaintances(scene.rng, who))
    payee = np.where(scene.rng.random(len(who)) < 0.35, known, scene.strangers(len(who)))
    amount = scene.amounts(len(who), channel=PIX, low=0.35)
    paid = scene.pix(when, who, payee=payee, amount=amount)
    foreign = np.repeat(scene.rng.random(count) < 0.45, sizes)
    phone = np.repeat(BORROWED_DEVICES_FIRST + 10_000_000 + scene.rng.integers(0, 50_000_000, count), sizes)
    return paid.replace(device=np.where(foreign, phone, paid.device))


def _big_purchase(scene: Scene) -> Events:
    """One large payment to somebody new, at any hour: a used car, a deposit, a loan to a friend in need."""
    count = scene.count(9.0)
    who = scene.persons(count)
    profile = np.where(scene.rng.random(count) < 0.4, NIGHT_HOURS, LATE_HOURS)
    when = moments(scene.rng, scene.day, profile)
    usual = 6_500 * scene.people.spending[who]
    amount = shaped(scene.rng, usual * scene.rng.uniform(3, 14, count), np.full(count, PIX))
    return scene.pix(when, who, payee=scene.strangers(count), amount=amount)


def _shopping_spree(scene: Scene) -> Events:
    """An afternoon in a mall: shops never visited before, minutes apart."""
    count = scene.count(5.0)
    sizes = scene.rng.integers(4, 10, count)
    person = _with_card(scene, count)
    start = scene.day.start_ms + (11 + 8 * scene.rng.random(count)) * HOUR_MS
    when = spread(scene.rng, start.astype(np.int64), sizes, median_gap_ms=17 * MINUTE_MS)
    who = np.repeat(person, sizes)
    merchant = scene.people.merchants.draw(scene.rng, scene.people.city[who])
    return scene.cards(when, who, merchant=merchant, amount=scene.amounts(len(who), channel=CARD, low=0.2))


def _holiday(scene: Scene) -> Events:
    """A few days somewhere else, now and then abroad, with the card in use."""
    busy = 2.0 if scene.day.is_holiday or scene.day.weekday >= 4 else 1.0
    count = scene.count(1.6 * busy)
    person = _with_card(scene, count)
    days = scene.rng.integers(2, 9, count)
    abroad = scene.rng.random(count) < 0.3
    inland = scene.rng.choice(len(CITIES), size=count, p=CITY_SHARE)
    place = np.where(abroad, len(CITIES) + scene.rng.choice(len(ABROAD_SHARE), size=count, p=ABROAD_SHARE), inland)
    sizes = days * scene.rng.integers(2, 5, count)
    start = scene.day.start_ms + 9 * HOUR_MS
    offset = scene.rng.random(int(sizes.sum())) * 13 * HOUR_MS
    day_of_trip = (scene.rng.random(int(sizes.sum())) * np.repeat(days, sizes)).astype(np.int64)
    when = (start + day_of_trip * DAY_MS + offset).astype(np.int64)
    merchant = scene.people.merchants.draw(scene.rng, np.repeat(place, sizes))
    amount = scene.amounts(len(when), channel=CARD, low=0.15)
    return scene.cards(when, np.repeat(person, sizes), merchant=merchant, amount=amount)


def _game_purchases(scene: Scene) -> Events:
    """Small payments on the internet, one after another, at one merchant."""
    count = scene.count(3.0)
    sizes = scene.rng.integers(4, 13, count)
    person = _with_card(scene, count)
    start = moments(scene.rng, scene.day, np.full(count, LATE_HOURS))
    when = spread(scene.rng, start, sizes, median_gap_ms=4 * MINUTE_MS)
    merchant = np.repeat(scene.people.merchants.draw(scene.rng, np.full(count, ONLINE_PLACE)), sizes)
    amount = scene.amounts(len(when), channel=CARD, low=0.0, high=0.6)
    return scene.cards(when, np.repeat(person, sizes), merchant=merchant, amount=amount)


def _flash_sale(scene: Scene) -> Events:
    """Many people at one merchant on the internet within an hour."""
    count = scene.count(0.5)
    sizes = scene.rng.integers(12, 36, count)
    merchant = np.repeat(scene.people.merchants.draw(scene.rng, np.full(count, ONLINE_PLACE)), sizes)
    start = scene.day.start_ms + scene.rng.integers(9, 22, count) * HOUR_MS
    when = np.repeat(start, sizes) + scene.rng.integers(0, HOUR_MS, len(merchant))
    who = _with_card(scene, len(merchant))
    amount = np.repeat(scene.amounts(count, channel=CARD, high=0.9), sizes) + 10 * order_in_group(sizes)
    return scene.cards(when, who, merchant=merchant, amount=amount)


def _with_card(scene: Scene, count: int) -> Ints:
    return scene.persons(count, (scene.people.cards > 0).astype(np.float64))
