"""Compiles every kernel before the first event waits for one."""

from pathlib import Path

import msgspec

from contracts.decisions import Door
from contracts.labels import FraudKind, Label
from contracts.transactions import Channel, Direction, Transaction
from scoring.engine import Engine
from scoring.fold import rebuild
from scoring.labels import apply_labels

_ROWS = 40
_TENANT = "warm-up"


def warm_up(models: Path) -> None:
    """Label, decide, remember and fold a few made-up transactions in an engine that is then thrown away."""
    engine = Engine(models=models, memory_rows=1_000)
    messages = [msgspec.json.encode(_transaction(row)) for row in range(_ROWS)]
    told = apply_labels(engine, [msgspec.json.encode(_label())], keys=[_TENANT.encode()])
    records = [record for _, record in told.records]
    for door in (Door.INBOUND, Door.RPC):
        batch = engine.decide(messages, now_ms=_transaction(_ROWS).event_time, door=door)
        records += batch.encoded.records()
    engine.find_all([(_TENANT.encode(), messages[0][:36])])
    rebuild(Engine(models=models, memory_rows=1_000), [records], check=True)


def _label() -> Label:
    return Label(
        schema=1,
        label_id="00000000-0000-0000-0000-000000000000",
        tenant_id=_TENANT,
        transaction_id=_transaction(0).transaction_id,
        fraud=True,
        kind=FraudKind.UNSPECIFIED,
        known_at=_transaction(0).known_at,
        source=_TENANT,
    )


def _transaction(row: int) -> Transaction:
    event_time = 1_700_000_000_000 + row * 60_000
    return Transaction(
        schema=1,
        transaction_id=f"00000000-0000-0000-0000-{row:012d}",
        tenant_id=_TENANT,
        source="warm-up",
        external_id=f"w{row}",
        event_time=event_time,
        known_at=event_time,
        channel=Channel.PIX,
        direction=Direction.DEBIT,
        amount_minor=1_000 + row,
        currency="BRL",
        customer_id=f"c{row % 7}",
        account_id=f"a{row % 7}",
        device_id=f"d{row % 3}",
        payee_id=f"p{row % 5}",
    )
