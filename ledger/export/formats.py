"""Entries as text: CSV rows, and transactions of an hledger journal with balance assertions. Pure.

Journal: https://hledger.org/hledger.html (journal format). hledger's amounts are positive for debits, ours for credits, so
signs are turned. An assertion (`= amount`) states a line's balance, independently counted, at the end of each closed day.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from kit.money import CURRENCY_EXPONENTS, Money
from ledger.chart import IN_TRANSIT
from ledger.close.balances import Line
from ledger.days import day_of

CSV_HEADER = (
    "booked_at", "day", "value_date", "transfer_id", "purpose", "reverses_id", "line", "account_id", "version", "currency",
    "debit_minor", "credit_minor", "balance_after_minor",
)  # fmt: skip
_TYPES = {"assets": "A", "liabilities": "L", "equity": "E", "income": "R", "expenses": "X"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One leg of a transfer. `delta_minor` is positive for a credit."""

    transfer_id: UUID
    account_id: UUID
    version: int
    line: str
    currency: str
    delta_minor: int
    balance_after_minor: int
    purpose: str
    reverses_id: UUID | None
    value_at_ms: int
    booked_at_ms: int


def csv_lines(entries: Iterable[LedgerEntry]) -> str:
    """Return entries as CSV (RFC 4180) without a header."""
    out = io.StringIO()
    csv.writer(out).writerows(_csv_row(entry) for entry in entries)
    return out.getvalue()


def csv_header() -> str:
    """Return the CSV's first line."""
    return ",".join(CSV_HEADER) + "\r\n"


def journal_header(currencies: Iterable[str], *, tenant_id: str) -> str:
    """Return the journal's declarations: how amounts are written, and the elements of the accounts."""
    named = sorted(currencies)
    # A commodity is declared with a decimal mark, also one that has no decimals.
    written = [f"commodity {_amount(-1_000_000, currency)}{'' if CURRENCY_EXPONENTS[currency] else '.'}" for currency in named]
    types = [f"account {name}  ; type:{letter}" for name, letter in _TYPES.items()]
    return "\n".join([f"; general ledger of {tenant_id}", *written, *types]) + "\n\n"


def journal_transaction(legs: Sequence[LedgerEntry]) -> str:
    """Return a transfer's legs as one transaction; a half whose other half was booked at another moment is in transit."""
    first = legs[0]
    head = f"{day_of(first.booked_at_ms)}={day_of(first.value_at_ms)} * {first.purpose}  ; transfer:{first.transfer_id}"
    tail = [f"    {leg.line}  {_amount(leg.delta_minor, leg.currency)}  ; account:{leg.account_id}" for leg in legs]
    rest = -sum(leg.delta_minor for leg in legs)
    if rest:
        tail.append(f"    {IN_TRANSIT}  {_amount(rest, first.currency)}")
    return "\n".join([head, *tail]) + "\n\n"


def journal_opening(lines: Iterable[Line], *, day: date) -> str:
    """Return the balances at the period's beginning as one transaction; nothing when there are none."""
    rows = [f"    {line.line}  {_amount(line.opening_minor, line.currency)}" for line in lines if line.opening_minor]
    return "\n".join([f"{day} * opening balances", *rows]) + "\n\n" if rows else ""


def journal_assertions(lines: Iterable[Line], *, day: date) -> str:
    """Return the balances at the end of `day` as a transaction that moves nothing and asserts each."""
    rows = [f"    {line.line}  {_amount(0, line.currency)} = {_amount(line.closing_minor, line.currency)}" for line in lines]
    return "\n".join([f"{day} * close of the day", *rows]) + "\n\n" if rows else ""


def _csv_row(entry: LedgerEntry) -> tuple[object, ...]:
    booked = datetime.fromtimestamp(entry.booked_at_ms / 1000, UTC).isoformat(timespec="milliseconds")
    return (
        booked.replace("+00:00", "Z"),
        day_of(entry.booked_at_ms),
        day_of(entry.value_at_ms),
        entry.transfer_id,
        entry.purpose,
        entry.reverses_id or "",
        entry.line,
        entry.account_id,
        entry.version,
        entry.currency,
        max(0, -entry.delta_minor),
        max(0, entry.delta_minor),
        entry.balance_after_minor,
    )


def _amount(credit_minor: int, currency: str) -> str:
    """Return an amount as hledger reads it: debits positive."""
    return f"{currency} {Money(-credit_minor, currency).as_decimal():f}"
