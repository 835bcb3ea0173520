"""Internet addresses: which events have one, who shares them, and that sharing alone convicts nobody."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from ipaddress import ip_address, ip_network

import numpy as np
import polars as pl
import pytest

from simulator.addresses import addresses_of
from simulator.calendar import LOCAL_OFFSET_MS, day_of
from simulator.codes import CARD, DAY_MS, DEBIT, HOUR_MS, INTERNAL, NOTHING, PIX
from simulator.events import Events
from simulator.fraud import account_takeover, card_testing, fan_out, first_party_abuse, social_pressure
from simulator.habits import ordinary_day
from simulator.ids import DEVICES_PER_CUSTOMER, address_id, internet_address
from simulator.internet import ADDRESS_SPACE, OTHER_FIRST
from simulator.population import Population, make_population
from simulator.scene import Scene
from simulator.twins import look_alikes
from tests.simulator.conftest import Written
from tests.simulator.test_bank import area_under_roc

ON = date(2026, 4, 29)


@pytest.fixture(scope="module")
def people() -> Population:
    return make_population(seed=5, customers=2_000)


@pytest.fixture(scope="module")
def scene(people: Population) -> Callable[[], Scene]:
    def _scene() -> Scene:
        rng, day = np.random.default_rng(11), day_of(ON)
        drawn_from = ordinary_day(rng, people, day, progress=1.0)
        return Scene(rng=rng, people=people, day=day, progress=1.0, ordinary=drawn_from, intensity=200.0)

    return _scene


def ordinary(people: Population) -> Events:
    return ordinary_day(np.random.default_rng(7), people, day_of(ON), progress=0.5, scale=4.0)


def own(people: Population, events: Events) -> np.ndarray:
    """Where the same events would come from if their owners made them with their own devices."""
    device = people.main_device(people.account_owner[events.account], 0.5)
    return addresses_of(people, events.replace(device=np.where(events.device >= 0, device, NOTHING), kind=0))


# -- which events have one ---------------------------------------------------------------------------------------------------


def test_what_is_paid_by_app_or_on_the_internet_has_an_address_and_nothing_else(bank: Written) -> None:
    told = bank.events.with_columns(
        known=pl.col("ip").is_not_null(), by_app=pl.col("channel").is_in(["pix", "ted", "boleto", "internal"])
    )
    debits = told.filter(pl.col("direction") == "debit")
    assert debits.filter("by_app")["known"].all()
    online = (pl.col("channel") == "card") & (pl.col("entry_mode") == "ecommerce")
    assert 0.7 < debits.filter(online)["known"].mean() < 0.97, "most shops on the internet tell it"
    assert not debits.filter(~pl.col("by_app") & ~online)["known"].any()
    assert not told.filter(pl.col("direction") == "credit")["known"].any()
    assert 0.4 < told["known"].mean() < 0.8


def test_whether_a_shop_tells_the_address_says_nothing_about_its_buyer(bank: Written) -> None:
    online = bank.events.filter(pl.col("entry_mode") == "ecommerce").with_columns(
        fraud=pl.col("transaction_id").is_in(bank.truth["transaction_id"].implode())
    )
    told = dict(online.group_by("fraud").agg(pl.col("ip").is_not_null().mean()).rows())
    assert abs(told[True] - told[False]) < 0.15


def test_an_address_depends_on_nothing_but_its_event(people: Population) -> None:
    events = ordinary(people)
    shuffled = np.random.default_rng(1).permutation(len(events))
    assert (addresses_of(people, events)[shuffled] == addresses_of(people, events.take(shuffled))).all()
    again = make_population(seed=5, customers=2_000)
    assert (addresses_of(again, events) == addresses_of(people, events)).all()
    other = replace(people, internet=make_population(seed=6, customers=2_000).internet)
    known = addresses_of(people, events) != NOTHING
    assert (addresses_of(other, events) != addresses_of(people, events))[known].mean() > 0.99


def test_every_place_has_an_address_of_its_own_that_stands_for_one_of_a_private_network(people: Population) -> None:
    places = np.arange(OTHER_FIRST, OTHER_FIRST + 200_000)
    numbers = people.internet.number(places)
    assert len(np.unique(numbers)) == len(places)
    assert (np.diff(numbers) != 1).all(), "neighbours are not to be told by their numbers"
    assert 0 <= numbers.min() < numbers.max() < ADDRESS_SPACE
    found = {internet_address(address_id(int(number))) for number in numbers[:1_000]}
    assert len(found) == 1_000
    assert all(ip_address(address) in ip_network("10.0.0.0/8") for address in found)


# -- ordinary life -----------------------------------------------------------------------------------------------------------


def test_what_somebody_does_within_an_hour_comes_from_one_place(people: Population) -> None:
    hour = day_of(ON).start_ms + 15 * HOUR_MS
    who = np.repeat(np.arange(300), 5)
    when = hour + np.tile(np.arange(5) * 10 * 60_000, 300)
    paid = Events.of(event_time=when, channel=PIX, direction=DEBIT, amount=100, account=who, device=who * DEVICES_PER_CUSTOMER)
    found = addresses_of(people, paid).reshape(300, 5)
    assert (found == found[:, :1]).all()


def test_lawful_customers_share_addresses_and_meet_new_ones_all_the_time(bank: Written) -> None:
    lawful = bank.events.filter(
        pl.col("ip").is_not_null() & ~pl.col("transaction_id").is_in(bank.truth["transaction_id"].implode())
    ).sort("event_time")
    day = (pl.col("event_time") + LOCAL_OFFSET_MS) // DAY_MS
    customers = lawful.group_by("ip", day.alias("day")).agg(pl.col("customer_id").n_unique().alias("customers"), pl.len())
    shared = customers.filter(pl.col("customers") >= 3)["len"].sum() / len(lawful)
    assert 0.15 < shared < 0.7
    over_all = lawful.group_by("ip").agg(pl.col("customer_id").n_unique().alias("customers"))
    assert (over_all["customers"] == 1).any()
    assert (over_all["customers"] == 2).any(), "a household"
    assert over_all["customers"].max() >= 20, "a carrier's address, or a large office's"
    of_a_customer = lawful.group_by("customer_id").agg(pl.col("ip").n_unique().alias("addresses"), pl.len())
    busy = of_a_customer.filter(pl.col("len") >= 20)
    assert 4 < busy["addresses"].median() < 20
    new = lawful.with_columns(new=pl.struct("customer_id", "ip").is_first_distinct()).tail(len(lawful) // 4)
    assert 0.05 < new["new"].mean() < 0.5


def test_those_who_use_another_phone_for_a_while_come_from_addresses_that_are_not_theirs(scene, people: Population) -> None:
    events = look_alikes(scene())
    borrowed = events.take((events.device != NOTHING) & (events.device // DEVICES_PER_CUSTOMER != events.account))
    assert len(borrowed) > 50
    assert (borrowed.kind == 0).all()
    assert (addresses_of(people, borrowed) != own(people, borrowed)).mean() > 0.95


def test_what_is_moved_to_savings_has_an_address(people: Population) -> None:
    moved = Events.of(
        event_time=np.array([day_of(ON).start_ms]), channel=INTERNAL, direction=DEBIT, amount=100, account=3, device=24
    )
    assert (addresses_of(people, moved) != NOTHING).all()


# -- fraud -------------------------------------------------------------------------------------------------------------------


def test_a_takeover_comes_from_the_thief_s_address_unless_the_victim_s_own_phone_is_driven(scene, people: Population) -> None:
    events = account_takeover(scene())
    foreign = events.device // DEVICES_PER_CUSTOMER != events.account
    same = addresses_of(people, events) == own(people, events)
    assert same[~foreign].all()
    assert same[foreign].mean() < 0.05


def test_thieves_share_some_addresses_with_each_other_and_hide_among_lawful_customers_in_others(scene, people) -> None:
    tested = card_testing(scene())
    taken = account_takeover(scene())
    stolen = np.concatenate((tested.account, taken.account))
    found = np.concatenate((addresses_of(people, tested), addresses_of(people, taken)))
    stolen, found = stolen[found != NOTHING], found[found != NOTHING]
    victims = [len(np.unique(stolen[found == address])) for address in np.unique(found)]
    assert max(victims) >= 3
    usual = np.unique(addresses_of(people, ordinary(people)))
    assert 0.2 < np.isin(found, usual).mean() < 0.75


def test_one_customer_s_number_tried_at_a_shop_comes_from_where_the_others_are_tried(scene, people: Population) -> None:
    events = card_testing(scene())
    found = addresses_of(people, events)
    events, found = events.take(found != NOTHING), found[found != NOTHING]
    hour = (events.event_time + LOCAL_OFFSET_MS) // HOUR_MS
    met = 0
    for case in np.unique(events.case):
        rows = np.flatnonzero((events.case == case) & (hour == hour[events.case == case][0]))
        met += len(np.unique(events.account[rows])) > len(np.unique(found[rows]))
    assert met > 0


def test_a_customer_who_is_talked_into_paying_or_denies_an_own_purchase_is_where_they_usually_are(scene, people) -> None:
    for events in (social_pressure(scene()), first_party_abuse(scene())):
        assert (addresses_of(people, events) == own(people, events)).all()


def test_some_mules_pay_from_the_address_of_whoever_runs_them(scene, people: Population) -> None:
    events = fan_out(scene())
    paid = events.take(events.direction == DEBIT)
    found = addresses_of(people, paid)
    away = found != own(people, paid)
    assert 0.1 < away.mean() < 0.6
    mules = [len(np.unique(paid.account[away & (found == address)])) for address in np.unique(found[away])]
    assert max(mules) >= 2


def test_the_ring_s_phones_pay_from_few_addresses(bank: Written) -> None:
    ring = bank.manifest["ring"]
    run = bank.events.filter(pl.col("device_id").is_in(ring["devices"]))
    assert run["customer_id"].n_unique() > 10
    assert run["ip"].null_count() == 0
    busiest = run.group_by("ip").agg(pl.col("customer_id").n_unique().alias("customers")).max()
    assert busiest["customers"][0] >= 3


def test_a_rule_on_how_many_share_an_address_finds_little(bank: Written) -> None:
    day = (pl.col("event_time") + LOCAL_OFFSET_MS) // DAY_MS
    told = (
        bank.events.filter(pl.col("ip").is_not_null())
        .sort("event_time")
        .with_columns(
            fraud=pl.col("transaction_id").is_in(bank.truth["transaction_id"].implode()),
            first=pl.struct("ip", day, "customer_id").is_first_distinct(),
            day=day,
        )
        .with_columns(customers=pl.col("first").cast(pl.Int64).cum_sum().over("ip", "day"))
    )
    fraud, customers = told["fraud"].to_numpy(), told["customers"].to_numpy()
    assert 0.35 < area_under_roc(fraud, customers) < 0.68
    for at_least in (2, 3, 5, 10):
        assert fraud[customers >= at_least].mean() < 4 * fraud.mean(), at_least


def test_card_payments_at_a_counter_have_no_address(people: Population) -> None:
    events = ordinary(people)
    counter = (events.channel == CARD) & (events.device == NOTHING)
    assert counter.any()
    assert (addresses_of(people, events)[counter] == NOTHING).all()
