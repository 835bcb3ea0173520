"""What a trial of a scenario's values says: before and after, what comes and what goes. Pure.

A finding of one side is the same as one of the other where both are of one account and share a payment: other values move the
edges of a finding, and that is no news to whoever looks at it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import msgspec

from ledger.days import day_of
from pipelines.aml.scenarios.finding import Finding

MOST_SHOWN = 100


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One finding that comes or goes. Times are milliseconds since 1970 (UTC); `known` where a payment of it is known fraud."""

    finding_id: str
    account_id: str
    first_at: int
    last_at: int
    payments: int
    amount_minor: int
    known: bool


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """What one set of values tells of: findings, those with a known fraud in them, and how many known frauds they cover."""

    values: dict[str, int]
    findings: int
    known_findings: int
    caught: int
    amount_minor: int


class DayCount(msgspec.Struct, frozen=True, kw_only=True):
    """Findings that begin on a day (America/Sao_Paulo), before and after."""

    day: date
    before: int
    after: int


class TrialReport(msgspec.Struct, frozen=True, kw_only=True):
    """Two sets of values over one history. `gap` says what history lacks, where it cannot tell of this scenario at all.

    `come` and `go` have at most MOST_SHOWN of `come_count` and `go_count`, those with a known fraud first.
    """

    scenario: str
    from_ms: int
    until_ms: int
    payments: int
    accounts: int
    known: int
    gap: str | None
    before: Side
    after: Side
    stay_count: int
    come_count: int
    go_count: int
    come: list[Shown]
    go: list[Shown]
    days: list[DayCount]
    seconds: float


def side(values: Mapping[str, int], findings: Sequence[Finding], bad: frozenset[str]) -> Side:
    """Count what a set of values tells of."""
    caught = {each for finding in findings for each in finding.transactions if each in bad}
    return Side(
        values=dict(values),
        findings=len(findings),
        known_findings=sum(_is_known(finding, bad) for finding in findings),
        caught=len(caught),
        amount_minor=sum(finding.amount_minor for finding in findings),
    )


def apart(these: Iterable[Finding], others: Iterable[Finding]) -> list[Finding]:
    """Return those of `these` that share no payment of their account with any of `others`."""
    there = {(other.account_id, each) for other in others for each in other.transactions}
    return [one for one in these if not any((one.account_id, each) in there for each in one.transactions)]


def shown(findings: Iterable[Finding], bad: frozenset[str]) -> list[Shown]:
    """Return the first of some findings: those with a known fraud, then the largest."""
    ordered = sorted(findings, key=lambda each: (not _is_known(each, bad), -each.amount_minor, each.finding_id))
    return [
        Shown(
            finding_id=each.finding_id,
            account_id=each.account_id,
            first_at=each.first_at,
            last_at=each.last_at,
            payments=each.payments,
            amount_minor=each.amount_minor,
            known=_is_known(each, bad),
        )
        for each in ordered[:MOST_SHOWN]
    ]


def by_day(before: Iterable[Finding], after: Iterable[Finding], *, days: Sequence[date]) -> list[DayCount]:
    """Count findings by the day on which they begin; those that began before the first day are counted on it."""
    counts = [dict.fromkeys(days, 0), dict.fromkeys(days, 0)]
    for count, findings in zip(counts, (before, after), strict=True):
        for each in findings:
            count[min(max(day_of(each.first_at), days[0]), days[-1])] += 1
    return [DayCount(day=day, before=counts[0][day], after=counts[1][day]) for day in days]


def _is_known(finding: Finding, bad: frozenset[str]) -> bool:
    return any(each in bad for each in finding.transactions)
