"""What a statement says, whatever it is written as. Pure."""

from dataclasses import dataclass
from uuid import UUID

from kit.money import Money
from serving.statements.period import Period

# A batch of postings takes its moment before it waits for its accounts, and for at most so long.
SETTLED_MS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """An account's period: from the balance before its first entry to the balance after its last.

    Entries are those with versions (opening_version, closing_version]; their versions count on without a gap, so that how many
    there are is known before any is read. Amounts are minor units of `currency`; credits and debits are both positive.
    """

    tenant_id: str
    account_id: UUID
    customer_id: str
    holder: str | None
    product: str
    currency: str
    period: Period
    opening_minor: int
    closing_minor: int
    opening_version: int
    closing_version: int
    credits_minor: int
    debits_minor: int
    credits: int
    issued_at_ms: int

    @property
    def entries(self) -> int:
        """How many lines it has."""
        return self.closing_version - self.opening_version

    @property
    def final(self) -> bool:
        """Whether nothing can be added to the period any more, so that it reads the same whenever it is issued."""
        return self.issued_at_ms >= self.period.past_ms + SETTLED_MS

    @property
    def debits(self) -> int:
        """How many of them took money out."""
        return self.entries - self.credits


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One entry of the ledger, with what the bank knows beside it. `delta_minor` is negative when money left.

    `counterparty_code` is set where the other side is the bank itself, for example `settlement:pix`.
    """

    version: int
    transfer_id: UUID
    delta_minor: int
    balance_after_minor: int
    booked_at_ms: int
    value_at_ms: int
    purpose: str
    reverses_id: UUID | None
    counterparty_account_id: UUID | None
    counterparty_code: str | None
    counterparty_name: str | None
    description: str | None


def decimal_text(amount_minor: int, currency: str) -> str:
    """Return an amount in major units with a point and all of the currency's decimals, exact: `-1250.00`."""
    return f"{Money(amount_minor, currency).as_decimal():f}"


def printable(text: str) -> str:
    """Return the text without control characters, which neither XML nor a line of a file can hold."""
    return "".join(character if character.isprintable() else " " for character in text)
