"""Rates of exchange from a file: for days before the bank quoted any, or from whoever the bank takes its rates from.

A CSV with a header and a line a day and pair: `day,base,quote,bid,ask`, e.g. `2026-03-10,USD,BRL,5.1020,5.1080`. Rates are
units of the quote currency for one of the base, with at most eight decimals.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path

from kit.errors import DomainError
from kit.money import CURRENCY_EXPONENTS
from kit.postgres import connect
from kit.settings import Settings
from ledger.days import FIRST_DAY, LAST_DAY
from ledger.exchange.quotes import rate_e8_of
from pipelines.reference import repository
from pipelines.reference.extract import APPLICATION
from pipelines.reference.repository import DayRate

FIELDS = ("day", "base", "quote", "bid", "ask")
_RATE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,8})?")


class RatesUnreadable(DomainError):
    """A line of the file is no rate."""

    code = "rates-unreadable"
    title = "The file of exchange rates cannot be read"
    remedy = (
        f"Give a CSV with the header {','.join(FIELDS)}, ISO 8601 days, ISO 4217 codes, and an ask that is not below the bid."
    )


def load_rates(settings: Settings, path: Path, *, tenant_id: str, now: datetime) -> int:
    """Write a file's rates to the warehouse, all or none; return how many are new or other than they were.

    Raises RatesUnreadable, OSError.
    """
    with path.open(newline="", encoding="utf-8") as lines:
        try:
            found = list(read_rates(lines, tenant_id=tenant_id))
        except (UnicodeDecodeError, csv.Error) as problem:
            raise RatesUnreadable(f"it is no CSV in UTF-8: {problem}") from problem
    with connect(settings.warehouse.dsn("transform"), application=APPLICATION, autocommit=False) as warehouse:
        repository.take_turn(warehouse)
        changes = repository.keep_rates(warehouse, found, at=now)
        repository.keep_extract(warehouse, at=now, changes=changes)
    return changes


def read_rates(lines: Iterable[str], *, tenant_id: str) -> Iterator[DayRate]:
    """Return the rates of a file's lines. Raises RatesUnreadable, naming the line."""
    rows = csv.DictReader(lines)
    if tuple(rows.fieldnames or ()) != FIELDS:
        raise RatesUnreadable(f"the header is {','.join(rows.fieldnames or ())}")
    for number, row in enumerate(rows, start=2):
        rate = _rate(row, tenant_id=tenant_id)
        if rate is None:
            raise RatesUnreadable(f"line {number} is no rate of a day", line=number)
        yield rate


def _rate(row: dict[str, str], *, tenant_id: str) -> DayRate | None:
    base, quote, bid, ask = row["base"], row["quote"], row["bid"] or "", row["ask"] or ""
    if base == quote or not {base, quote} <= CURRENCY_EXPONENTS.keys() or not (_RATE.fullmatch(bid) and _RATE.fullmatch(ask)):
        return None
    try:
        day = date.fromisoformat(row["day"])
    except ValueError:
        return None
    bid_e8, ask_e8 = rate_e8_of(bid), rate_e8_of(ask)
    if not (FIRST_DAY <= day <= LAST_DAY and 0 < bid_e8 <= ask_e8):
        return None
    return DayRate(tenant_id, day, base, quote, "file", bid_e8, ask_e8)
