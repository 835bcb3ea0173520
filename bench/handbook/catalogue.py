"""Our side's first stage: features of our own catalogue, from the fold that serves, with labels as late as the book has them.

The simulator's customers have one card each, and its terminals are payees, as in the mapping by which its files are replayed.
"""

import tempfile
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bench.handbook.history import History
from contracts.decisions import LabelRecord
from contracts.labels import FraudKind, Label
from feature_store.vocabulary import LABEL_DELAY_MS
from pipelines.training.dataset import fold
from pipelines.training.labelled import LabelsAsScored

NAMES = (
    "customer_amount_to_median_90d", "customer_amount_to_mean_90d", "customer_amount_z_score_90d", "customer_amount_to_max_30d",
    "customer_amount_to_max_90d", "customer_median_90d", "customer_mean_7d", "customer_max_7d", "payee_fraud_share_7d",
    "payee_fraud_share_30d",
)  # fmt: skip
TENANT = "handbook"
_SMALLEST_AMOUNT = 1  # the simulator has a few purchases of nothing, which are no transactions of ours


def features(history: History) -> dict[str, NDArray[np.float32]]:
    """Return float32[n] by name; a label counts from `LABEL_DELAY_MS` after its transaction on, never before."""
    frame = _frame(history)
    told = LabelsAsScored(frame, _labels(history), np.zeros(len(history), np.int64))
    with tempfile.TemporaryDirectory() as folder:
        rows = fold(
            frame, told, kept=np.ones(len(history), bool), max_lateness_ms=1, folder=Path(folder), names=NAMES
        )  # in order: nothing is late
        return {name: np.array(rows[:, column]) for column, name in enumerate(NAMES)}


def _frame(history: History) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "n": np.arange(len(history)),
            "tenant_id": pl.repeat(TENANT, len(history), eager=True),
            "transaction_id": _ids(history.transaction_id),
            "event_time_ms": history.time_ms,
            "known_at_ms": history.time_ms,
            "amount_minor": np.maximum(history.amount_cents, _SMALLEST_AMOUNT),
            "channel": pl.repeat("card", len(history), eager=True),
            "direction": pl.repeat("debit", len(history), eager=True),
            "customer_id": "c" + pl.Series(history.customer).cast(pl.String),
            "payee_id": "t" + pl.Series(history.terminal).cast(pl.String),
        }
    )


def _ids(numbers: NDArray[np.int64]) -> pl.Series:
    return pl.Series(numbers).cast(pl.String).str.zfill(36)


def _labels(history: History) -> list[LabelRecord]:
    """Each fraud's label comes with the fraud and falls due a week later; what has none counts as good by then."""
    rows = np.flatnonzero(history.fraud)
    return [
        LabelRecord(
            epoch=0,
            n=row,
            label=Label(
                schema=1, label_id=spelt, tenant_id=TENANT, transaction_id=spelt, fraud=True, kind=FraudKind.UNSPECIFIED,
                known_at=known_at_ms, source=TENANT,
            ),
        )
        for row, spelt, known_at_ms in zip(
            rows.tolist(), _ids(history.transaction_id[rows]), (history.time_ms[rows] + LABEL_DELAY_MS).tolist(), strict=True
        )
    ]  # fmt: skip
