"""Fraud by transfer: an account in a stranger's hands, and a customer talked into paying."""

import numpy as np
import numpy.typing as npt

from simulator.chance import LATE_HOURS, NEW_OUTSIDE_FIRST, NIGHT_HOURS, moments, shaped, spread
from simulator.codes import KIND, MINUTE_MS, NO_PLACE, PIX, PayeeKind, payee_code
from simulator.events import Events
from simulator.scene import Scene

Ints = npt.NDArray[np.int64]

CREW_PAYEES_FIRST = NEW_OUTSIDE_FIRST + 400_000_000
CREW_PAYEE_DAYS = 3
"""How long a crew uses one account at another bank before it is closed."""


def account_takeover(scene: Scene) -> Events:
    """Two to six Pix within minutes to one or two new payees, mostly from a device that serves several victims."""
    count = scene.count(4.2)
    victims = scene.persons(count)
    sizes = scene.rng.integers(2, 7, count)
    start = moments(scene.rng, scene.day, scene.people.hour_profile[victims])
    when = spread(scene.rng, start, sizes, median_gap_ms=5 * MINUTE_MS)
    who = np.repeat(victims, sizes)
    amount = scene.amounts(len(who), channel=PIX, low=0.4, high=0.985)
    paid = scene.pix(
        when,
        who,
        payee=_loot_payees(scene, sizes),
        amount=amount,
        kind=KIND["account_takeover"],
        case=np.repeat(scene.new_cases(count), sizes),
    )
    remote_control = np.repeat(scene.rng.random(count) < 0.25, sizes)
    hidden = ~remote_control & (scene.rng.random(len(who)) < 0.6)
    return paid.replace(
        device=np.where(remote_control, paid.device, np.repeat(scene.crew_devices(count), sizes)),
        latitude_e5=np.where(hidden, NO_PLACE, paid.latitude_e5),
        longitude_e5=np.where(hidden, NO_PLACE, paid.longitude_e5),
    )


def social_pressure(scene: Scene) -> Events:
    """One to three Pix, mostly at night, from the customer's own phone to somebody new whom other victims pay too."""
    count = scene.count(4.6)
    victims = scene.persons(count, np.where(scene.people.age >= 55, 2.5, 1.0))
    sizes = scene.rng.integers(1, 4, count)
    profile = np.where(scene.rng.random(count) < 0.7, NIGHT_HOURS, LATE_HOURS)
    when = spread(scene.rng, moments(scene.rng, scene.day, profile), sizes, median_gap_ms=14 * MINUTE_MS)
    who = np.repeat(victims, sizes)
    usual = 6_500 * scene.people.spending[who]
    amount = shaped(scene.rng, usual * scene.rng.uniform(1.0, 7.0, len(who)), np.full(len(who), PIX))
    return scene.pix(
        when,
        who,
        payee=_loot_payees(scene, sizes),
        amount=amount,
        kind=KIND["social_pressure"],
        case=np.repeat(scene.new_cases(count), sizes),
    )


def _loot_payees(scene: Scene, sizes: Ints) -> Ints:
    """Where the money goes: a mule here, a crew's account at another bank for a few days, or somebody used once."""
    count = len(sizes)
    crews = max(len(scene.people) // 2_000, 2)
    crew = scene.day.number // CREW_PAYEE_DAYS * 100 % 40_000_000 + scene.rng.integers(0, crews, count)
    shared = payee_code(PayeeKind.OUTSIDE) + CREW_PAYEES_FIRST + crew
    choice = scene.rng.random(count)
    main = np.where(choice < 0.35, scene.accounts(scene.mules(count)), np.where(choice < 0.7, shared, scene.strangers(count)))
    again = scene.rng.random(int(sizes.sum())) < 0.72
    return np.where(again, np.repeat(main, sizes), scene.strangers(len(again)))
