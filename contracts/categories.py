"""What a movement of a customer's account was for, by rule: a few words that people and charts understand. Pure.

Rules look at what is known of every movement: its purpose, its channel, who is on the other side, and of card payments the
merchant category code (ISO 18245). A holder may call a movement otherwise; their word then stands in place of the rule's.
"""

from bisect import bisect_right
from enum import StrEnum

from contracts.ledger_events import Purpose
from contracts.transactions import Channel


class Category(StrEnum):
    """The words there are."""

    GROCERIES = "groceries"
    RESTAURANTS = "restaurants"
    TRANSPORT = "transport"
    FUEL = "fuel"
    TRAVEL = "travel"
    HEALTH = "health"
    EDUCATION = "education"
    SHOPPING = "shopping"
    LEISURE = "leisure"
    HOME = "home"
    UTILITIES = "utilities"
    SERVICES = "services"
    INSURANCE = "insurance"
    BILLS = "bills"
    CASH = "cash"
    PEOPLE = "people"
    OWN_ACCOUNTS = "own_accounts"
    TRANSFERS = "transfers"
    SALARY = "salary"
    FEES = "fees"
    INTEREST = "interest"
    REFUNDS = "refunds"
    EXCHANGE = "exchange"
    SAVINGS = "savings"
    ADJUSTMENTS = "adjustments"
    OPENING = "opening"
    OTHER = "other"


class CounterpartyKind(StrEnum):
    """Who is on the other side."""

    SELF = "self"
    CUSTOMER = "customer"
    OUTSIDE = "outside"
    BANK = "bank"


SETTLEMENT_PREFIX = "settlement:"

_BY_PURPOSE = {
    Purpose.OPENING: Category.OPENING,
    Purpose.FEE: Category.FEES,
    Purpose.REVERSAL: Category.REFUNDS,
    Purpose.INTEREST: Category.INTEREST,
    Purpose.EXCHANGE: Category.EXCHANGE,
    Purpose.ALLOCATION: Category.SAVINGS,
    Purpose.ADJUSTMENT: Category.ADJUSTMENTS,
}
_BY_CHANNEL = {Channel.BOLETO: Category.BILLS, Channel.CASH: Category.CASH}
_BY_COUNTERPARTY = {
    CounterpartyKind.SELF: Category.OWN_ACCOUNTS,
    CounterpartyKind.CUSTOMER: Category.PEOPLE,
    CounterpartyKind.OUTSIDE: Category.TRANSFERS,
}

# Merchant category codes by half-open range (ISO 18245:2023). What lies in none: shopping in the 5000s, services from 7000.
_CODES: tuple[tuple[int, int, Category], ...] = (
    (742, 764, Category.SERVICES),
    (1520, 1800, Category.HOME),
    (3000, 4000, Category.TRAVEL),
    (4011, 4112, Category.TRANSPORT),
    (4112, 4113, Category.TRAVEL),
    (4119, 4120, Category.HEALTH),
    (4121, 4132, Category.TRANSPORT),
    (4411, 4723, Category.TRAVEL),
    (4784, 4790, Category.TRANSPORT),
    (4812, 4901, Category.UTILITIES),
    (5172, 5173, Category.FUEL),
    (5200, 5262, Category.HOME),
    (5411, 5500, Category.GROCERIES),
    (5541, 5543, Category.FUEL),
    (5552, 5553, Category.FUEL),
    (5712, 5723, Category.HOME),
    (5811, 5815, Category.RESTAURANTS),
    (5815, 5819, Category.LEISURE),
    (5912, 5913, Category.HEALTH),
    (5942, 5944, Category.EDUCATION),
    (5960, 5961, Category.INSURANCE),
    (5975, 5978, Category.HEALTH),
    (5983, 5984, Category.FUEL),
    (6010, 6012, Category.CASH),
    (6300, 6301, Category.INSURANCE),
    (7011, 7013, Category.TRAVEL),
    (7512, 7520, Category.TRAVEL),
    (7523, 7524, Category.TRANSPORT),
    (7829, 8000, Category.LEISURE),
    (8011, 8100, Category.HEALTH),
    (8211, 8300, Category.EDUCATION),
)
_STARTS = [start for start, _, _ in _CODES]
_SHOPPING, _SERVICES = range(5000, 6000), range(7000, 10_000)


def category_of(*, purpose: str, channel: str, mcc: int | None, counterparty: CounterpartyKind, received: bool) -> Category:
    """Return the category of a movement; a purpose or channel that is not known here is `other`."""
    if purpose in _BY_PURPOSE:
        return _BY_PURPOSE[Purpose(purpose)]
    if channel == Channel.CARD:
        return Category.REFUNDS if received else category_of_code(mcc)
    if channel in _BY_CHANNEL and not (received and channel == Channel.BOLETO):
        return _BY_CHANNEL[Channel(channel)]
    return _BY_COUNTERPARTY.get(counterparty, Category.OTHER)


def category_of_code(mcc: int | None) -> Category:
    """Return the category of a merchant category code."""
    if mcc is None:
        return Category.SHOPPING
    place = bisect_right(_STARTS, mcc) - 1
    if place >= 0 and mcc < _CODES[place][1]:
        return _CODES[place][2]
    if mcc in _SHOPPING:
        return Category.SHOPPING
    return Category.SERVICES if mcc in _SERVICES else Category.OTHER


def counterparty_kind(*, own_owner: str | None, other_owner: str | None, other_code: str | None) -> CounterpartyKind:
    """Return who is on the other side: the same customer, another one, another bank, or the bank itself."""
    if other_code is not None and other_code.startswith(SETTLEMENT_PREFIX):
        return CounterpartyKind.OUTSIDE
    if other_owner is None:
        return CounterpartyKind.BANK
    return CounterpartyKind.SELF if other_owner == own_owner else CounterpartyKind.CUSTOMER
