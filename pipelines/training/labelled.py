"""The labels that the scorer had when it decided, folded again: which came before each decision, and which of them counted.

They are those of the decision log, never those of the labels' topic: what the log got late, no decision could know.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from contracts.decisions import LabelRecord
from feature_store.stream.state import LATE, FeatureState
from feature_store.stream.waiting import Run, Waiting, WaitingLabels
from pipelines.lake import log_labels, log_places
from scoring.memory import generation_starts
from scoring.places import Places, judge

_TENANT = 0


class LabelsAsScored:
    """The labels of one tenant along a frame of its decisions in log order (n, transaction_id, known_at_ms and more).

    `generation` int64[rows] is which one of the scorer's memory each decision is in; a decision knows its own and the last.
    """

    def __init__(self, frame: pl.DataFrame, told: Sequence[LabelRecord], generation: NDArray[np.int64]) -> None:
        self._known_at_ms, self._generation = frame["known_at_ms"].to_numpy(), generation
        self._event_time_ms, self._amount_minor = frame["event_time_ms"].to_numpy(), frame["amount_minor"].to_numpy()
        self._tenants = np.full(len(frame), _TENANT, np.int32)
        self._waiting = WaitingLabels(1)
        self._told = [
            Waiting(record.label.known_at, record.n, record.label.transaction_id.encode(), record.label.fraud)
            for record in told
        ]
        # Before which row each label came.
        self._comes = np.searchsorted(frame["n"].to_numpy(), [label.n for label in self._told])
        self._next = 0
        wanted = pl.Series([record.label.transaction_id for record in told], dtype=pl.String).unique()
        labelled = frame.with_row_index("row").filter(pl.col("transaction_id").is_in(wanted.implode()))
        self._rows = labelled["row"].to_numpy().astype(np.int64)
        self._place_of = {found.encode(): place for place, found in enumerate(labelled["transaction_id"])}
        self._places = Places(len(labelled))

    def apply(self, state: FeatureState, start: int, stop: int) -> Iterator[tuple[int, int]]:
        """Bring the state to each run of rows [start, stop), once the run before it was applied; yield the run."""
        while start < stop:
            while self._next < len(self._told) and self._comes[self._next] <= start:
                self._waiting.add(_TENANT, self._told[self._next])
                self._next += 1
            until = stop if self._next == len(self._told) else min(stop, int(self._comes[self._next]))
            for run in self._waiting.runs(self._tenants[start:until], self._known_at_ms[start:until]):
                self._judge(state, run, start + run.start)
                yield start + run.start, start + run.stop
            start = until

    def _judge(self, state: FeatureState, run: Run, row: int) -> None:
        for label in run.due:
            place = self._place_of.get(label.transaction_id)
            if place is not None and self._generation[row] - self._generation[self._rows[place]] <= 1:
                judge(state, self._places, place, tenant=_TENANT, label=label)

    def applied(self, state: FeatureState, start: int, stop: int, flags: NDArray[np.uint8]) -> None:
        """Note where the events of a run went that some label is of."""
        first, last = np.searchsorted(self._rows, (start, stop)).tolist()
        rows = self._rows[first:last]
        if len(rows):
            self._places.put(
                slice(first, last),
                keys=state.keys(stop - start)[rows - start],
                event_time_ms=self._event_time_ms[rows],
                amount_minor=self._amount_minor[rows],
                late=(flags[rows - start] & LATE) != 0,
            )


def labels_as_scored(lake: Path, frame: pl.DataFrame, *, tenant_id: str) -> LabelsAsScored:
    """Return what the lake's log says of the labels of `frame`, the first decisions of a tenant in log order."""
    told = log_labels(lake, tenant_id=tenant_id)
    if not told:
        return LabelsAsScored(frame, [], np.zeros(len(frame), np.int64))
    decided, starts = log_places(lake, tenant_id=tenant_id)
    places = decided.to_numpy()[: len(frame)]
    begins = generation_starts(starts, int(places[-1]) + 1 if len(places) else 0)
    return LabelsAsScored(frame, told, np.searchsorted(begins, places, side="right"))
