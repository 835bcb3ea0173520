"""The arithmetic of exchange. Pure; whole numbers all the way.

A rate is what one unit of the base currency costs in the quote currency, in hundred-millionths (e8). The bank buys the base at
the bid and sells it at the ask. The side that is worked out is rounded half-even to a minor unit; what rounding leaves stays on
the currency's liquidity account, and is kept with the exchange in thousand-millionths of a minor unit (nano).
"""

from dataclasses import dataclass
from decimal import Decimal

from kit.errors import DomainError
from kit.money import CURRENCY_EXPONENTS, MAX_AMOUNT_MINOR, divide_half_even

RATE_E8 = 10**8
NANO = 10**9
# Below this the rounding of a single exchange would be worth taking: half a minor unit of it is half a per cent.
MIN_SIDE_MINOR = 100


class AmountNotExchangeable(DomainError):
    """One side of the exchange would be too small to round, or larger than a transfer may be."""

    code = "amount-not-exchangeable"
    title = "The amount cannot be exchanged"
    remedy = f"Ask for an amount that is at least {MIN_SIDE_MINOR} minor units in both currencies, or split a very large one."


@dataclass(frozen=True, slots=True)
class Rate:
    """A pair's rate."""

    base: str
    quote: str
    bid_e8: int
    ask_e8: int
    version: int


@dataclass(frozen=True, slots=True)
class Deal:
    """What a customer sells and buys. `residue_nano` is what the side `worked_out` is exactly, beyond what it is rounded to."""

    sell_currency: str
    sell_minor: int
    buy_currency: str
    buy_minor: int
    rate_e8: int
    worked_out: str
    residue_nano: int


def selling(sell_minor: int, *, sell_currency: str, rate: Rate) -> Deal:
    """Return what a customer gets for an amount of one of the pair's currencies. Raises AmountNotExchangeable."""
    buy_currency, rate_e8 = (rate.quote, rate.bid_e8) if sell_currency == rate.base else (rate.base, rate.ask_e8)
    numerator, denominator = _price(sell_currency, rate, rate_e8)
    buy_minor, residue_nano = _rounded(sell_minor * numerator, denominator)
    return _checked(Deal(sell_currency, sell_minor, buy_currency, buy_minor, rate_e8, buy_currency, residue_nano))


def buying(buy_minor: int, *, buy_currency: str, rate: Rate) -> Deal:
    """Return what a customer pays for an amount of one of the pair's currencies. Raises AmountNotExchangeable."""
    sell_currency, rate_e8 = (rate.quote, rate.ask_e8) if buy_currency == rate.base else (rate.base, rate.bid_e8)
    numerator, denominator = _price(buy_currency, rate, rate_e8)
    sell_minor, residue_nano = _rounded(buy_minor * numerator, denominator)
    return _checked(Deal(sell_currency, sell_minor, buy_currency, buy_minor, rate_e8, sell_currency, residue_nano))


def rate_e8_of(text: str) -> int:
    """Return a rate written with at most eight decimals, e.g. `5.1020`."""
    return int(Decimal(text).scaleb(8))


def rate_text(rate_e8: int) -> str:
    """Return a rate as people write it, without trailing zeros beyond the fourth decimal."""
    whole, rest = f"{Decimal(rate_e8).scaleb(-8):.8f}".split(".")
    return f"{whole}.{rest[:4]}{rest[4:].rstrip('0')}"


def _price(known: str, rate: Rate, rate_e8: int) -> tuple[int, int]:
    """Return what a minor unit of `known` is worth in minor units of the pair's other currency, as a fraction."""
    up, down = 10 ** CURRENCY_EXPONENTS[rate.quote], 10 ** CURRENCY_EXPONENTS[rate.base]
    if known == rate.base:
        return rate_e8 * up, RATE_E8 * down
    return RATE_E8 * down, rate_e8 * up


def _rounded(numerator: int, denominator: int) -> tuple[int, int]:
    whole = divide_half_even(numerator, denominator)
    return whole, divide_half_even((numerator - whole * denominator) * NANO, denominator)


def _checked(deal: Deal) -> Deal:
    for currency, minor in ((deal.sell_currency, deal.sell_minor), (deal.buy_currency, deal.buy_minor)):
        if not MIN_SIDE_MINOR <= minor <= MAX_AMOUNT_MINOR:
            raise AmountNotExchangeable(
                f"{minor} minor units of {currency} is not between {MIN_SIDE_MINOR} and {MAX_AMOUNT_MINOR}", currency=currency
            )
    return deal
