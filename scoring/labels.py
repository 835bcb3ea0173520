"""What turned out: labels are copied into the log, wait for their time, and then are known of their transactions' events.

A label is applied before the first event that its tenant knew at its `known_at` or later, and never earlier: no decision knows
what the bank could not know. One of a transaction that is not remembered then, or whose event came too late for the windows,
is counted and has no effect.
"""

from collections.abc import Sequence

import msgspec

from contracts.decisions import LabelRecord
from contracts.labels import Label
from contracts.transactions import UNREADABLE, Refusal, RefusedMessage
from feature_store.stream.waiting import Waiting
from scoring.engine import Engine
from scoring.facts import Written, bounded, word_for

LABELS_FULL = "labels-full"
_decoder = msgspec.json.Decoder(Label)
_encoder = msgspec.json.Encoder()


def apply_labels(engine: Engine, messages: Sequence[bytes], *, keys: Sequence[bytes | None]) -> Written:
    """Copy each label into the log and have it wait for its time. `keys` are the messages' keys: their tenants' ids.

    One that finds no place to wait is in the log all the same, and refused: it will have no effect.
    """
    written = Written([], [], [])
    for position, (message, key) in enumerate(zip(messages, keys, strict=True)):
        try:
            label = _decoder.decode(bounded(message))
            tenant = _tenant(engine, label, key)
        except (*UNREADABLE, RefusedMessage) as problem:
            written.refused.append((position, word_for(problem), str(problem)))
            continue
        record = LabelRecord(epoch=engine.epoch, n=engine.take_numbers(), label=label)
        written.records.append((label.tenant_id.encode(), _encoder.encode(record)))
        if not hold(engine, record, tenant=tenant):
            detail = f"{engine.labels.bound} labels of this tenant wait for their known_at already"
            written.refused.append((position, LABELS_FULL, detail))
    return written


def _tenant(engine: Engine, label: Label, key: bytes | None) -> int:
    name = label.tenant_id.encode()
    if key != name:
        raise RefusedMessage(Refusal.WRONG_TENANT, "the message's key is not its tenant_id")
    tenant = engine.tenants.number(name)
    if tenant < 0:
        raise RefusedMessage(Refusal.WRONG_TENANT, "this shard has no room for another tenant")
    return tenant


def hold(engine: Engine, record: LabelRecord, *, tenant: int) -> bool:
    """Have a label of the log wait for its time; False when too many of its tenant do."""
    label = record.label
    waiting = Waiting(label.known_at, record.n, label.transaction_id.encode(), label.fraud)
    held = engine.labels.add(tenant, waiting)
    engine.counters.labels += held
    engine.counters.labels_refused += not held
    return held
