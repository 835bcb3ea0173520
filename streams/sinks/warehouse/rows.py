"""Messages as rows of PostgreSQL's COPY text format (documentation of COPY, "Text Format"). Pure.

Text fields hold no quote, backslash or control character (`streams.sinks.messages` promises it), so that none is escaped;
`Raw` JSON is. Times go as epoch milliseconds; `repository` turns them into timestamps.
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from streams.sinks.messages import (
    Kept,
    KeptAlert,
    KeptAnswer,
    KeptControl,
    KeptDecision,
    KeptLabel,
    KeptLedgerEvent,
    KeptLogLabel,
    KeptOutcome,
    KeptOverride,
    KeptStart,
    control_facts,
)

_NULL = "\\N"


def _or_null(value: object) -> object:
    return _NULL if value is None else value


def _array(values: Sequence[str]) -> str:
    return '{"' + '","'.join(values) + '"}' if values else "{}"


def _flag(value: bool) -> str:
    return "t" if value else "f"


def _json(value: msgspec.Raw) -> str:
    """JSON is copied as it is: escaped, and without the line breaks that only lay it out."""
    text = bytes(value).decode()
    return text.replace("\\", "\\\\").replace("\n", " ").replace("\r", " ").replace("\t", " ")


def _answer(answer: KeptAnswer) -> str:
    a = answer
    return (
        f"{a.verdict}\t{a.source}\t{_or_null(a.probability)}\t{_or_null(a.anomaly)}\t{_array(a.rules)}\t"
        f"{_array(a.shadow_rules)}\t{_array(a.reasons)}\t"
        f"{_or_null(a.model)}\t{a.policy}\t{a.feature_set}\t{_flag(a.truncated)}\t{_flag(a.late)}\t{_flag(a.control_group)}\t"
        f"{a.scored_at}\t{_or_null(a.challenger)}\t{_or_null(a.challenger_probability)}\t{_or_null(a.challenger_verdict)}"
    )


def _decision(kept: KeptDecision, offset: int, duration_us: int | None) -> tuple[str, str]:
    t = kept.transaction
    row = (
        f"{t.tenant_id}\t{t.transaction_id}\t{kept.epoch}\t{kept.n}\t{kept.door}\t{_flag(kept.adopted)}\t{t.event_time}\t"
        f"{t.known_at}\t{t.channel}\t{t.direction}\t{t.amount_minor}\t{t.currency}\t{_or_null(t.customer_id)}\t"
        f"{_or_null(t.account_id)}\t{_or_null(t.card_id)}\t{_or_null(t.device_id)}\t{_or_null(t.ip)}\t"
        f"{_or_null(t.payee_id)}\t{_or_null(t.merchant_id)}\t{_or_null(t.mcc)}\t{_or_null(t.country)}\t{_or_null(t.entry_mode)}\t"
        f"{_answer(kept.answer)}\t{_or_null(duration_us)}\t{offset}\n"
    )
    return "decisions", row


def _outcome(kept: KeptOutcome, offset: int, _duration_us: int | None) -> tuple[str, str]:
    k = kept
    row = f"{k.tenant_id}\t{k.transaction_id}\t{k.event_id}\t{k.outcome}\t{k.occurred_at}\t{k.epoch}\t{k.n}\t{offset}\n"
    return "outcomes", row


def _override(kept: KeptOverride, offset: int, _duration_us: int | None) -> tuple[str, str]:
    row = f"{kept.tenant_id}\t{kept.transaction_id}\t{kept.epoch}\t{kept.n}\t{_answer(kept.answer)}\t{offset}\n"
    return "overrides", row


def _control(kept: KeptControl, offset: int, _duration_us: int | None) -> tuple[str, str]:
    facts = control_facts(kept)
    row = (
        f"{_or_null(facts.tenant_id)}\t{facts.control_id}\t{facts.kind}\t{facts.known_at}\t{_json(kept.control)}\t"
        f"{kept.epoch}\t{kept.n}\t{offset}\n"
    )
    return "controls", row


def _ledger_event(kept: KeptLedgerEvent, offset: int, _duration_us: int | None) -> tuple[str, str]:
    k = kept
    row = (
        f"{k.tenant_id}\t{k.event_id}\t{k.transfer_id}\t{k.status}\t{k.purpose}\t{k.occurred_at}\t{k.amount_minor}\t"
        f"{k.currency}\t{_or_null(k.debit_account_id)}\t{_or_null(k.credit_account_id)}\t{_or_null(k.door)}\t"
        f"{_or_null(k.reason)}\t{offset}\n"
    )
    return "ledger_events", row


def _label(kept: KeptLabel, offset: int, _duration_us: int | None) -> tuple[str, str]:
    k = kept
    row = f"{k.tenant_id}\t{k.transaction_id}\t{k.label_id}\t{_flag(k.fraud)}\t{k.kind}\t{k.known_at}\t{k.source}\t{offset}\n"
    return "labels", row


def _alert(kept: KeptAlert, offset: int, _duration_us: int | None) -> tuple[str, str]:
    k = kept
    row = (
        f"{k.tenant_id}\t{k.event_id}\t{k.alert_id}\t{k.status}\t{k.change}\t{k.subject_kind}\t{k.subject_id}\t"
        f"{k.transaction_id}\t{k.verdict}\t{k.amount_minor}\t{k.currency}\t{k.first_event_time}\t{k.last_event_time}\t"
        f"{k.occurred_at}\t{k.decisions}\t{k.total_amount_minor}\t{_or_null(k.probability)}\t{_array(k.reasons)}\t"
        f"{_json(k.stand_outs)}\t{offset}\n"
    )
    return "alerts", row


_writers: dict[type, Callable[[Any, int, int | None], tuple[str, str]]] = {
    KeptDecision: _decision,
    KeptOutcome: _outcome,
    KeptOverride: _override,
    KeptControl: _control,
    KeptLedgerEvent: _ledger_event,
    KeptLabel: _label,
    KeptAlert: _alert,
}


def as_row(kept: Kept, *, offset: int, duration_us: int | None) -> tuple[str, str] | None:
    """Return (table of schema raw, its COPY line), or None for what only the lake keeps.

    Raises Unreadable for a control that does not say what it is.
    """
    if isinstance(kept, KeptStart | KeptLogLabel):
        return None
    return _writers[type(kept)](kept, offset, duration_us)
