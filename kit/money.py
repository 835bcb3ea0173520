"""Money: a whole number of minor units and an ISO 4217 code. No float ever touches an amount."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

# ISO 4217 list one (2024-06): number of decimals of the currencies that a ledger may hold.
CURRENCY_EXPONENTS: dict[str, int] = {
    "ARS": 2, "AUD": 2, "BHD": 3, "BOB": 2, "BRL": 2, "CAD": 2, "CHF": 2, "CLP": 0, "CNY": 2, "COP": 2,
    "CZK": 2, "DKK": 2, "EUR": 2, "GBP": 2, "HKD": 2, "HUF": 2, "INR": 2, "JPY": 0, "KRW": 0, "KWD": 3,
    "MXN": 2, "NOK": 2, "NZD": 2, "PEN": 2, "PLN": 2, "PYG": 0, "SEK": 2, "SGD": 2, "TND": 3, "USD": 2,
    "UYU": 2, "ZAR": 2,
}  # fmt: skip

# Largest amount a single transfer may carry: 10^15 minor units leaves int64 room for nine thousand of them in one sum.
MAX_AMOUNT_MINOR = 10**15


def divide_half_even(numerator: int, denominator: int) -> int:
    """Return the whole number nearest to the quotient, the even one of two that are equally near. `denominator` is positive."""
    whole, rest = divmod(numerator, denominator)
    return whole + (2 * rest > denominator or (2 * rest == denominator and whole % 2 == 1))


class UnknownCurrency(ValueError):
    """The code is not one of `CURRENCY_EXPONENTS`."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents for BRL, yen for JPY) of one currency."""

    minor_units: int
    currency: str

    def __post_init__(self) -> None:
        if self.currency not in CURRENCY_EXPONENTS:
            raise UnknownCurrency(self.currency)

    @classmethod
    def from_decimal(cls, amount: Decimal, currency: str) -> "Money":
        """Round half to even to the currency's exponent (IEEE 754 roundTiesToEven)."""
        if currency not in CURRENCY_EXPONENTS:
            raise UnknownCurrency(currency)
        scaled = amount.scaleb(CURRENCY_EXPONENTS[currency])
        return cls(int(scaled.quantize(Decimal(1), rounding=ROUND_HALF_EVEN)), currency)

    def as_decimal(self) -> Decimal:
        """The amount in major units, exact."""
        return Decimal(self.minor_units).scaleb(-CURRENCY_EXPONENTS[self.currency])

    def __add__(self, other: "Money") -> "Money":
        self._require_same_currency(other)
        return Money(self.minor_units + other.minor_units, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._require_same_currency(other)
        return Money(self.minor_units - other.minor_units, self.currency)

    def _require_same_currency(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise ValueError(f"cannot mix {self.currency} and {other.currency}")
