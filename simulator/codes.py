"""Small whole numbers for the words that repeat in every event, in the order of the lists below."""

from enum import IntEnum

from contracts.labels import FraudKind
from contracts.transactions import Channel, Direction

CHANNELS: tuple[str, ...] = tuple(Channel)
DIRECTIONS: tuple[str, ...] = tuple(Direction)
KINDS: tuple[str, ...] = tuple(FraudKind)
ENTRIES: tuple[str, ...] = (
    "app", "qr", "key", "chip", "contactless", "ecommerce", "barcode", "atm", "branch", "transfer",
)  # fmt: skip
COUNTRIES: tuple[str, ...] = ("BR", "AR", "CL", "UY", "US", "PT", "ES", "IT")

PIX, CARD, BOLETO, TED, CASH, INTERNAL = range(6)
DEBIT, CREDIT = range(2)

KIND: dict[str, int] = {name: number for number, name in enumerate(KINDS)}
ENTRY: dict[str, int] = {name: number for number, name in enumerate(ENTRIES)}

NOTHING = -1
"""No such thing: no card, no device, no payee."""

NO_PLACE = -(2**31)
"""A latitude or longitude that nobody told."""

NO_BALANCE = -(2**62)
"""Nobody has looked at the account yet."""

MINUTE_MS = 60_000
HOUR_MS = 3_600_000
DAY_MS = 86_400_000
REAL = 100
"""Minor units in one real."""

_PAYEE_SHIFT = 40


class PayeeKind(IntEnum):
    """Who the other side is: an account of ours, a merchant's terminal, or somebody at another bank."""

    ACCOUNT = 1
    TERMINAL = 2
    OUTSIDE = 3


def payee_code(kind: PayeeKind) -> int:
    """Return what to add to a number to make it the code of a payee of this kind."""
    return int(kind) << _PAYEE_SHIFT


PAYEE_NUMBER_MASK = (1 << _PAYEE_SHIFT) - 1
PAYEE_SHIFT = _PAYEE_SHIFT

SMALLEST_FRAUD_MINOR = 20 * REAL
"""Below this a thief leaves the account alone."""
