"""Making a month's charges, and collecting what is due. Each is safe to run again, and beside another that runs."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from psycopg import Connection

from contracts.topics import BANKING_TRANSACTIONS
from kit.ids import NIL
from kit.postgres import tenant_block
from ledger.accounts import open_accounts
from ledger.charges import repository
from ledger.charges.charges import Charge, ChargeKind, banks_account, charge_id, posting
from ledger.charges.repository import NewCharge
from ledger.days import month_of, require_ended
from ledger.interest.accrual import PARTS_PER_MINOR, charge_minor
from ledger.repository import post_batch

PAGE_ROWS = 500


@dataclass(frozen=True, slots=True)
class Collected:
    """What a collection did: charges posted, and those that stay due."""

    posted: int
    refused: int


def charge_month(connection: Connection, *, tenant_id: str, last_day: date, now_ms: int) -> int:
    """Charge the month that ends with `last_day`: its interest, rounded half-even with the rest carried, and its fees.

    Returns how many charges were made; a month that was charged makes none. Raises DayNotEnded.
    """
    ends_ms = require_ended(last_day, now_ms=now_ms)
    return _interest(connection, tenant_id, last_day, now_ms) + _fees(connection, tenant_id, last_day, ends_ms, now_ms)


def collect(
    connection: Connection, *, tenant_id: str, now_ms: int, topic: str = BANKING_TRANSACTIONS, untried: bool = False
) -> Collected:
    """Try each charge that is due once. One that the ledger refuses stays due, with the reason, and is tried again next time.

    A charge is locked, posted and marked in one transaction: it is posted once, whoever races and whatever is killed.
    With `untried` those that were never refused. Events go to `topic`, another one only for tenants whose money is not real.
    """
    posted = refused = 0
    after = NIL
    while True:
        with tenant_block(connection, tenant_id):
            due = repository.lock_due(connection, tenant_id=tenant_id, untried=untried, after=after, limit=PAGE_ROWS)
            if not due:
                return Collected(posted, refused)
            done = _post(connection, due, tenant_id=tenant_id, now_ms=now_ms, topic=topic)
        posted += done.posted
        refused += done.refused
        after = due[-1].charge_id


def _post(connection: Connection, due: list[Charge], *, tenant_id: str, now_ms: int, topic: str) -> Collected:
    bank = {(c.kind, c.currency): banks_account(c.kind, tenant_id=tenant_id, currency=c.currency) for c in due}
    open_accounts(connection, list({account.account_id: account for account in bank.values()}.values()), now_ms=now_ms)
    requests = [posting(charge, tenant_id=tenant_id, now_ms=now_ms) for charge in due]
    results = post_batch(connection, requests, now_ms=now_ms, topic=topic)
    moved, refused = [], []
    for charge, result in zip(due, results, strict=True):
        if result.moved:
            moved.append((charge.charge_id, result.transfer_id))
        else:
            refused.append((charge.charge_id, result.code or result.outcome))
    repository.mark_posted(connection, moved, now_ms=now_ms)
    repository.mark_refused(connection, refused)
    return Collected(len(moved), len(refused))


def _interest(connection: Connection, tenant_id: str, last_day: date, now_ms: int) -> int:
    made, after = 0, NIL
    while True:
        with tenant_block(connection, tenant_id):
            page = repository.outstanding(
                connection,
                tenant_id=tenant_id,
                day=last_day,
                after=after,
                limit=PAGE_ROWS,
                parts_per_minor=PARTS_PER_MINOR,
            )
            if not page:
                return made
            made += repository.insert(
                connection,
                [
                    _charge(
                        ChargeKind(row.side), row.account_id, tenant_id, row.currency, charge_minor(row.parts), last_day, now_ms
                    )
                    for row in page
                    if charge_minor(row.parts) > 0
                ],
            )
        after = page[-1].account_id


def _fees(connection: Connection, tenant_id: str, last_day: date, ends_ms: int, now_ms: int) -> int:
    made, after = 0, NIL
    while True:
        with tenant_block(connection, tenant_id):
            page = repository.monthly_fees(connection, tenant_id=tenant_id, ends_ms=ends_ms, after=after, limit=PAGE_ROWS)
            if not page:
                return made
            made += repository.insert(
                connection,
                [
                    _charge(ChargeKind.MONTHLY_FEE, account_id, tenant_id, currency, amount_minor, last_day, now_ms)
                    for account_id, currency, amount_minor in page
                ],
            )
        after = page[-1][0]


def _charge(
    kind: ChargeKind, account_id: UUID, tenant_id: str, currency: str, amount_minor: int, last_day: date, now_ms: int
) -> NewCharge:
    period = month_of(last_day)
    made = charge_id(account_id=account_id, kind=kind, period=period)
    return NewCharge(made, tenant_id, account_id, kind, period, amount_minor, currency, last_day + timedelta(days=1), now_ms)
