"""The chart of accounts: which line of the general ledger an account stands on. One table.

A customer's account is the bank's debt to the customer: it stands on `liabilities:deposits:<product>`. What is paid out of one
currency's `liquidity` account and into another's is a trading account (P. Selinger, "Tutorial on multiple currency accounting",
2005): equity, and its balance is the bank's position. What is in transit between two days is told on a line of its own.
"""

from dataclasses import dataclass
from enum import StrEnum

NO_PRODUCT = "unassigned"


class Element(StrEnum):
    """The elements of financial statements (IFRS, Conceptual Framework, 4.1)."""

    ASSETS = "assets"
    LIABILITIES = "liabilities"
    EQUITY = "equity"
    INCOME = "income"
    EXPENSES = "expenses"


@dataclass(frozen=True, slots=True)
class Heading:
    """What the codes with a prefix are. `name` stands before what follows the prefix."""

    element: Element
    name: str
    meaning: str


CHART: dict[str, Heading] = {
    "settlement": Heading(Element.ASSETS, "settlement", "What a rail owes the bank, or is owed by it"),
    "suspense": Heading(Element.LIABILITIES, "suspense", "Money that came in and could not be credited"),
    "liquidity": Heading(Element.EQUITY, "liquidity", "The bank's position in a currency"),
    "income": Heading(Element.INCOME, "", "Interest and fees that customers paid"),
    "expense": Heading(Element.EXPENSES, "", "Interest that the bank paid"),
    "opening": Heading(Element.EQUITY, "openings", "Balances that accounts came with"),
}
# Half of a transfer whose accounts were booked on two days, between them: a payment that another bank told of late.
IN_TRANSIT = f"{Element.EQUITY}:in-transit"
DEPOSITS = Heading(Element.LIABILITIES, "deposits", "What customers have in their accounts, by product")
OTHER = Heading(Element.EQUITY, "other", "System accounts that the chart has no heading for")


def line_of(*, code: str | None, product: str | None) -> str:
    """Return the line of an account, e.g. `assets:settlement:pix`. A system account has a code, a customer's a product."""
    if code is None:
        return _joined(DEPOSITS, product or NO_PRODUCT)
    prefix, _, rest = code.partition(":")
    heading = CHART.get(prefix)
    return _joined(OTHER, code) if heading is None else _joined(heading, rest)


def _joined(heading: Heading, rest: str) -> str:
    return ":".join(part for part in (heading.element, heading.name, rest) if part)
