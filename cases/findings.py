"""Which finding a judged candidate is, or grows, and which alert it belongs to. Pure.

1. A finding is an account in a scenario. What is found touches a finding of theirs where the spans of their payments meet: then
   it grows that one (of several the earliest), unless the scenario is one of single payments, where each payment is a finding.
2. Payments that a finding has already change nothing: a replay is no growth.
3. A finding joins the unclosed scenario alert of its subject (customer, else account) and currency, while all of the alert's
   findings lie within `SPAN_MS`; else it opens one. A finding that grows after its alert was closed goes to another one.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from cases.grouping import Subject
from contracts.alerts import AlertStatus
from contracts.aml import Payment
from kit.ids import derived_id
from kit.money import MAX_AMOUNT_MINOR

SPAN_MS = 90 * 24 * 3_600_000
_FINDINGS = uuid.UUID("a3b0f4de-7c11-5d0e-9a5b-2b8d2c5f9c31")
_SCENARIO_ALERTS = uuid.UUID("c7e2b6a1-0f3d-5b7c-8e64-6a1f0d9b4e52")


@dataclass(frozen=True, slots=True)
class Triage:
    """What a finding's alert comes to before anybody looks: whether it opens a case by itself.

    `scheme` and `rank` (1: presses most, to 4) are a case's.
    """

    scheme: str
    rank: int
    opens: bool


LEFT_TO_PEOPLE = Triage("unusual", 4, opens=False)


@dataclass(frozen=True, slots=True)
class Found:
    """A judged candidate: payments oldest first, the numbers that its rule compared, and what they were compared with."""

    scenario: str
    account_id: str
    customer_id: str | None
    currency: str
    payments: Sequence[Payment]
    measures: Mapping[str, int]
    parameters: Mapping[str, int]
    job: str
    is_single: bool
    triage: Triage = LEFT_TO_PEOPLE

    @property
    def subject(self) -> Subject:
        """Whom it is about."""
        if self.customer_id is not None:
            return Subject("customer", self.customer_id, self.currency)
        return Subject("account", self.account_id, self.currency)


@dataclass(frozen=True, slots=True)
class HeldFinding:
    """A finding as it is stored. `has` are those of the payments at hand that it has already."""

    finding_id: str
    scenario: str
    account_id: str
    customer_id: str | None
    alert_id: str
    currency: str
    first_ms: int
    last_ms: int
    payments: int
    amount_minor: int
    growth: int
    has: Collection[str]


@dataclass(frozen=True, slots=True)
class HeldAlert:
    """An unclosed alert of a subject's findings."""

    alert_id: str
    subject: Subject
    status: AlertStatus
    first_ms: int
    last_ms: int
    findings: int
    total_amount_minor: int
    scenarios: Sequence[str]

    def fits(self, *, first_ms: int, last_ms: int, amount_minor: int) -> bool:
        """Whether it keeps its span, and its total one that a message may carry, with such a finding."""
        span_ms = max(self.last_ms, last_ms) - min(self.first_ms, first_ms)
        return span_ms < SPAN_MS and self.total_amount_minor + amount_minor <= MAX_AMOUNT_MINOR


@dataclass(frozen=True, slots=True)
class Grown:
    """A finding as it stands with what was found, the payments that are new to it, and its alert as it stands with it."""

    found: Found
    finding: HeldFinding
    new: Sequence[Payment]
    alert: HeldAlert
    opened: bool


def finding_id(tenant_id: str, found: Found) -> str:
    """Return the id that a finding has for as long as its first payment is the first."""
    return str(derived_id(_FINDINGS, tenant_id, found.scenario, found.account_id, found.payments[0].transaction_id))


def join(
    tenant_id: str, found: Sequence[Found], *, findings: Iterable[HeldFinding], alerts: Iterable[HeldAlert]
) -> list[Grown]:
    """Return what changes, in order. `findings` and `alerts` are those that any of `found` may touch or join."""
    held = {each.finding_id: each for each in findings}
    unclosed = {each.alert_id: each for each in alerts}
    changes = []
    for each in found:
        own = [one for one in held.values() if one.scenario == each.scenario and one.account_id == each.account_id]
        if any(all(payment.transaction_id in one.has for payment in each.payments) for one in own):
            continue
        before = _touched(tenant_id, each, own)
        new = [payment for payment in each.payments if before is None or payment.transaction_id not in before.has]
        finding = _grown(tenant_id, each, before, new)
        change = _placed(tenant_id, each, before, finding, new, unclosed)
        held[finding.finding_id] = change.finding
        unclosed[change.alert.alert_id] = change.alert
        changes.append(change)
    return changes


def _touched(tenant_id: str, found: Found, own: Sequence[HeldFinding]) -> HeldFinding | None:
    if found.is_single:
        return next((each for each in own if each.finding_id == finding_id(tenant_id, found)), None)
    first_ms, last_ms = found.payments[0].at, found.payments[-1].at
    near = [each for each in own if each.first_ms <= last_ms and each.last_ms >= first_ms and _bounded(each, found)]
    return min(near, key=lambda each: (each.first_ms, each.finding_id), default=None)


def _bounded(held: HeldFinding, found: Found) -> bool:
    return max(held.last_ms, found.payments[-1].at) - min(held.first_ms, found.payments[0].at) < SPAN_MS


def _grown(tenant_id: str, found: Found, before: HeldFinding | None, new: Sequence[Payment]) -> HeldFinding:
    amount = sum(each.amount_minor for each in new)
    ids = frozenset(each.transaction_id for each in new)
    first_ms, last_ms = found.payments[0].at, found.payments[-1].at
    if before is None:
        return HeldFinding(
            finding_id(tenant_id, found), found.scenario, found.account_id, found.customer_id, "", found.currency,
            first_ms, last_ms, len(new), amount, 1, ids,
        )  # fmt: skip
    return replace(
        before,
        customer_id=before.customer_id or found.customer_id,
        first_ms=min(before.first_ms, first_ms),
        last_ms=max(before.last_ms, last_ms),
        payments=before.payments + len(new),
        amount_minor=min(before.amount_minor + amount, MAX_AMOUNT_MINOR),
        growth=before.growth + 1,
        has=ids.union(before.has),
    )


def _placed(
    tenant_id: str,
    found: Found,
    before: HeldFinding | None,
    finding: HeldFinding,
    new: Sequence[Payment],
    unclosed: Mapping[str, HeldAlert],
) -> Grown:
    """Put a finding into its alert. An alert that has it already grows by what is new of it."""
    own = unclosed.get(before.alert_id) if before is not None else None
    is_in = own is not None
    amount = sum(each.amount_minor for each in new) if is_in else finding.amount_minor
    span = {"first_ms": finding.first_ms, "last_ms": finding.last_ms, "amount_minor": amount}
    if own is None:
        fitting = [each for each in unclosed.values() if each.subject == found.subject and each.fits(**span)]
        own = min(fitting, key=lambda each: (each.first_ms, each.alert_id), default=None)
    if own is None:
        parts = (tenant_id, found.subject.kind, found.subject.id, finding.finding_id, str(finding.growth))
        alert = HeldAlert(
            str(derived_id(_SCENARIO_ALERTS, *parts)), found.subject, AlertStatus.OPEN, finding.first_ms, finding.last_ms,
            1, amount, (found.scenario,),
        )  # fmt: skip
        return Grown(found, replace(finding, alert_id=alert.alert_id), new, alert, opened=True)
    alert = replace(
        own,
        first_ms=min(own.first_ms, finding.first_ms),
        last_ms=max(own.last_ms, finding.last_ms),
        findings=own.findings + (0 if is_in else 1),
        total_amount_minor=min(own.total_amount_minor + amount, MAX_AMOUNT_MINOR),
        scenarios=tuple(sorted({*own.scenarios, found.scenario})),
    )
    return Grown(found, replace(finding, alert_id=alert.alert_id), new, alert, opened=False)
