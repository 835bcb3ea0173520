"""Cases in every state of alerts that are there: some in time, some selected, decided or reported late."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from tests.dbt.small_bank import SmallBank

# When the first was selected; each next one a few days later.
_NOON = datetime(2026, 3, 10, 15, tzinfo=UTC)
_APART = timedelta(days=4)


def _sent(outcome_days: int, after: int) -> dict[str, object]:
    """A report that was sent some days after its decision; it was due on the next."""
    return {"state": "reported", "outcome": "report", "decided": outcome_days, "sent": outcome_days + after}


_CASES: tuple[tuple[list[str], int, int, dict[str, object]], ...] = (
    # Scenarios, severity, days since the operation, and how it stands: days from the selection on.
    (["structuring", "fan-in"], 1, 9, _sent(3, after=1)),
    (["structuring"], 2, 50, _sent(6, after=3)),
    (["fan-in"], 2, 12, {"state": "to_report", "outcome": "report", "decided": 21}),
    (["fan-in"], 3, 4, {"state": "closed", "outcome": "close", "decided": 60}),
    (["night-pix"], 4, 4, {"state": "closed", "outcome": "close", "decided": 12}),
    (["night-pix"], 4, 4, {"state": "proposed"}),
    (["night-pix"], 3, 7, {"state": "analysis"}),
    (["night-pix", "fan-in"], 2, 2, {"state": "open"}),
    (["structuring"], 1, 2, {"state": "analysis"}),
)


def fill_cases(bank: SmallBank, alerts: Sequence[uuid.UUID]) -> None:
    """Write a case for each of the first alerts; those after them are in none.

    What waits was selected so long ago that it is late on any day on which this runs.
    """
    assert len(alerts) > len(_CASES)
    for n, (alert_id, (scenarios, severity, days, stands)) in enumerate(zip(alerts, _CASES, strict=False)):
        selected_at = _NOON + n * _APART
        columns = _columns(selected_at, **stands)
        bank.case(
            alert_id, scenarios, scheme=scenarios[0], severity=severity, selected_on=selected_at.date(),
            operation_on=selected_at.date() - timedelta(days=days), opened_at=selected_at, **columns,
        )  # fmt: skip


def _columns(
    selected_at: datetime, *, state: str, outcome: str | None = None, decided: int | None = None, sent: int | None = None
) -> dict[str, object]:
    columns: dict[str, object] = {"state": state, "outcome": outcome}
    if decided is not None:
        judged_at = selected_at + timedelta(days=decided)
        columns |= {"judged_at": judged_at, "ended_at": judged_at if state == "closed" else None}
        if outcome == "report":
            columns |= {"report_due_on": judged_at.date() + timedelta(days=1), "freezes": 1, "frozen_at": selected_at}
    if sent is not None:
        columns |= {"report_sent_at": selected_at + timedelta(days=sent), "ended_at": selected_at + timedelta(days=sent)}
    return columns
