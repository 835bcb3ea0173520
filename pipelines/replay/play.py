"""Plays people's own history onto the inbound topic, for a tenant of its own."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID

import polars as pl

from contracts.topics import INBOUND_TRANSACTIONS, LABELS
from contracts.transactions import Channel
from kit.clock import Clock, SystemClock
from kit.ids import INBOUND_NAMESPACE, derived_id
from kit.kafka import topic_name
from kit.postgres import connect
from kit.process import Lifecycle
from kit.settings import Settings
from ledger.accounts import NewAccount, open_accounts, system_account
from pipelines.replay.errors import MappingInvalid
from pipelines.replay.frame import COLUMNS, transactions
from pipelines.replay.mapping import Mapping, load_mapping
from pipelines.replay.repository import register
from simulator.encode import json_object
from simulator.publish import Publisher, last_message

DAY_MS = 86_400_000
ROWS_A_STEP = 20_000
STATEMENT_TIMEOUT_MS = 120_000
UNKNOWN_OWNER = "unknown"

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay did. `already_there` are messages that an earlier, interrupted run had sent."""

    tenant_id: str
    events: int
    labels: int
    accounts: int
    already_there: int


def first_rows(path: Path, mapping: str, *, tenant: str | None = None, rows: int = 5) -> list[dict[str, Any]]:
    """Return the first transactions that a replay would send, without sending any. Raises MappingInvalid and RowInvalid."""
    rules = load_mapping(mapping)
    frame = transactions(path, rules, tenant_id=tenant or rules.tenant)
    return [{name: value for name, value in row.items() if value is not None} for row in frame.head(rows).to_dicts()]


def replay(
    settings: Settings,
    path: Path,
    mapping: str,
    *,
    tenant: str | None = None,
    rate_per_s: float | None = None,
    from_day: date | None = None,
    until_day: date | None = None,
    progress: Progress = lambda _line: None,
    clock: Clock | None = None,
    lifecycle: Lifecycle | None = None,
) -> Replayed:
    """Open the file's accounts, send its labels, then its transactions with event_time in [from_day, until_day) (UTC days).

    A label that comes before its time waits for it, so that later transactions see what was known then.

    Everything is checked before anything is sent. Interrupted and run again it goes on after the last message of this file
    that the topic holds. Raises MappingInvalid and RowInvalid, which name the key, or the row and column.
    """
    rules = load_mapping(mapping)
    tenant_id = tenant or rules.tenant
    frame = _between(transactions(path, rules, tenant_id=tenant_id), from_day, until_day)
    progress(f"{len(frame):,} transactions are in order")
    opened = _open_accounts(settings, rules, frame, tenant_id=tenant_id, now_ms=(clock or SystemClock()).now_ms())
    progress(f"{opened:,} accounts are open")
    topic = topic_name(settings.kafka, INBOUND_TRANSACTIONS)
    there = _already_sent(settings, topic, frame, key="transaction_id")
    rest = frame.slice(there).select(COLUMNS)
    labels = _send_labels(settings, rules, frame, tenant_id=tenant_id)
    with Publisher(settings.kafka, topic=topic, key=tenant_id, client="replay") as publisher:
        sent = _send(publisher, rest, rate_per_s=rate_per_s, progress=progress, lifecycle=lifecycle or Lifecycle())
    return Replayed(tenant_id=tenant_id, events=sent, labels=labels, accounts=opened, already_there=there)


def _between(frame: pl.DataFrame, from_day: date | None, until_day: date | None) -> pl.DataFrame:
    epoch = date(1970, 1, 1)
    if from_day is not None:
        frame = frame.filter(pl.col("event_time") >= (from_day - epoch).days * DAY_MS)
    if until_day is not None:
        frame = frame.filter(pl.col("event_time") < (until_day - epoch).days * DAY_MS)
    if frame.is_empty():
        raise MappingInvalid("no transaction of the file is in the period that was asked for")
    return frame


def _open_accounts(settings: Settings, rules: Mapping, frame: pl.DataFrame, *, tenant_id: str, now_ms: int) -> int:
    """Open the accounts without limits: a replayed history begins with balances that nobody knows."""
    if rules.accounts is None or not rules.accounts.open:
        return 0
    owners = frame.filter(pl.col("account_id").is_not_null()).unique("account_id", maintain_order=True)
    pairs = owners.select("account_id", pl.col("customer_id").fill_null(UNKNOWN_OWNER)).rows()
    system = [system_account(tenant_id=tenant_id, currency=rules.currency, code=f"settlement:{channel}") for channel in Channel]
    ours = [
        NewAccount(account_id=UUID(account), tenant_id=tenant_id, currency=rules.currency, owner_id=owner)
        for account, owner in pairs
    ]
    dsn = settings.core.dsn("api")
    with connect(dsn, application="replay", statement_timeout_ms=STATEMENT_TIMEOUT_MS) as connection:
        open_accounts(connection, [*system, *ours], now_ms=now_ms)
        register(
            connection,
            tenant_id=tenant_id,
            account_ids=[account for account, _ in pairs],
            customer_ids=[owner for _, owner in pairs],
            currency=rules.currency,
        )
    return len(ours)


def _already_sent(settings: Settings, topic: str, frame: pl.DataFrame, *, key: str) -> int:
    """Return how many of the frame's first rows the topic holds: rows are sent in order, so the newest tells."""
    position = {value: row for row, value in enumerate(frame[key])}
    newest = last_message(settings.kafka, topic=topic, wanted=lambda value: _value_of(value, key) in position)
    return 0 if newest is None else position[str(_value_of(newest, key))] + 1


def _value_of(message: bytes, key: str) -> object:
    try:
        return json.loads(message).get(key)
    except (ValueError, AttributeError):
        return None


def _send(
    publisher: Publisher, frame: pl.DataFrame, *, rate_per_s: float | None, progress: Progress, lifecycle: Lifecycle
) -> int:
    step = ROWS_A_STEP if rate_per_s is None else max(1, min(ROWS_A_STEP, int(rate_per_s / 10)))
    started, sent, told = monotonic(), 0, 0
    for part in frame.iter_slices(step):
        if not lifecycle.running:
            break
        publisher.send(part.select(json_object(part.columns, part.schema)).to_series())
        sent += len(part)
        if sent - told >= ROWS_A_STEP or sent == len(frame):
            told = sent
            progress(f"{sent:,} of {len(frame):,} transactions sent")
        if rate_per_s is not None:
            lifecycle.wait(max(0.0, sent / rate_per_s - (monotonic() - started)))
    return sent


def _send_labels(settings: Settings, rules: Mapping, frame: pl.DataFrame, *, tenant_id: str) -> int:
    """Send what was fraud, in the order in which it became known."""
    if rules.labels is None:
        return 0
    delay_ms = int(rules.labels.delay_days * DAY_MS)
    frauds = frame.filter(pl.col("fraud")).with_columns(known_at=pl.col("known_at") + delay_ms)
    frauds = frauds.sort("known_at", maintain_order=True)
    namespace = derived_id(INBOUND_NAMESPACE, "label", tenant_id)
    labels = frauds.select(
        pl.lit(1).alias("schema"),
        pl.Series("label_id", [str(derived_id(namespace, row)) for row in frauds["transaction_id"]], dtype=pl.String),
        pl.lit(tenant_id).alias("tenant_id"),
        "transaction_id",
        "fraud",
        pl.col("fraud_kind").alias("kind"),
        "known_at",
        pl.lit(rules.source).alias("source"),
    )
    if labels.is_empty():
        return 0
    topic = topic_name(settings.kafka, LABELS)
    rest = labels.slice(_already_sent(settings, topic, labels, key="label_id"))
    with Publisher(settings.kafka, topic=topic, key=tenant_id, client="replay-labels") as publisher:
        publisher.send(rest.select(json_object(rest.columns, rest.schema)).to_series())
    return len(rest)
