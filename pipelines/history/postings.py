"""Simulated events as postings: which two accounts, and the whole ledger event with its transaction and stored decision."""

import uuid
from collections.abc import Iterator

import polars as pl
import pyarrow as pa

from contracts.decisions import DecisionSource, Verdict
from kit.ids import INBOUND_NAMESPACE, derived_id
from ledger.accounts import system_account_id
from ledger.postings import Kind, PostingRequest
from pipelines.history.repository import SIMULATED_DOOR
from simulator.codes import CHANNELS
from simulator.encode import json_object
from simulator.text import uuid5_texts

POLICY = "simulated-1"
NO_FEATURES = "none"
DECISION_LIFETIME_MS = 60_000
OPENING_CODE = "opening"

_EVENT_NAMESPACE = derived_id(INBOUND_NAMESPACE, "simulated-event")


def settlement_codes() -> tuple[str, ...]:
    """Return the codes of the system accounts through which the channels' money comes and goes."""
    return tuple(f"settlement:{channel}" for channel in CHANNELS)


def posting_frame(events: pl.DataFrame, *, tenant_id: str, currency: str, own_accounts: pl.Series) -> pl.DataFrame:
    """Return for each event: id, debit and credit account, amount, times, and the parts of its ledger event as JSON."""
    settlement = {
        channel: str(system_account_id(tenant_id=tenant_id, currency=currency, code=f"settlement:{channel}"))
        for channel in CHANNELS
    }
    outside = pl.col("channel").replace_strict(settlement, return_dtype=pl.String)
    here = pl.col("payee_id").is_in(own_accounts.implode())
    credited = pl.col("direction") == "credit"
    event_ids = uuid5_texts(_EVENT_NAMESPACE, "", _plain_strings(events["transaction_id"]))
    frame = events.select(
        pl.col("transaction_id"),
        pl.col("event_time"),
        pl.col("known_at"),
        pl.col("amount_minor"),
        pl.when(credited).then(outside).otherwise(pl.col("account_id")).alias("debit"),
        pl.when(credited).then(pl.col("account_id")).when(here).then(pl.col("payee_id")).otherwise(outside).alias("credit"),
        json_object(events.columns, events.schema).alias("transaction"),
        _answer().alias("answer"),
    ).with_columns(pl.Series("event_id", pl.from_arrow(event_ids)))
    return frame.with_columns(_event_tail(tenant_id, currency).alias("event"))


def requests(frame: pl.DataFrame, *, tenant_id: str, currency: str) -> Iterator[PostingRequest]:
    """Yield the postings of a frame, in its order."""
    columns = ("transaction_id", "debit", "credit", "amount_minor", "event_time", "known_at", "event", "answer")
    for transfer, debit, credit, amount, occurred, known, event, answer in frame.select(columns).iter_rows():
        yield PostingRequest(
            kind=Kind.POST,
            transfer_id=uuid.UUID(transfer),
            tenant_id=tenant_id,
            occurred_at_ms=occurred,
            booked_at_ms=known,
            amount_minor=amount,
            currency=currency,
            debit_account_id=uuid.UUID(debit),
            credit_account_id=uuid.UUID(credit),
            door=SIMULATED_DOOR,
            answer=answer.encode(),
            event=event.encode(),
        )


def _answer() -> pl.Expr:
    """The stored decision: everything was allowed by a bank that had no model yet (contracts.decisions.Answer)."""
    return pl.concat_str(
        pl.lit(f'{{"verdict":"{Verdict.ALLOW}","source":"{DecisionSource.SIMULATED}","scored_at":'),
        pl.col("known_at").cast(pl.String),
        pl.lit(',"valid_until":'),
        (pl.col("known_at") + DECISION_LIFETIME_MS).cast(pl.String),
        pl.lit(f',"policy":"{POLICY}","feature_set":"{NO_FEATURES}"}}'),
    )


def _event_tail(tenant_id: str, currency: str) -> pl.Expr:
    """The ledger event after its status (`ledger.postings.PostingRequest.event`)."""
    return pl.concat_str(
        pl.lit('"schema":1,"event_id":"'),
        pl.col("event_id"),
        pl.lit(f'","tenant_id":"{tenant_id}","transfer_id":"'),
        pl.col("transaction_id"),
        pl.lit('","purpose":"transfer","occurred_at":'),
        pl.col("known_at").cast(pl.String),
        pl.lit(',"amount_minor":'),
        pl.col("amount_minor").cast(pl.String),
        pl.lit(f',"currency":"{currency}","debit_account_id":"'),
        pl.col("debit"),
        pl.lit('","credit_account_id":"'),
        pl.col("credit"),
        pl.lit(f'","door":"{SIMULATED_DOOR}","transaction":'),
        pl.col("transaction"),
        pl.lit(',"answer":'),
        pl.col("answer"),
        pl.lit("}"),
    )


def _plain_strings(column: pl.Series) -> pa.Array:
    return column.to_arrow().cast(pa.string())
