"""What a sink reads of each message: only the fields that it keeps, so that loading history is not spent on decoding.

The structs here mirror those of `contracts` without patterns and bounds, which cost more than the decoding itself. One thing
is promised about their text: no field holds a quote, a backslash or a control character, so that rows are written without
escaping. JSON can only spell those with a backslash, and the few messages that hold one are looked at twice. `Raw` fields are
outside that promise.

None of them can be part of a cycle, so that the garbage collector is told to leave them alone (`gc=False`), and lists are
tuples: looking through a batch of them again and again took as long as the decoding.
"""

from typing import Any

import msgspec
from confluent_kafka import Message

from contracts.topics import ALERTS, BANKING_TRANSACTIONS, DECISIONS, LABELS
from contracts.transactions import UNREADABLE

SINK_TOPICS = (DECISIONS, BANKING_TRANSACTIONS, LABELS, ALERTS)
MALFORMED = "malformed"
MAX_DURATION_DIGITS = 18


class KeptTransaction(msgspec.Struct, gc=False):
    """The fields of `contracts.transactions.Transaction` that are kept as columns."""

    transaction_id: str
    tenant_id: str
    event_time: int
    known_at: int
    channel: str
    direction: str
    amount_minor: int
    currency: str
    customer_id: str | None = None
    account_id: str | None = None
    card_id: str | None = None
    device_id: str | None = None
    ip: str | None = None
    payee_id: str | None = None
    merchant_id: str | None = None
    mcc: int | None = None
    country: str | None = None
    latitude_e5: int | None = None
    longitude_e5: int | None = None
    entry_mode: str | None = None
    balance_minor: int | None = None


class KeptAnswer(msgspec.Struct, gc=False):
    """The fields of `contracts.decisions.Answer` that are kept as columns."""

    verdict: str
    source: str
    scored_at: int
    policy: str
    feature_set: str
    model: str | None = None
    probability: float | None = None
    anomaly: float | None = None
    challenger: str | None = None
    challenger_probability: float | None = None
    challenger_verdict: str | None = None
    rules: tuple[str, ...] = ()
    shadow_rules: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    truncated: bool = False
    late: bool = False
    control_group: bool = False


class KeptDecision(msgspec.Struct, tag_field="record", tag="decision", gc=False):
    """A transaction, decided."""

    epoch: int
    n: int
    door: str
    transaction: KeptTransaction
    answer: KeptAnswer
    adopted: bool = False


class KeptOutcome(msgspec.Struct, tag_field="record", tag="outcome", gc=False):
    """What became of it."""

    epoch: int
    n: int
    tenant_id: str
    transaction_id: str
    event_id: str
    outcome: str
    occurred_at: int


class KeptOverride(msgspec.Struct, tag_field="record", tag="override", gc=False):
    """The answer that took the place of the first."""

    epoch: int
    n: int
    tenant_id: str
    transaction_id: str
    answer: KeptAnswer


class KeptControl(msgspec.Struct, tag_field="record", tag="control", gc=False):
    """A change of model, policy or profile; its body is kept as it is."""

    epoch: int
    n: int
    control: msgspec.Raw


class KeptStart(msgspec.Struct, tag_field="record", tag="start", gc=False):
    """A scorer's start."""

    epoch: int
    n: int


class KeptControlFacts(msgspec.Struct, gc=False):
    """What every control says about itself."""

    kind: str
    control_id: str
    known_at: int
    tenant_id: str | None = None


class KeptLedgerEvent(msgspec.Struct, gc=False):
    """A fact of the ledger, without the transaction and answer that may travel with it."""

    event_id: str
    tenant_id: str
    transfer_id: str
    status: str
    purpose: str
    occurred_at: int
    amount_minor: int
    currency: str
    debit_account_id: str | None = None
    credit_account_id: str | None = None
    door: str | None = None
    reason: str | None = None


class KeptLabel(msgspec.Struct, gc=False):
    """What later turned out."""

    label_id: str
    tenant_id: str
    transaction_id: str
    fraud: bool
    kind: str
    known_at: int
    source: str


class KeptLogLabel(msgspec.Struct, tag_field="record", tag="label", gc=False):
    """What turned out, at its place in the log."""

    epoch: int
    n: int
    label: KeptLabel


class KeptAlert(msgspec.Struct, gc=False):
    """A change of an alert; the features that stand out are kept as they are."""

    event_id: str
    tenant_id: str
    alert_id: str
    status: str
    change: str
    subject_kind: str
    subject_id: str
    transaction_id: str
    verdict: str
    amount_minor: int
    currency: str
    first_event_time: int
    last_event_time: int
    occurred_at: int
    decisions: int
    total_amount_minor: int
    probability: float | None = None
    reasons: tuple[str, ...] = ()
    stand_outs: msgspec.Raw = msgspec.Raw(b"[]")


KeptLogRecord = KeptDecision | KeptOutcome | KeptOverride | KeptControl | KeptStart | KeptLogLabel
Kept = KeptLogRecord | KeptLedgerEvent | KeptLabel | KeptAlert

_kept: dict[str, msgspec.json.Decoder[Any]] = {
    DECISIONS: msgspec.json.Decoder(KeptLogRecord),
    BANKING_TRANSACTIONS: msgspec.json.Decoder(KeptLedgerEvent),
    LABELS: msgspec.json.Decoder(KeptLabel),
    ALERTS: msgspec.json.Decoder(KeptAlert),
}
_control_facts = msgspec.json.Decoder(KeptControlFacts)


class Unreadable(ValueError):
    """A message that its topic's contract does not allow; the text says why."""


def decode(topic: str, payload: bytes | None) -> Kept:
    """Return what is kept of a message of `topic`. Raises Unreadable."""
    if payload is None:
        raise Unreadable("the message has no value")
    try:
        kept: Kept = _kept[topic].decode(payload)
    except UNREADABLE as problem:
        raise Unreadable(str(problem)) from problem
    if b"\\" in payload:
        _require_plain_text(kept)
    return kept


def control_facts(record: KeptControl) -> KeptControlFacts:
    """Return what a control says about itself. Raises Unreadable."""
    try:
        facts = _control_facts.decode(record.control)
    except UNREADABLE as problem:
        raise Unreadable(str(problem)) from problem
    _require_plain_text(facts)
    return facts


def duration_us(message: Message) -> int | None:
    """How long the decision took, from the header; None where the header is absent or is no number."""
    for name, value in message.headers() or ():
        if name == "duration_us" and value is not None and value.isdigit() and len(value) <= MAX_DURATION_DIGITS:
            return int(value)
    return None


def _require_plain_text(kept: msgspec.Struct) -> None:
    """Refuse text that the encoder has to escape: quotes, backslashes, control characters."""
    without_raw = [value for field in kept.__struct_fields__ if not isinstance(value := getattr(kept, field), msgspec.Raw)]
    if b"\\" in msgspec.json.encode(without_raw):
        raise Unreadable("a field holds a quote, a backslash or a control character")
