"""Loading history: the same posting function in large batches, each row at its own time.

Rows carry `occurred_at_ms` and `booked_at_ms` of their day, so that balances and statements at past moments are right; give
them in time order. Loading again answers `duplicate` row by row, so that a load that was cut off goes on where it was.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from psycopg import Connection

from kit.clock import Clock
from ledger.postings import Outcome, PostingRequest, PostingResult
from ledger.repository import post_batch

LOAD_BATCH_ROWS = 1_000
MAX_KEPT_PROBLEMS = 20


@dataclass(slots=True)
class Loaded:
    """What a load did: rows by outcome, and the first rows that failed or differed."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    problems: list[PostingResult] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows were answered."""
        return self.outcomes.total()


def load(
    connection: Connection,
    requests: Iterable[PostingRequest],
    *,
    clock: Clock,
    batch_rows: int = LOAD_BATCH_ROWS,
    progress: Callable[[int], None] | None = None,
) -> Loaded:
    """Post `requests` in order, `batch_rows` a transaction; `progress` hears the number of rows so far after each."""
    loaded = Loaded()
    for batch in _batches(requests, batch_rows):
        results = post_batch(connection, batch, now_ms=clock.now_ms())
        loaded.outcomes.update(result.outcome for result in results)
        if len(loaded.problems) < MAX_KEPT_PROBLEMS:
            wrong = [result for result in results if result.outcome in (Outcome.FAILED, Outcome.CONFLICT)]
            loaded.problems += wrong[: MAX_KEPT_PROBLEMS - len(loaded.problems)]
        if progress is not None:
            progress(loaded.rows)
    return loaded


def _batches(requests: Iterable[PostingRequest], size: int) -> Iterator[list[PostingRequest]]:
    source = iter(requests)
    while batch := list(islice(source, size)):
        yield batch
