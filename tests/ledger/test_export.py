"""The general ledger, written out: read again by a parser of the test's own, it adds up to the trial balance."""

import csv
import io
import re
import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

import psycopg
import pytest

from kit.postgres import tenant_block
from kit.settings import PostgresServer
from ledger.close.balances import Line
from ledger.close.repository import trial_lines
from ledger.close.run import close_day
from ledger.days import end_ms, start_ms
from ledger.export.formats import CSV_HEADER, LedgerEntry, csv_lines, journal_transaction
from ledger.export.run import Period, PeriodReversed, export
from tests.ledger.bank import Bank, ms, night

DAY = timedelta(days=1)
FIRST, LAST = date(2026, 3, 30), date(2026, 4, 1)


@dataclass
class Journal:
    """What hledger's rules make of a journal: balances, and the assertions that were held."""

    balances: dict[tuple[str, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    transactions: int = 0
    assertions: int = 0


POSTING = re.compile(r"    (\S+)  ([A-Z]{3}) (-?[\d.]+)(?: = ([A-Z]{3}) (-?[\d.]+))?(?:  ;.*)?")
HEAD = re.compile(r"(\d{4}-\d\d-\d\d)(=\d{4}-\d\d-\d\d)? \* .+")


def read(text: str) -> Journal:
    """Check as hledger does: dates in order, each transaction sums to zero by commodity, each assertion holds."""
    journal, dates = Journal(), []
    for block in text.split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith((";", "commodity ", "account "))]
        if not lines:
            continue
        head = HEAD.fullmatch(lines[0])
        assert head, lines[0]
        dates.append(head[1])
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for line in lines[1:]:
            posting = POSTING.fullmatch(line)
            assert posting, line
            account, commodity, amount, _, asserted = posting.groups()
            sums[commodity] += Decimal(amount)
            journal.balances[account, commodity] += Decimal(amount)
            if asserted is not None:
                assert journal.balances[account, commodity] == Decimal(asserted), line
                journal.assertions += 1
        assert set(sums.values()) == {Decimal(0)}, block
        journal.transactions += 1
    assert dates == sorted(dates)
    return journal


@pytest.fixture(scope="module")
def bank(core: PostgresServer) -> Iterator[Bank]:
    """Three days of two currencies, the first two closed; a month's end with interest and fees among them."""
    made = Bank(core)
    made.product("savings", credit_rate_ppm=365_000, monthly_fee_minor=30)
    accounts = [made.account("savings", opened=FIRST) for _ in range(3)]
    yen = made.account("yen", opened=FIRST, currency="JPY")
    outside_yen = made.system("settlement:wire", "JPY")
    for number, day in enumerate((FIRST - DAY, FIRST, FIRST + DAY, LAST)):
        for at, account in enumerate(accounts):
            made.deposit(account, 100_000 + 1_111 * number + at, at_ms=ms(day, 9 + at))
        made.move(accounts[number % 3], accounts[(number + 1) % 3], 777, at_ms=ms(day, 15), value_ms=ms(day - DAY))
        made.move(outside_yen, yen, 5_000 + number, at_ms=ms(day, 16), currency="JPY")
    # Known on the first day, and booked by the settlement account, which had gone on, on the next: in transit between them.
    made.deposit(made.account("late", opened=FIRST), 70, at_ms=ms(FIRST, 20))
    for day in (FIRST, FIRST + DAY):
        close_day(made.api, tenant_id=made.tenant_id, day=day, now_ms=night(day))
    yield made
    made.api.close()


def pieces(bank: Bank, form: str, first: date = FIRST, last: date = LAST) -> list[str]:
    with psycopg.connect(bank.core.dsn("api"), autocommit=True) as own:
        return list(export(own, tenant_id=bank.tenant_id, period=Period(first, last), form=form))


def trial_balance(bank: Bank) -> list[Line]:
    with tenant_block(bank.api, bank.tenant_id):
        return trial_lines(bank.api, tenant_id=bank.tenant_id, from_ms=start_ms(FIRST), to_ms=end_ms(LAST))[0]


def test_the_journal_balances_holds_its_assertions_and_adds_up_to_the_trial_balance(bank):
    journal = read("".join(pieces(bank, "hledger")))
    lines = trial_balance(bank)
    exponent = {"BRL": 2, "JPY": 0}
    expected = {(line.line, line.currency): Decimal(-line.closing_minor).scaleb(-exponent[line.currency]) for line in lines}
    assert {name: amount for name, amount in journal.balances.items() if name[0] != "equity:in-transit"} == expected
    assert journal.assertions >= 3 * 4  # every line at the end of each of three days
    [(transactions,)] = bank.rows(
        "select count(distinct (transfer_id, booked_at)) from ledger.entry where tenant_id = %s and booked_at >= ledger.at(%s)",
        bank.tenant_id,
        start_ms(FIRST),
    )
    assert journal.transactions == transactions + 1 + 3  # the opening, and three days' ends
    assert journal.balances["equity:in-transit", "BRL"] == 0


def test_a_journal_that_lost_a_transaction_fails_its_assertions(bank):
    whole = pieces(bank, "hledger")
    dropped = next(number for number, piece in enumerate(whole) if " * adjustment" in piece)
    with pytest.raises(AssertionError):
        read("".join(whole[:dropped] + whole[dropped + 1 :]))


def test_the_csv_has_every_entry_once_and_adds_up_to_the_trial_balance(bank):
    rows = list(csv.DictReader(io.StringIO("".join(pieces(bank, "csv")))))
    assert tuple(rows[0]) == CSV_HEADER
    assert len({(row["account_id"], row["version"]) for row in rows}) == len(rows)
    moved: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        moved[row["line"], row["currency"]][0] += int(row["debit_minor"])
        moved[row["line"], row["currency"]][1] += int(row["credit_minor"])
    expected = {(line.line, line.currency): [line.debits_minor, line.credits_minor] for line in trial_balance(bank)}
    assert {name: amounts for name, amounts in expected.items() if any(amounts)} == moved
    assert {row["value_date"] < row["day"] for row in rows} == {True, False}


def test_a_period_before_the_bank_is_empty_and_one_that_ends_before_it_begins_is_refused(bank):
    early = date(2020, 1, 1)
    assert pieces(bank, "csv", early, early) == [",".join(CSV_HEADER) + "\r\n"]
    assert read("".join(pieces(bank, "hledger", early, early))).balances == {
        (line.line, line.currency): Decimal(0) for line in trial_balance(bank)
    }
    with pytest.raises(PeriodReversed):
        pieces(bank, "csv", LAST, FIRST)


def entry(**fields: object) -> LedgerEntry:
    base = {
        "transfer_id": uuid.UUID(int=1), "account_id": uuid.UUID(int=2), "version": 1, "line": "income:fees", "currency": "KWD",
        "delta_minor": -1_234, "balance_after_minor": -1_234, "purpose": "fee", "reverses_id": None, "value_at_ms": ms(FIRST),
        "booked_at_ms": ms(FIRST),
    }  # fmt: skip
    return LedgerEntry(**(base | fields))


def test_an_amount_has_its_currencys_decimals_and_a_debit_is_positive():
    assert "income:fees  KWD 1.234  ; account:" in journal_transaction([entry()])
    assert "income:fees  JPY -7  ;" in journal_transaction([entry(currency="JPY", delta_minor=7)])
    assert csv_lines([entry()]).split(",")[-3:] == ["1234", "0", "-1234\r\n"]
