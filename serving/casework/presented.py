"""Cases as they are shown. Pure."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import orjson

from cases.casework.states import CaseState, acts
from cases.due.clocks import urgency
from serving.casework.schemas import Severity
from serving.edge.presented import money

Row = dict[str, Any]
_SHOWN = (
    "case_id", "subject_kind", "subject_id", "customer_id", "scheme", "state", "assignee", "opened_by", "opened_at",
    "operation_on", "selected_on", "due_on", "proposed_by", "proposed_at", "judged_by", "judged_at", "ended_at", "version",
    "alert_count", "decisions", "evidence_count", "totals",
)  # fmt: skip


def case(row: Row, *, today: date) -> Row:
    """Return a case without what it holds."""
    return {name: row[name] for name in _SHOWN} | {
        "severity": Severity.of(row["severity"]),
        "urgency": None if row["due_on"] is None else urgency(row["due_on"], today=today),
        "proposal": _proposal(row["proposal"]),
    }


def detail(
    row: Row,
    *,
    alerts: Sequence[Row],
    notes: Sequence[tuple[Row, Row | None]],
    evidence: Sequence[tuple[Row, Row | None]],
    today: date,
) -> Row:
    """Return a case with what it holds; of what was erased, that it was there."""
    return case(row, today=today) | {
        "alerts": [_alert(each) for each in alerts],
        "notes": [
            {name: note[name] for name in ("note_id", "kind", "author", "written_at")}
            | {"text": None if words is None else words["text"]}
            for note, words in notes
        ],
        "evidence": [
            {name: piece[name] for name in ("evidence_id", "sha256", "size_bytes", "added_by", "added_at")}
            | {name: None if told is None else told[name] for name in ("name", "media_type", "reference")}
            for piece, told in evidence
        ],
        "acts": acts(CaseState(row["state"])),
    }


def quiet(row: Row, reason: Row | None) -> Row:
    """Return who is quiet, until when and why."""
    shown = ("subject_kind", "subject_id", "scheme", "until_on", "case_id", "judged_by", "judged_at")
    return {name: row[name] for name in shown} | {"reason": None if reason is None else reason["text"]}


def trail_row(row: Row) -> Row:
    """Return a row of the trail with its hashes as text."""
    return {
        "position": row["position"],
        "at": datetime.fromtimestamp(row["at_ms"] / 1000, UTC),
        "actor": row["actor"],
        "act": row["act"],
        "detail": orjson.loads(row["detail"]),
        "previous": bytes(row["previous"]).hex(),
        "hash": bytes(row["hash"]).hex(),
    }


def _alert(row: Row) -> Row:
    shown = ("alert_id", "status", "decisions", "highest_probability", "first_event_time", "last_event_time")
    return {name: row[name] for name in shown} | {"total": money(row["total_amount_minor"], row["currency"])}


def _proposal(document: Row | None) -> Row | None:
    return None if document is None else {name: document[name] for name in ("outcome", "label", "quiet_until")}
