"""Trial balance lines: what each line of the general ledger was, what moved, and what it is. Pure.

Balances are credits minus debits, in minor units, as everywhere in this ledger.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from kit.errors import DomainError
from ledger.chart import IN_TRANSIT


class BooksUnbalanced(DomainError):
    """The sum over all accounts of a currency is not zero: the books are damaged."""

    code = "books-unbalanced"
    title = "The books do not balance"
    remedy = "Stop posting, run `baas ledger verify` or restore a backup beside the ledger, and compare."


class Line(msgspec.Struct, frozen=True, order=True):
    """One line in one currency over a period."""

    line: str
    currency: str
    accounts: int
    opening_minor: int
    debits_minor: int
    credits_minor: int

    @property
    def closing_minor(self) -> int:
        """The balance at the end."""
        return self.opening_minor + self.credits_minor - self.debits_minor


def gathered(lines: Iterable[Line]) -> list[Line]:
    """Return one line a (line, currency), sorted."""
    found: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in lines:
        found[line.line, line.currency].append(line)
    return [
        Line(
            name,
            currency,
            sum(line.accounts for line in same),
            sum(line.opening_minor for line in same),
            sum(line.debits_minor for line in same),
            sum(line.credits_minor for line in same),
        )
        for (name, currency), same in sorted(found.items())
    ]


def sums(lines: Iterable[Line]) -> tuple[dict[str, int], dict[str, int]]:
    """Return what each currency's lines sum to, before and after: zero in sound books."""
    opening: dict[str, int] = defaultdict(int)
    closing: dict[str, int] = defaultdict(int)
    for line in lines:
        opening[line.currency] += line.opening_minor
        closing[line.currency] += line.closing_minor
    return opening, closing


def in_transit_lines(opening: Mapping[str, int], closing: Mapping[str, int]) -> list[Line]:
    """Return the lines of what was in transit before, by currency, and what is after."""
    changes = {currency: closing.get(currency, 0) - opening.get(currency, 0) for currency in opening.keys() | closing.keys()}
    return [
        Line(IN_TRANSIT, currency, 0, opening.get(currency, 0), max(0, -change), max(0, change))
        for currency, change in sorted(changes.items())
    ]


def require_balanced(lines: Iterable[Line]) -> None:
    """Raise BooksUnbalanced, naming currency and amount, unless each currency's lines sum to zero, before and after."""
    opening, closing = sums(lines)
    for when, totals in (("before", opening), ("after", closing)):
        for currency, total in sorted(totals.items()):
            if total:
                raise BooksUnbalanced(
                    f"{currency} sums to {total} minor units {when} the day", currency=currency, difference_minor=total
                )


def differences(told: Sequence[Line], found: Sequence[Line]) -> list[str]:
    """Name each line whose amounts differ: what was told at the close, and what is found now."""
    before = {(line.line, line.currency): line for line in told}
    after = {(line.line, line.currency): line for line in found}
    return [
        f"{name} {currency}: told {_amounts(before.get((name, currency)))}, found {_amounts(after.get((name, currency)))}"
        for name, currency in sorted(before.keys() | after.keys())
        if _amounts(before.get((name, currency))) != _amounts(after.get((name, currency)))
    ]


def _amounts(line: Line | None) -> tuple[int, int, int]:
    """Opening, debits, credits. A line that was not there had nothing; accounts without money may come and go."""
    return (0, 0, 0) if line is None else (line.opening_minor, line.debits_minor, line.credits_minor)
