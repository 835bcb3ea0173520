"""A training set of the simulated bank, without a server: its days folded by the engine that serves, labels as they came."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from contracts.decisions import LabelRecord
from contracts.labels import FraudKind, Label
from feature_store.vocabulary import DAY_MS, LABEL_DELAY_MS
from pipelines.training.dataset import TrainingSet, channel_numbers, fold
from pipelines.training.labelled import LabelsAsScored
from simulator.bank import Bank, Plan
from simulator.tables import simulated_tables

MAX_LATENESS_MS = DAY_MS


def simulated_set(plan: Plan, folder: Path) -> TrainingSet:
    """Simulate and fold; the cutoff is the plan's end. The vectors lie in an unnamed file in `folder`."""
    events, told = history(plan)
    cutoff_ms = plan.until_ms
    records = list(_records(told))
    labelled = LabelsAsScored(events, records, np.zeros(len(events), np.int64))
    kept = events["event_time_ms"].to_numpy() < cutoff_ms - LABEL_DELAY_MS
    rows = fold(events, labelled, kept=kept, max_lateness_ms=MAX_LATENESS_MS, folder=folder)
    chosen = events.filter(pl.Series(kept))
    return TrainingSet(
        rows=rows,
        fraud=_known_frauds(chosen, told, cutoff_ms=cutoff_ms),
        event_time_ms=chosen["event_time_ms"].to_numpy(),
        channel=channel_numbers(chosen),
        amount_minor=chosen["amount_minor"].to_numpy(),
        reference={"topic": "simulated", "tenant_id": plan.tenant_id, "cutoff_ms": cutoff_ms, "rows": len(chosen)},
    )


def history(plan: Plan) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Events in the order of their arrival and labels in the order in which they are known, one log's `n` over both."""
    bank = Bank(plan)
    events, labels = [], []
    first_event = first_label = 0
    for day in bank.days():
        happened, said, _ = simulated_tables(bank.people, day, run=plan.run, first_event=first_event, first_label=first_label)
        events.append(pl.DataFrame(happened))
        labels.append(pl.DataFrame(said))
        first_event, first_label = first_event + len(happened), first_label + len(said)
    told = pl.concat(labels).sort("known_at", maintain_order=True)
    all_events = pl.concat(events).with_row_index("place")
    # A label comes into the log before the first event that is known later than it.
    latest = all_events["known_at"].cum_max().to_numpy()
    before = np.searchsorted(latest, told["known_at"].to_numpy(), side="right")
    label_n = before + np.arange(len(told))
    shift = np.searchsorted(before, np.arange(len(all_events)), side="right")
    frame = all_events.with_columns(
        pl.Series("n", np.arange(len(all_events)) + shift),
        pl.col("event_time").alias("event_time_ms"),
        pl.col("known_at").alias("known_at_ms"),
    ).drop("place", "event_time", "known_at")
    return frame, told.with_columns(pl.Series("n", label_n))


def _records(told: pl.DataFrame) -> Iterator[LabelRecord]:
    for row in told.iter_rows(named=True):
        label = Label(
            schema=1,
            label_id=row["label_id"],
            tenant_id=row["tenant_id"],
            transaction_id=row["transaction_id"],
            fraud=row["fraud"],
            kind=FraudKind(row["kind"]),
            known_at=row["known_at"],
            source=row["source"],
        )
        yield LabelRecord(epoch=0, n=row["n"], label=label)


def _known_frauds(chosen: pl.DataFrame, told: pl.DataFrame, *, cutoff_ms: int) -> NDArray[np.bool_]:
    newest = told.filter(pl.col("known_at") <= cutoff_ms).unique("transaction_id", keep="last", maintain_order=True)
    joined = chosen.join(newest.select("transaction_id", "fraud"), on="transaction_id", how="left", maintain_order="left")
    return joined["fraud"].fill_null(value=False).to_numpy()
