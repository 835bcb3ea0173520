"""What one person proposes and another agrees to: the outcome, what it says of the transactions, for how long it is quiet."""

from dataclasses import dataclass
from datetime import date, timedelta

from cases.casework.states import Outcome
from contracts.labels import FraudKind
from kit.errors import DomainError

MAX_QUIET_DAYS = 365


class DecisionContradicts(DomainError):
    """Parts of the decision say different things."""

    code = "decision-contradicts"
    title = "The decision contradicts itself"
    remedy = "Change the part that the detail names: what is reported is not legitimate, and only what is closed is kept quiet."


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A decision. `label` None says nothing of the transactions; `decisions` is how many were flagged when it was made."""

    outcome: Outcome
    label: FraudKind | None
    quiet_until: date | None
    decisions: int

    def as_document(self) -> dict[str, object]:
        """Return it as it is kept."""
        return {
            "outcome": self.outcome.value,
            "label": None if self.label is None else self.label.value,
            "quiet_until": None if self.quiet_until is None else self.quiet_until.isoformat(),
            "decisions": self.decisions,
        }

    @classmethod
    def of(cls, document: dict[str, object]) -> "Proposal":
        """Return what was kept."""
        label, quiet_until = document["label"], document["quiet_until"]
        return cls(
            outcome=Outcome(str(document["outcome"])),
            label=None if label is None else FraudKind(str(label)),
            quiet_until=None if quiet_until is None else date.fromisoformat(str(quiet_until)),
            decisions=int(str(document["decisions"])),
        )


def check(proposal: Proposal, *, today: date) -> None:
    """Raise DecisionContradicts when its parts do not go together."""
    if proposal.outcome is Outcome.REPORT:
        if proposal.label is FraudKind.LEGITIMATE:
            raise DecisionContradicts("label: what is reported is not legitimate")
        if proposal.quiet_until is not None:
            raise DecisionContradicts("quiet_until: a subject that is reported does not stay quiet")
    if proposal.quiet_until is None:
        return
    if proposal.label not in (None, FraudKind.LEGITIMATE):
        raise DecisionContradicts("quiet_until: a subject of fraud does not stay quiet")
    if not today < proposal.quiet_until <= today + timedelta(days=MAX_QUIET_DAYS):
        raise DecisionContradicts(f"quiet_until: from tomorrow to {MAX_QUIET_DAYS} days from today")
