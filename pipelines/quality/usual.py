"""What the days before a day were like, tenant by tenant: what a day is held to beside the contract. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import LiteralString

DAYS = 7
# Fewer rows of a week say nothing about what is usual.
ENOUGH_ROWS = 200
# A day may know of half as many rows what the days before knew. Of fifty that should, half is four deviations of chance away.
FALLEN_SILENT = 0.5
ENOUGH_EXPECTED = 50
MOST_TENANTS = 20


@dataclass(frozen=True, slots=True)
class TenantUsual:
    """One tenant's week: the currencies that it has paid in, and the least share of rows that should have each column."""

    tenant_id: str
    currencies: tuple[str, ...] = ()
    at_least_known: Mapping[LiteralString, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Usual:
    """Of the largest tenants; nothing is asked of one that was hardly there before."""

    tenants: tuple[TenantUsual, ...] = ()
    rows: int = 0
    """How many rows the day has in the warehouse."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted of a tenant: its rows of the days before and of the day itself, and of the former those with a value."""

    tenant_id: str
    rows_before: int
    rows: int
    currencies: Sequence[str]
    with_value: Mapping[LiteralString, int]


def usual_of(counted: Sequence[Counted]) -> Usual:
    """Return what the counts ask of the day."""
    largest = sorted((each for each in counted if each.rows_before >= ENOUGH_ROWS), key=lambda each: -each.rows_before)[
        :MOST_TENANTS
    ]
    return Usual(tuple(_tenant(each) for each in largest), rows=sum(each.rows for each in counted))


def _tenant(counted: Counted) -> TenantUsual:
    shares: dict[LiteralString, float] = {}
    for column, with_value in counted.with_value.items():
        share = with_value / counted.rows_before
        if share * counted.rows >= ENOUGH_EXPECTED:
            shares[column] = share * FALLEN_SILENT
    return TenantUsual(counted.tenant_id, tuple(sorted(counted.currencies)), shares)
