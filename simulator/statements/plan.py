"""What statements to simulate, and the words for one line of them and one thing that comes again."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from contracts.categories import Category, CounterpartyKind
from contracts.ledger_events import Purpose
from contracts.transactions import Channel


@dataclass(frozen=True, slots=True)
class StatementPlan:
    """The `days` days up to and with `last_day`, of `households` of the simulated bank's `customers` people."""

    households: int
    days: int
    seed: int
    last_day: date
    customers: int = 2_000
    tenant_id: str = "demo"

    @property
    def first_day(self) -> date:
        """The first day."""
        return self.last_day - timedelta(days=self.days - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a statement; the last three are hidden. `series` is what comes again that the line belongs to."""

    line_id: UUID
    booked_day: date
    amount_minor: int
    purpose: Purpose
    channel: Channel
    counterparty_id: str | None
    counterparty_kind: CounterpartyKind
    mcc: int | None
    text: str
    category: Category
    payee: str
    series: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Something that truly comes again in a household. The next day is None once it has ended."""

    series_id: str
    kind: str
    category: Category
    received: bool
    period: str
    subscription: bool
    first_day: date
    last_day: date
    count: int
    next_day: date | None
    next_amount_minor: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a holder called a line, and when."""

    line_id: UUID
    category: Category
    marked_day: date
