"""One day's interest of one tenant: accrued account by account, once, however often and by however many it is run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from psycopg import Connection

from kit.ids import NIL
from kit.postgres import tenant_block
from ledger.days import TIMEZONE, require_ended
from ledger.interest import repository
from ledger.interest.accrual import PARTS_PER_MINOR, DayBalance, Side, accrue
from ledger.interest.repository import NewRow, State, Window

PAGE_ACCOUNTS = 500
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Accrued:
    """What a run did: accounts that came to the day, rows written, and those of them that correct an earlier day."""

    accounts: int
    rows: int
    corrections: int


def accrue_day(connection: Connection, *, tenant_id: str, day: date, now_ms: int) -> Accrued:
    """Accrue interest through `day` on what was booked before its end, by value date.

    Days that were missed are accrued too. An entry that was backdated changes the days from its value date on: the difference
    is accrued on `day`, and no row is rewritten. A page of accounts is one transaction, so that a run that was cut off goes on
    where it was. Raises DayNotEnded.
    """
    cut_ms = require_ended(day, now_ms=now_ms)
    with tenant_block(connection, tenant_id):
        repository.keep_terms(connection, tenant_id=tenant_id, day=day)
    accounts = rows = corrections = 0
    after = NIL
    while True:
        with tenant_block(connection, tenant_id):
            page = repository.accounts_after(connection, tenant_id=tenant_id, after=after, limit=PAGE_ACCOUNTS)
            if not page:
                return Accrued(accounts, rows, corrections)
            states = repository.lock_states(connection, tenant_id=tenant_id, accounts=page, day=day, zone=TIMEZONE)
            if states:
                written = _accrue_page(connection, states, tenant_id=tenant_id, day=day, cut_ms=cut_ms)
                through = {state.account_id: state.through_day for state in states}
                accounts += len(states)
                rows += len(written)
                corrections += sum(row.day <= through[row.account_id] for row in written)
        after = page[-1]


def _accrue_page(connection: Connection, states: Sequence[State], *, tenant_id: str, day: date, cut_ms: int) -> list[NewRow]:
    news = repository.news(connection, states, day=day, cut_ms=cut_ms, zone=TIMEZONE)
    windows, bases = [], {}
    for state in states:
        new = news[state.account_id]
        first = state.through_day + _DAY
        if new.earliest is not None and new.earliest < first:
            # The balances of days that were accrued are needed again: from the account's whole history.
            first = max(new.earliest, min(state.since_day, first))
            windows.append(Window(state.account_id, first, 0, new.top))
            bases[state.account_id] = 0
        else:
            windows.append(Window(state.account_id, first, state.through_version, new.top))
            bases[state.account_id] = new.base_minor
    sums = repository.sums_by_value_day(connection, windows, day=day, zone=TIMEZONE)
    accrued, charged = repository.accrued(connection, windows), repository.charged(connection, windows)
    terms = repository.terms_between(
        connection, tenant_id=tenant_id, first=min(window.first_day for window in windows), last=day
    )
    rows: list[NewRow] = []
    for state, window in zip(states, windows, strict=True):
        by_day = sums.get(state.account_id, {})
        balance_minor = bases[state.account_id] + by_day.get(window.first_day - _DAY, 0)
        days = []
        for number in range((day - window.first_day).days + 1):
            at = window.first_day + number * _DAY
            balance_minor += by_day.get(at, 0)
            days.append(DayBalance(at, balance_minor, terms.get((state.product, state.currency, at))))
        for side in Side:
            had = accrued.get((state.account_id, side), {})
            taken = charged.get((state.account_id, side), {})
            rows += _differences(days, side, had, taken, state=state, tenant_id=tenant_id, accrued_on=day)
    repository.insert_accruals(connection, rows)
    moved = [(state, _read_through(news[state.account_id])) for state in states]
    repository.move_on(connection, moved, rows=rows, day=day)
    return rows


def _differences(
    days: Sequence[DayBalance],
    side: Side,
    had: dict[date, int],
    taken: dict[date, int],
    *,
    state: State,
    tenant_id: str,
    accrued_on: date,
) -> list[NewRow]:
    """Return what each day's interest now is beyond what is accrued for it already."""
    accrued_before = state.accrued_parts(side) - sum(had.values())
    charged_before_minor = state.charged_minor(side) - sum(taken.values())
    carried = accrued_before - charged_before_minor * PARTS_PER_MINOR
    charged_parts = {day: amount_minor * PARTS_PER_MINOR for day, amount_minor in taken.items()}
    return [
        NewRow(tenant_id, state.account_id, side.value, at.day, accrued_on, at.balance_minor, parts - had.get(at.day, 0))
        for at, parts in accrue(days, side=side, carried_parts=carried, charged_parts=charged_parts)
        if parts != had.get(at.day, 0)
    ]


def _read_through(new: repository.News) -> int:
    """Return the version up to which no entry has to be read again: one whose value lies ahead will be."""
    return new.top if new.first_ahead is None else new.first_ahead - 1
