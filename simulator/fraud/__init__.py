"""Fraud, one typology a function. Each draws its amounts from ordinary ones: what gives it away is structure."""

from simulator.events import Events, concatenate
from simulator.fraud.cards import card_testing, first_party_abuse, stolen_card
from simulator.fraud.mules import fan_in, fan_out, structuring
from simulator.fraud.transfers import account_takeover, social_pressure
from simulator.scene import Scene

TYPOLOGIES = (
    account_takeover, social_pressure, card_testing, stolen_card, first_party_abuse, fan_in, fan_out, structuring,
)  # fmt: skip


def frauds(scene: Scene) -> Events:
    """Return the events of all fraud cases that begin on this day; some of them happen on later days."""
    return concatenate([typology(scene) for typology in TYPOLOGIES])
