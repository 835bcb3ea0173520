"""The words of what comes again: a movement as a history has it, and a payment or an income that repeats."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID


class Direction(StrEnum):
    """Whether money came or left."""

    IN = "in"
    OUT = "out"


class Period(StrEnum):
    """How often something comes again."""

    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"
    YEARLY = "yearly"


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement of an account, as a history has it; `delta_minor` is negative when money left.

    `counterparty` says who is on the other side by an id of any kind, and is empty where nobody knows.
    """

    transfer_id: UUID
    account_id: UUID
    booked_day: date
    delta_minor: int
    currency: str
    category: str
    counterparty: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Recurring:
    """A payment or an income that comes again.

    Amounts are positive; `amount_minor` is the last one, `low_minor` and `high_minor` (both included) hold the next one.
    `next_day` and the days around it, `earliest_day` and `latest_day` (both included), are None once it has ended.
    """

    series_id: str
    account_id: UUID
    direction: Direction
    category: str
    counterparty: str
    period: Period
    first_day: date
    last_day: date
    count: int
    amount_minor: int
    next_day: date | None
    earliest_day: date | None
    latest_day: date | None
    low_minor: int
    high_minor: int
    subscription: bool
