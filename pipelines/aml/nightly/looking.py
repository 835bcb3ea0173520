"""What scenarios find of a part of history, by the values that hold for each customer on each day, as it is recorded. Pure."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import polars as pl

from cases.findings import Found
from contracts.aml import MOST_PAYMENTS, Payment
from contracts.transactions import Channel
from ledger.days import day_of, end_ms, ends_month, last_ended, start_ms
from pipelines.aml.nightly.history import Part
from pipelines.aml.scenarios.finding import Finding
from pipelines.aml.scenarios.payments import History
from pipelines.aml.scenarios.run import DETECTORS
from risk.scenarios.catalogue import DAY_MS, SCENARIOS
from risk.scenarios.judging import SINGLE
from risk.scenarios.parameters import Version, in_force
from risk.scenarios.segments import Segment, segment_of
from risk.scenarios.triage import triage

JOB = "aml-night-1"
# It looks at a whole quarter: from one day to the next it would say the same with other edges. So it is asked at a month's end.
BY_MONTH = frozenset({"benford"})
QUARTER_MS = 90 * DAY_MS
Values = Mapping[str, int]
Owner = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class _Look:
    """History as a scenario is asked about some days. `whole`: whatever is found is told on the one day there is."""

    history: History
    days: Sequence[date]
    whole: bool = False

    def told_on(self, finding: Finding) -> date | None:
        """The day on which a finding is told; None where on none of these."""
        ends = self.days[0] if self.whole else day_of(finding.last_at)
        return ends if ends in self.days else None


def opens_from_day(begun_at: datetime | None, *, now_ms: int) -> date:
    """Return the first day whose findings open cases: the last that had ended when a bank's first night was.

    What a first night finds of the weeks before it waits for somebody: as cases they would come all at once.
    """
    return last_ended(now_ms if begun_at is None else round(begun_at.timestamp() * 1000))


def waiting(found: Found) -> Found:
    """Return a finding that opens no case by itself, whatever its scenario's value is."""
    return replace(found, triage=replace(found.triage, opens=False))


def looked(part: Part, *, versions: Sequence[Version], days: Sequence[date]) -> list[tuple[date, Found]]:
    """Return what a part's scenarios find, each on the day on which it ends, the earliest first.

    Values are those of that day, for the segment of whose account it is. What is about no account of the core is left out:
    nobody could look at it.
    """
    found: list[tuple[date, Found]] = []
    for scenario in part.scenarios:
        for look in _looks(scenario, part.history, days):
            for values in _distinct(scenario, versions, look.days):
                found += _found_with(scenario, look, values, versions=versions)
    return sorted(found, key=lambda pair: (pair[0], pair[1].payments[-1].at, pair[1].scenario, pair[1].account_id))


def _looks(scenario: str, history: History, days: Sequence[date]) -> list[_Look]:
    if scenario not in BY_MONTH:
        return [_Look(history, days)]
    return [
        _Look(
            History(history.payments.filter(pl.col("event_time") < end_ms(day)), history.accounts, start_ms(day) - QUARTER_MS),
            [day],
            whole=True,
        )
        for day in days
        if ends_month(day)
    ]


def _distinct(scenario: str, versions: Sequence[Version], days: Sequence[date]) -> list[Values]:
    held: list[Values] = []
    for day in days:
        for segment in (None, *Segment):
            values = in_force(versions, scenario=scenario, day=day, segment=segment)
            if values not in held:
                held.append(values)
    return held


def _found_with(scenario: str, look: _Look, values: Values, *, versions: Sequence[Version]) -> list[tuple[date, Found]]:
    """What is found with some values, of those accounts and days for which they hold."""
    findings = DETECTORS[scenario](look.history, values)
    owners = _owners(look.history, {each.account_id for each in findings})
    own = []
    for each in findings:
        day, owner = look.told_on(each), owners.get(each.account_id)
        if day is None or owner is None:
            continue
        segment = segment_of(None if owner["kind"] is None else str(owner["kind"]))
        if in_force(versions, scenario=scenario, day=day, segment=segment) == values:
            own.append((day, each))
    rows = _rows(look.history, {each for _, finding in own for each in finding.transactions})
    return [(day, _found(each, _payments(each, rows), owners[each.account_id], values)) for day, each in own]


def _owners(history: History, accounts: Iterable[str]) -> dict[str, Owner]:
    wanted = pl.Series([each for each in accounts if _is_uuid(each)], dtype=pl.String).implode()
    return {row["account_id"]: row for row in history.accounts.filter(pl.col("account_id").is_in(wanted)).iter_rows(named=True)}


def _found(finding: Finding, payments: Sequence[Payment], owner: Owner, values: Values) -> Found:
    return Found(
        scenario=finding.scenario,
        account_id=finding.account_id,
        customer_id=str(owner["customer_id"]),
        currency=str(owner["currency"]),
        payments=payments,
        measures={"payments_in_all": finding.payments, "in_all_minor": finding.amount_minor},
        parameters=values,
        job=JOB,
        is_single=finding.scenario in SINGLE,
        triage=triage(SCENARIOS[finding.scenario], values),
    )


def _rows(history: History, transactions: Iterable[str]) -> dict[tuple[str, str | None], Payment]:
    """By transaction and account, the payments that findings are made of; by transaction and None as whoever paid sees it."""
    wanted = pl.Series(sorted(transactions), dtype=pl.String).implode()
    made = history.moved.filter(pl.col("transaction_id").is_in(wanted))
    names = ("transaction_id", "at", "is_out", "is_first", "amount_minor", "other", "entry_mode", "place")
    found: dict[tuple[str, str | None], Payment] = {}
    for row in made.iter_rows(named=True):
        payment = Payment(channel=Channel(row["channel"]), **{name: row[name] for name in names})
        found[payment.transaction_id, row["account_id"]] = payment
        if payment.is_out:
            found[payment.transaction_id, None] = payment
    return found


def _payments(finding: Finding, rows: Mapping[tuple[str, str | None], Payment]) -> list[Payment]:
    """The finding's payments, oldest first: as its account sees them, else as whoever paid does."""
    found = [
        rows[each, finding.account_id] if (each, finding.account_id) in rows else rows[each, None]
        for each in finding.transactions[:MOST_PAYMENTS]
    ]
    return sorted(found, key=lambda each: (each.at, each.transaction_id))


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
