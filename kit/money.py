"""Money: a whole number of minor units and an ISO 4217 code. No float ever touches an amount."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

# ISO 4217 list one (2026-01): the decimals of every currency and fund code that has them; metals, test codes and "no currency"
# have none and are no money. The scorer counts currencies by their place here: new ones go to the end.
CURRENCY_EXPONENTS: dict[str, int] = {
    "ARS": 2, "AUD": 2, "BHD": 3, "BOB": 2, "BRL": 2, "CAD": 2, "CHF": 2, "CLP": 0, "CNY": 2, "COP": 2,
    "CZK": 2, "DKK": 2, "EUR": 2, "GBP": 2, "HKD": 2, "HUF": 2, "INR": 2, "JPY": 0, "KRW": 0, "KWD": 3,
    "MXN": 2, "NOK": 2, "NZD": 2, "PEN": 2, "PLN": 2, "PYG": 0, "SEK": 2, "SGD": 2, "TND": 3, "USD": 2,
    "UYU": 2, "ZAR": 2,
    "AED": 2, "AFN": 2, "ALL": 2, "AMD": 2, "AOA": 2, "AWG": 2, "AZN": 2, "BAM": 2, "BBD": 2, "BDT": 2,
    "BIF": 0, "BMD": 2, "BND": 2, "BOV": 2, "BSD": 2, "BTN": 2, "BWP": 2, "BYN": 2, "BZD": 2, "CDF": 2,
    "CHE": 2, "CHW": 2, "CLF": 4, "COU": 2, "CRC": 2, "CUP": 2, "CVE": 2, "DJF": 0, "DOP": 2, "DZD": 2,
    "EGP": 2, "ERN": 2, "ETB": 2, "FJD": 2, "FKP": 2, "GEL": 2, "GHS": 2, "GIP": 2, "GMD": 2, "GNF": 0,
    "GTQ": 2, "GYD": 2, "HNL": 2, "HTG": 2, "IDR": 2, "ILS": 2, "IQD": 3, "IRR": 2, "ISK": 0, "JMD": 2,
    "JOD": 3, "KES": 2, "KGS": 2, "KHR": 2, "KMF": 0, "KPW": 2, "KYD": 2, "KZT": 2, "LAK": 2, "LBP": 2,
    "LKR": 2, "LRD": 2, "LSL": 2, "LYD": 3, "MAD": 2, "MDL": 2, "MGA": 2, "MKD": 2, "MMK": 2, "MNT": 2,
    "MOP": 2, "MRU": 2, "MUR": 2, "MVR": 2, "MWK": 2, "MXV": 2, "MYR": 2, "MZN": 2, "NAD": 2, "NGN": 2,
    "NIO": 2, "NPR": 2, "OMR": 3, "PAB": 2, "PGK": 2, "PHP": 2, "PKR": 2, "QAR": 2, "RON": 2, "RSD": 2,
    "RUB": 2, "RWF": 0, "SAR": 2, "SBD": 2, "SCR": 2, "SDG": 2, "SHP": 2, "SLE": 2, "SOS": 2, "SRD": 2,
    "SSP": 2, "STN": 2, "SVC": 2, "SYP": 2, "SZL": 2, "THB": 2, "TJS": 2, "TMT": 2, "TOP": 2, "TRY": 2,
    "TTD": 2, "TWD": 2, "TZS": 2, "UAH": 2, "UGX": 0, "USN": 2, "UYI": 0, "UYW": 4, "UZS": 2, "VED": 2,
    "VES": 2, "VND": 0, "VUV": 0, "WST": 2, "XAD": 2, "XAF": 0, "XCD": 2, "XCG": 2, "XOF": 0, "XPF": 0,
    "YER": 2, "ZMW": 2, "ZWG": 2,
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
