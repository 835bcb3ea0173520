"""An ordinary day: what people do because they always do."""

import numpy as np
import numpy.typing as npt

from simulator.calendar import Day
from simulator.chance import OFFICE_HOURS, awake, moments, near_home, new_outside, shaped, with_arrival, within_night_limit
from simulator.codes import (
    BOLETO,
    CARD,
    CASH,
    CREDIT,
    DEBIT,
    ENTRY,
    NO_PLACE,
    NOTHING,
    PIX,
    TED,
    PayeeKind,
    payee_code,
)  # fmt: skip
from simulator.events import Events
from simulator.ids import CARDS_PER_CUSTOMER, DEVICES_PER_CUSTOMER
from simulator.merchants import ONLINE_PLACE
from simulator.places import CITIES, PLACES
from simulator.population import FAVOURITE_MERCHANTS, FAVOURITE_PAYEES, HOUSEHOLD_CHANNELS, Population, Segment

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

BILLERS = 300
BILLERS_FIRST = 950_000_000
"""Utilities, schools and card issuers whose boletos many people pay."""
OFFICE_OPEN = range(7, 20)
GROWTH_FROM, GROWTH_TO = 0.92, 1.08

_COUNTRY_OF_PLACE = np.array([0] * len(CITIES) + [1, 2, 3, 4, 4, 5, 6, 7] + [0], dtype=np.int64)
if len(_COUNTRY_OF_PLACE) != len(PLACES) + 1:
    raise AssertionError("every place has its country, and the internet the last")


def ordinary_day(rng: np.random.Generator, people: Population, day: Day, *, progress: float, scale: float = 1.0) -> Events:
    """Return one day of ordinary payments by everybody who has joined by then, in no order."""
    factor = np.array([day.activity(channel) for channel in HOUSEHOLD_CHANNELS])
    busiest = float(factor.max())
    growth = GROWTH_FROM + (GROWTH_TO - GROWTH_FROM) * progress
    rate = np.where(people.joined <= progress, people.rate_per_day * growth * busiest * scale, 0.0)
    if day.only_hour is not None:
        rate = rate * awake(people.hour_profile, day.only_hour)
    who = np.repeat(np.arange(len(people)), rng.poisson(rate))
    channel = (rng.random(len(who))[:, None] > people.channel_cumulative[who, :4]).sum(axis=1)
    kept = rng.random(len(who)) < factor[channel] / busiest
    return payments(rng, people, day, who=who[kept], channel=channel[kept], progress=progress)


def payments(rng: np.random.Generator, people: Population, day: Day, *, who: Ints, channel: Ints, progress: float) -> Events:
    """Return one payment by habit for each (customer, channel)."""
    channel = np.where((channel == CARD) & (people.cards[who] == 0), PIX, channel)
    if not day.is_business:
        channel = np.where(channel == TED, PIX, channel)
    if day.only_hour is not None and day.only_hour not in OFFICE_OPEN:
        channel = np.where((channel == TED) | (channel == BOLETO), PIX, channel)
    profile = np.where((channel == BOLETO) | (channel == TED), OFFICE_HOURS, people.hour_profile[who])
    when = moments(rng, day, profile)
    at_shop = (channel == CARD) | ((channel == PIX) & (rng.random(len(who)) < 0.3))
    merchant = np.where(at_shop, _shops(rng, people, who), NOTHING)
    payee, amount = _payees_and_amounts(rng, people, who=who, channel=channel, merchant=merchant)
    deposit = (channel == CASH) & (rng.random(len(who)) < np.where(people.segment[who] == Segment.BUSINESS, 0.75, 0.14))
    amount = within_night_limit(rng, amount, channel=channel, moments_ms=when)
    events = Events.of(
        event_time=when,
        channel=channel,
        direction=np.where(deposit, CREDIT, DEBIT),
        amount=amount,
        account=who,
        payee=payee,
    )
    events = with_instruments(rng, people, events, merchant=merchant, progress=progress)
    return with_arrival(rng, events)


def _shops(rng: np.random.Generator, people: Population, who: Ints) -> Ints:
    rows = len(who)
    chance = rng.random(rows)
    slot = np.minimum(rng.geometric(0.22, size=rows) - 1, FAVOURITE_MERCHANTS - 1)
    favourite = people.favourite_merchants[who, slot]
    elsewhere = people.merchants.draw(rng, np.where(chance > 0.88, ONLINE_PLACE, people.city[who]))
    return np.where(chance < 0.64, favourite, elsewhere)


def _payees_and_amounts(
    rng: np.random.Generator, people: Population, *, who: Ints, channel: Ints, merchant: Ints
) -> tuple[Ints, Ints]:
    rows = len(who)
    chance = rng.random(rows)
    slot = np.minimum(rng.geometric(0.3, size=rows) - 1, FAVOURITE_PAYEES - 1)
    favourite = people.favourite_payees[who, slot]
    account = payee_code(PayeeKind.ACCOUNT) + people.acquaintances(rng, who)
    stranger = payee_code(PayeeKind.OUTSIDE) + new_outside(rng, rows)
    person = np.where(chance < 0.74, favourite, np.where(chance < 0.86, account, stranger))
    biller = payee_code(PayeeKind.OUTSIDE) + BILLERS_FIRST + (who * 7 + slot * 31) % BILLERS
    at_shop = merchant >= 0
    shop = np.where(at_shop, merchant, 0)
    terminal = payee_code(PayeeKind.TERMINAL) + people.merchants.terminal(rng, shop)
    payee = np.where(at_shop, terminal, np.where(channel == BOLETO, biller, np.where(channel == CASH, NOTHING, person)))

    spending = people.spending[who]
    log_median = np.log(np.array([6_500.0, 7_000.0, 14_500.0, 160_000.0, 16_000.0]))[channel]
    sigma = np.array([1.2, 0.8, 0.75, 0.8, 0.7])[channel]
    log_median = np.where(at_shop, people.merchants.ticket_log[shop], log_median) + np.log(spending) * np.where(
        at_shop, 0.6, 0.9
    )
    sigma = np.where(at_shop, people.merchants.ticket_sigma[shop], sigma)
    amount = shaped(rng, np.exp(log_median + sigma * rng.normal(0, 1, rows)), channel)
    return payee, amount


def with_instruments(
    rng: np.random.Generator, people: Population, events: Events, *, merchant: Ints, progress: float
) -> Events:
    """Fill card, device, merchant, place, country and entry mode as they are when the account's owner pays as usual."""
    rows = len(events)
    who = people.account_owner[events.account]
    chance = rng.random(rows)
    at_shop = merchant >= 0
    shop = np.where(at_shop, merchant, 0)
    online = at_shop & people.merchants.is_online(shop)
    by_card = events.channel == CARD
    card = who * CARDS_PER_CUSTOMER + np.where((people.cards[who] > 1) & online, 1, 0)
    by_phone = ((events.channel == PIX) | (events.channel == TED) | (events.channel == BOLETO) | online) & (
        events.direction == DEBIT
    )
    second = (people.devices[who] > 1) & (chance < 0.14)
    device = np.where(second, who * DEVICES_PER_CUSTOMER + 1, people.main_device(who, progress))
    latitude, longitude = near_home(rng, people.latitude_e5[who], people.longitude_e5[who])
    in_person = at_shop & ~online
    latitude = np.where(in_person, people.merchants.latitude_e5[shop], np.where(by_phone, latitude, NO_PLACE))
    longitude = np.where(in_person, people.merchants.longitude_e5[shop], np.where(by_phone, longitude, NO_PLACE))
    country = np.where(at_shop, _COUNTRY_OF_PLACE[people.merchants.place[shop]], 0)
    return events.replace(
        card=np.where(by_card, card, NOTHING),
        device=np.where(by_phone, device, NOTHING),
        merchant=np.where(at_shop, merchant, NOTHING),
        latitude_e5=latitude,
        longitude_e5=longitude,
        country=country,
        entry=entries(rng, events, at_shop=at_shop, online=online),
    )


def entries(rng: np.random.Generator, events: Events, *, at_shop: Flags, online: Flags) -> Ints:
    """Return how each payment was entered."""
    chance = rng.random(len(events))
    card = np.where(online, ENTRY["ecommerce"], np.where(chance < 0.62, ENTRY["contactless"], ENTRY["chip"]))
    pix = np.where(at_shop, ENTRY["qr"], np.where(chance < 0.55, ENTRY["key"], ENTRY["app"]))
    pix = np.where(events.direction == CREDIT, ENTRY["transfer"], pix)
    cash = np.where(chance < 0.85, ENTRY["atm"], ENTRY["branch"])
    by_channel = np.where(events.channel == CARD, card, np.where(events.channel == PIX, pix, ENTRY["transfer"]))
    by_channel = np.where(events.channel == BOLETO, ENTRY["barcode"], by_channel)
    return np.asarray(np.where(events.channel == CASH, cash, by_channel), dtype=np.int64)
