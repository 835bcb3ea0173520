"""The planted ring: collectors, hubs and their victims in the last two days, with ids that are known from the start.

Victims (some by takeover, some by pressure) pay four collectors; collectors pay two hubs within the hour; hubs scatter the
money to strangers. All six accounts are run from two phones.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simulator.chance import spread
from simulator.codes import HOUR_MS, KIND, MINUTE_MS, PIX
from simulator.events import Events, concatenate
from simulator.population import Population, Segment
from simulator.scene import BORROWED_DEVICES_FIRST, Scene

Ints = npt.NDArray[np.int64]

COLLECTORS = 4
HUBS = 2
VICTIMS = 28
RING_CASE = 1
BEGINS_BEFORE_END_MS = 30 * HOUR_MS
_PHONES = BORROWED_DEVICES_FIRST + 61_000_000


@dataclass(frozen=True, slots=True)
class Ring:
    """Who is in the ring: customer numbers, and the two phones that run the accounts."""

    collectors: Ints
    hubs: Ints
    victims: Ints
    phones: Ints


def make_ring(people: Population, *, seed: int) -> Ring:
    """Return the ring of a seed: the same people in every run."""
    rng = np.random.default_rng([seed, 3])
    fit = np.flatnonzero((people.segment != Segment.BUSINESS) & (people.joined == 0) & (people.income_minor > 200_000))
    chosen = rng.permutation(fit)[: COLLECTORS + HUBS + VICTIMS]
    return Ring(
        collectors=chosen[:COLLECTORS],
        hubs=chosen[COLLECTORS : COLLECTORS + HUBS],
        victims=chosen[COLLECTORS + HUBS :],
        phones=_PHONES + np.arange(2),
    )


def ring_events(scene: Scene, ring: Ring, *, starts_ms: int) -> Events:
    """Return what the ring does, from `starts_ms` on for about a day."""
    rng, victims = scene.rng, ring.victims
    paid_collector = np.arange(len(victims)) % COLLECTORS
    when = starts_ms + rng.integers(0, 6 * HOUR_MS, len(victims))
    sizes = rng.integers(1, 4, len(victims))
    moments = spread(rng, when, sizes, median_gap_ms=6 * MINUTE_MS)
    who, to = np.repeat(victims, sizes), np.repeat(ring.collectors[paid_collector], sizes)
    amount = scene.amounts(len(who), channel=PIX, low=0.55, high=0.98)
    gathered = scene.pix(moments, who, payee=scene.accounts(to), amount=amount, kind=KIND["mule_fan_in"], case=RING_CASE)
    by_takeover = np.repeat(np.arange(len(victims)) % 3 != 0, sizes)
    gathered = gathered.replace(
        device=np.where(by_takeover, ring.phones[np.repeat(paid_collector, sizes) % 2], gathered.device)
    )
    received = np.array([amount[to == collector].sum() for collector in ring.collectors])
    passed, hub = _to_hubs(scene, ring, received=received, after=starts_ms + 6 * HOUR_MS)
    in_hub = np.array([passed.amount[hub == number].sum() for number in range(HUBS)])
    return concatenate([gathered, passed, _scatter(scene, ring, held=in_hub, after=starts_ms + 9 * HOUR_MS)])


def _to_hubs(scene: Scene, ring: Ring, *, received: Ints, after: int) -> tuple[Events, Ints]:
    collector = np.repeat(np.arange(COLLECTORS), 2)
    hub = np.tile(np.arange(HUBS), COLLECTORS)
    when = after + scene.rng.integers(5 * MINUTE_MS, 2 * HOUR_MS, len(collector))
    amount = (received[collector] * 0.46).astype(np.int64) // 100 * 100 + 100
    passed = scene.pix(
        when,
        ring.collectors[collector],
        payee=scene.accounts(ring.hubs[hub]),
        amount=amount,
        kind=KIND["mule_fan_out"],
        case=RING_CASE,
    )
    return passed.replace(amount=amount, device=ring.phones[collector % 2]), hub


def _scatter(scene: Scene, ring: Ring, *, held: Ints, after: int) -> Events:
    pieces = 9
    hub = np.repeat(np.arange(HUBS), pieces)
    when = after + scene.rng.integers(0, 4 * HOUR_MS, len(hub))
    amount = (held[hub] * 0.9 / pieces * scene.rng.uniform(0.85, 1.1, len(hub))).astype(np.int64) // 100 * 100 + 100
    sent = scene.pix(
        when, ring.hubs[hub], payee=scene.strangers(len(hub)), amount=amount, kind=KIND["mule_fan_out"], case=RING_CASE
    )
    return sent.replace(device=ring.phones[hub % 2])
