"""Classes of products by their risk, and how an amount is spread over them for a profile: never above its class. Pure.

What a profile may have is a table (CVM Resolution 30, articles 4 to 6: clients and products are classed, and are held against
each other). First comes what a household needs at hand: until three months of spending are there, money goes where it can be
taken out tomorrow.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from insight.suitability import Profile

BUFFER_MONTHS = 3
PPM = 1_000_000


class ProductClass(StrEnum):
    """A class of products, from the least risk to the most."""

    DAILY = "daily"
    INFLATION = "inflation"
    MULTIMARKET = "multimarket"
    EQUITY = "equity"


@dataclass(frozen=True, slots=True)
class Described:
    """What a class is: its risk, 1 to 4, what stands for it, and after how many days at the latest money comes back."""

    risk_class: int
    examples: str
    days_to_money: int


DESCRIBED: Mapping[ProductClass, Described] = {
    ProductClass.DAILY: Described(1, "Tesouro Selic, CDB with daily liquidity", 1),
    ProductClass.INFLATION: Described(2, "Tesouro IPCA+, funds of inflation-linked bonds", 30),
    ProductClass.MULTIMARKET: Described(3, "multimarket funds", 60),
    ProductClass.EQUITY: Described(4, "funds that follow a broad share index", 60),
}
MOST_RISK: Mapping[Profile, int] = {Profile.CONSERVATIVE: 2, Profile.MODERATE: 3, Profile.AGGRESSIVE: 4}
_SPREAD_PPM: Mapping[Profile, Mapping[ProductClass, int]] = {
    Profile.CONSERVATIVE: {ProductClass.DAILY: 800_000, ProductClass.INFLATION: 200_000},
    Profile.MODERATE: {ProductClass.DAILY: 450_000, ProductClass.INFLATION: 300_000, ProductClass.MULTIMARKET: 250_000},
    Profile.AGGRESSIVE: {
        ProductClass.DAILY: 200_000,
        ProductClass.INFLATION: 250_000,
        ProductClass.MULTIMARKET: 250_000,
        ProductClass.EQUITY: 300_000,
    },
}  # fmt: skip
# Whoever wants the money sooner than so many months has nothing above so much risk, whatever their profile.
_MOST_RISK_WITHIN = ((12, 1), (36, 2), (60, 3))


@dataclass(frozen=True, slots=True)
class Allocation:
    """An amount and how it is spread. `buffer_minor` of it stays at hand; the shares are of the rest."""

    amounts_minor: Mapping[ProductClass, int]
    shares_ppm: Mapping[ProductClass, int]
    buffer_minor: int
    most_risk: int


def shares(profile: Profile, *, months: int) -> dict[ProductClass, int]:
    """Return the share of each product in millionths for money that is wanted in so many months; they sum to a million.

    What would be too risky for the time is kept at hand.
    """
    most = most_risk(profile, months=months)
    spread = _SPREAD_PPM[profile]
    found = {product: share for product, share in spread.items() if DESCRIBED[product].risk_class <= most}
    found[ProductClass.DAILY] += PPM - sum(found.values())
    return found


def most_risk(profile: Profile, *, months: int) -> int:
    """Return the highest risk class that a profile may have for money that is wanted in so many months."""
    within = next((risk for past, risk in _MOST_RISK_WITHIN if months < past), max(MOST_RISK.values()))
    return min(within, MOST_RISK[profile])


def allocate(amount_minor: int, profile: Profile, *, months: int, at_hand_minor: int, month_spent_minor: int) -> Allocation:
    """Return how an amount is spread: what is missing of three months' spending first, the rest by profile and time."""
    missing = max(BUFFER_MONTHS * month_spent_minor - max(at_hand_minor, 0), 0)
    buffer_minor = min(amount_minor, missing)
    by_share = shares(profile, months=months)
    amounts = dict(zip(by_share, _split(amount_minor - buffer_minor, list(by_share.values())), strict=True))
    amounts[ProductClass.DAILY] += buffer_minor
    return Allocation(amounts, by_share, buffer_minor, most_risk(profile, months=months))


def _split(amount_minor: int, shares_ppm: Sequence[int]) -> list[int]:
    """Return the parts of an amount; what is left of rounding down goes to the parts that lost the most, first ones first."""
    parts = [divmod(amount_minor * share, PPM) for share in shares_ppm]
    found = [whole for whole, _ in parts]
    order = sorted(range(len(parts)), key=lambda place: -parts[place][1])
    for place in order[: amount_minor - sum(found)]:
        found[place] += 1
    return found
