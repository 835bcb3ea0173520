"""Finding what comes again of a day: read what moved on each account, find, keep it in the warehouse."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from psycopg import Connection

from contracts.categories import CounterpartyKind, counterparty_kind
from insight.categories.deciding import Asked, decide
from insight.recurring.finding import Found, find
from insight.recurring.series import Movement
from kit.clock import Clock
from kit.postgres import connect
from kit.settings import Settings
from ledger.days import end_ms
from pipelines.insight.recurring import repository
from pipelines.insight.recurring.repository import Moved

APPLICATION, ROLE = "recurring", "transform"
MOST_DAYS = 800
"""What comes once a year has come three times in it."""


@dataclass(frozen=True, slots=True)
class Made:
    """What was looked at and found of one tenant."""

    tenant_id: str
    accounts: int
    movements: int
    series: int
    going: int

    @property
    def summary(self) -> str:
        """One line for whoever looks at the run."""
        return f"{self.series} series on {self.accounts} accounts, {self.going} of them going on; {self.movements} movements"


@dataclass(frozen=True, slots=True)
class _OfAccount:
    customer_id: str
    currency: str
    movements: int
    found: list[Found]


def make(settings: Settings, *, last_day: date, clock: Clock) -> list[Made]:
    """Find what comes again as known at the end of `last_day`, of every tenant; again, it takes the place of what was there.

    A tenant of which a later day's findings are kept is left as it is.
    """
    made = []
    with (
        connect(settings.warehouse.dsn(ROLE), application=APPLICATION) as reading,
        connect(settings.warehouse.dsn(ROLE), application=APPLICATION) as writing,
    ):
        for tenant_id in repository.tenants(writing):
            known = repository.known_as_of(writing, tenant_id=tenant_id)
            if known is not None and known > last_day:
                continue
            past = datetime.fromtimestamp(end_ms(last_day) / 1000, UTC)
            with reading.transaction():
                rows = repository.movements(reading, tenant_id=tenant_id, start=past - timedelta(days=MOST_DAYS), past=past)
                accounts = list(_accounts(rows, as_of=last_day))
            made.append(_kept(writing, tenant_id, accounts, last_day=last_day, clock=clock))
    return made


def of_account(moved: Iterable[Moved], *, as_of: date) -> list[Found]:
    """Return what comes again among one account's movements.

    Categories are those of the account's history; where that has not come so far, by code and rule.
    """
    rows = list(moved)
    said = decide([_asked(row) for row in rows], model=None)
    movements = [
        Movement(
            row.transfer_id,
            row.account_id,
            row.day,
            row.delta_minor,
            row.currency,
            row.category or str(decision.category),
            row.counterparty,
            None,
        )
        for row, decision in zip(rows, said, strict=True)
    ]
    return find(movements, as_of=as_of)


def _accounts(rows: Iterable[Moved], *, as_of: date) -> Iterator[_OfAccount]:
    for _, group in groupby(rows, key=lambda row: row.account_id):
        moved = list(group)
        yield _OfAccount(moved[0].customer_id, moved[0].currency, len(moved), of_account(moved, as_of=as_of))


def _asked(row: Moved) -> Asked:
    kind = counterparty_kind(own_owner=row.customer_id, other_owner=row.other_customer, other_code=row.other_code)
    return Asked(
        purpose=row.purpose,
        # What nothing was decided of moved inside the bank.
        channel=row.channel or "internal",
        mcc=row.mcc,
        kind=CounterpartyKind(kind),
        received=row.delta_minor > 0,
        counterparty=row.counterparty,
        text="",
    )


def _kept(writing: Connection, tenant_id: str, accounts: list[_OfAccount], *, last_day: date, clock: Clock) -> Made:
    series = [each for account in accounts for each in account.found]
    found = Made(
        tenant_id=tenant_id,
        accounts=len(accounts),
        movements=sum(account.movements for account in accounts),
        series=len(series),
        going=sum(each.recurring.next_day is not None for each in series),
    )
    row = {
        "tenant_id": tenant_id, "as_of": last_day, "made_at": datetime.fromtimestamp(clock.now_ms() / 1000, UTC),
        "accounts": found.accounts, "movements": found.movements, "series": found.series,
    }  # fmt: skip
    repository.keep(writing, row, _rows(tenant_id, accounts))
    return found


def _rows(tenant_id: str, accounts: Iterable[_OfAccount]) -> Iterator[tuple[object, ...]]:
    for account in accounts:
        for each in account.found:
            said = each.recurring
            yield (
                tenant_id, said.series_id, account.customer_id, said.account_id, str(said.direction), said.category,
                said.counterparty, account.currency, str(said.period), said.first_day, said.last_day, said.count,
                said.amount_minor, said.next_day, said.earliest_day, said.latest_day, said.low_minor, said.high_minor,
                said.subscription,
            )  # fmt: skip
