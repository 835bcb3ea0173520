"""Where in the decision log each tenant's days end: before the first decision that was known after midnight.

The clock is the highest known_at of the tenant's decisions so far, as for labels. What is before a day's end was known by then,
and nothing else is: a pass over the log a year later finds the same place.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from feature_store.profiles import day_of, days_between, end_ms


@dataclass(frozen=True, slots=True)
class DayEnd:
    """A tenant's `day` ends before record `row` of the batch; the newest thing known by then was so at `known_at_ms`."""

    row: int
    tenant_id: str
    day: date
    known_at_ms: int


class DayEnds:
    """Follows the log, batch by batch, and finds the ends of the days from `first` to `last` of every tenant."""

    def __init__(self, *, first: date, last: date) -> None:
        self._first, self._last = first, last
        self._clocks: dict[str, int] = {}
        self._next: dict[str, date] = {}

    def in_batch(self, batch: pl.DataFrame) -> list[DayEnd]:
        """Return the ends in a batch of the log's columns record, tenant_id and known_at_ms, in order."""
        decided = batch.with_row_index("row").filter(pl.col("record") == "decision")
        found: list[DayEnd] = []
        for (tenant_id,), part in decided.partition_by("tenant_id", as_dict=True, maintain_order=True).items():
            found += self._of_tenant(str(tenant_id), part["row"].to_list(), part["known_at_ms"].to_numpy())
        return sorted(found, key=lambda end: (end.row, end.tenant_id, end.day))

    def left(self) -> list[DayEnd]:
        """Return the ends that no decision was seen to come after, for the log's end."""
        return [
            DayEnd(0, tenant_id, day, self._clocks[tenant_id])
            for tenant_id, begins in sorted(self._next.items())
            for day in days_between(begins, self._last)
        ]

    def _of_tenant(
        self, tenant_id: str, rows: Sequence[int], known_at_ms: "np.ndarray[tuple[int], np.dtype[np.int64]]"
    ) -> Iterator[DayEnd]:
        before = self._clocks.get(tenant_id, int(known_at_ms[0]))
        clock = np.maximum.accumulate(np.maximum(known_at_ms, before))
        day = self._next.get(tenant_id) or max(self._first, day_of(before))
        while day <= self._last:
            place = int(np.searchsorted(clock, end_ms(day)))
            if place == len(rows):
                break
            yield DayEnd(rows[place], tenant_id, day, int(clock[place - 1]) if place else before)
            day += timedelta(1)
        self._next[tenant_id] = day
        self._clocks[tenant_id] = int(clock[-1])
