"""Which alert a flagged decision belongs to. Pure.

The rule, applied to flagged decisions one after another in the order of their topic (a tenant is one partition):

1. The subject is the customer; without one the account; without one the payee; without one the transaction itself.
2. A decision that is already a member of an alert stays there.
3. It joins the unclosed alert (open or in review) of its subject and currency that it fits in: the event times of an alert's
   members, the new one included, all lie less than 24 hours apart. Of several it joins the one whose first event is the
   earliest, then the one with the smallest id. A late decision so joins the alert that it would have been part of.
4. Otherwise it opens an alert, whose id is derived from tenant, subject and the decision's transaction.

A decision never joins an alert that somebody has closed: new suspicion is not hidden behind an old verdict. Because of 2 a
replay of what is stored changes nothing; because the order is fixed, a replay into an empty database gives the same alerts,
as long as nobody has closed one in between.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from contracts.alerts import AlertStatus
from contracts.decisions import FlaggedDecision
from contracts.transactions import Transaction
from kit.ids import derived_id
from kit.money import MAX_AMOUNT_MINOR

WINDOW_MS = 24 * 3_600_000
_ALERTS = uuid.UUID("0d9d4c7e-52f4-5a53-9c5e-7d0a3b8c6f21")


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom an alert is about; amounts of two currencies are never added, so the currency is part of it."""

    kind: str
    id: str
    currency: str


@dataclass(frozen=True, slots=True)
class Group:
    """As much of an unclosed alert as the rule needs."""

    alert_id: str
    subject: Subject
    status: AlertStatus
    first_event_ms: int
    last_event_ms: int
    decisions: int
    total_amount_minor: int
    highest_probability: float | None

    def fits(self, transaction: Transaction) -> bool:
        """Whether the alert keeps its span under the window, and its total one that a message may carry, with this one."""
        event_ms = transaction.event_time
        span_ms = max(self.last_event_ms, event_ms) - min(self.first_event_ms, event_ms)
        return span_ms < WINDOW_MS and self.total_amount_minor + transaction.amount_minor <= MAX_AMOUNT_MINOR

    def grown_by(self, flagged: FlaggedDecision) -> "Group":
        """The alert with one more member."""
        known = [p for p in (self.highest_probability, flagged.answer.probability) if p is not None]
        return replace(
            self,
            first_event_ms=min(self.first_event_ms, flagged.transaction.event_time),
            last_event_ms=max(self.last_event_ms, flagged.transaction.event_time),
            decisions=self.decisions + 1,
            total_amount_minor=self.total_amount_minor + flagged.transaction.amount_minor,
            highest_probability=max(known, default=None),
        )


@dataclass(frozen=True, slots=True)
class Joining:
    """A flagged decision and the alert as it stands with it."""

    flagged: FlaggedDecision
    group: Group

    @property
    def opened(self) -> bool:
        """Whether this decision opened the alert."""
        return self.group.decisions == 1


def subject_of(transaction: Transaction) -> Subject:
    """Return whom the transaction is about, by rule 1."""
    for kind, value in (
        ("customer", transaction.customer_id),
        ("account", transaction.account_id),
        ("payee", transaction.payee_id),
    ):
        if value is not None:
            return Subject(kind, value, transaction.currency)
    return Subject("transaction", transaction.transaction_id, transaction.currency)


def group(flagged: Sequence[FlaggedDecision], *, unclosed: Iterable[Group], members: Iterable[str]) -> list[Joining]:
    """Return one joining for each decision of one tenant that is not a member yet, in order.

    `unclosed` holds the tenant's unclosed alerts of these subjects, at least those within a window of these event times;
    `members` those of the transaction ids that are members already.
    """
    seen = set(members)
    by_subject: dict[Subject, dict[str, Group]] = {}
    for each in unclosed:
        by_subject.setdefault(each.subject, {})[each.alert_id] = each
    joinings = []
    for decision in flagged:
        transaction = decision.transaction
        if transaction.transaction_id in seen:
            continue
        seen.add(transaction.transaction_id)
        subject = subject_of(transaction)
        groups = by_subject.setdefault(subject, {})
        fitting = [each for each in groups.values() if each.fits(transaction)]
        chosen = min(fitting, key=lambda each: (each.first_event_ms, each.alert_id), default=None)
        joined = chosen.grown_by(decision) if chosen else _opened_by(decision, subject)
        groups[joined.alert_id] = joined
        joinings.append(Joining(decision, joined))
    return joinings


def _opened_by(flagged: FlaggedDecision, subject: Subject) -> Group:
    transaction = flagged.transaction
    alert_id = derived_id(_ALERTS, transaction.tenant_id, subject.kind, subject.id, transaction.transaction_id)
    return Group(
        alert_id=str(alert_id),
        subject=subject,
        status=AlertStatus.OPEN,
        first_event_ms=transaction.event_time,
        last_event_ms=transaction.event_time,
        decisions=1,
        total_amount_minor=transaction.amount_minor,
        highest_probability=flagged.answer.probability,
    )
