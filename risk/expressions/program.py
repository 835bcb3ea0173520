"""Many checked expressions as one program over columns: parts that several of them share are worked out once.

Nothing is compiled to machine code when a rule changes; a program is arrays that one kernel (`risk.expressions.machine`) reads.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.expressions.assembler import Assembler
from risk.expressions.check import Checked
from risk.expressions.machine import run
from risk.expressions.schema import EVENT_FIELDS, SCORE_FIELDS, Source
from risk.expressions.terms import Membership

ALWAYS_MS = 0
FOREVER_MS = 2**62
MAX_BITS = 4_096


@dataclass(frozen=True, slots=True)
class Clause:
    """An expression that sets a bit, for events in [valid_from_ms, valid_until_ms). Versions of one rule may share a bit."""

    expression: Checked
    bit: int
    valid_from_ms: int = ALWAYS_MS
    valid_until_ms: int = FOREVER_MS


class Program:
    """Clauses compiled together, for one schema. Its scratch is its own: one thread at a time may ask it.

    `columns` are the features that it reads, `memberships` what it asks of lists: the columns of `members`, in this order.
    `words` is W, the number of 64-bit words that hold a row's bits. Raises ValueError for a bit outside [0, MAX_BITS).
    """

    def __init__(self, clauses: Sequence[Clause]) -> None:
        bits = [clause.bit for clause in clauses]
        if any(not 0 <= bit < MAX_BITS for bit in bits):
            raise ValueError(f"a rule's bit is at least 0 and below {MAX_BITS}")
        assembler = Assembler([clause.expression.term for clause in clauses])
        self.columns = frozenset(field.column for field in assembler.fields if field.source is Source.FEATURE)
        self.memberships: tuple[Membership, ...] = assembler.memberships
        self.words = max(bits, default=0) // 64 + 1
        self._width = 1 + max(self.columns, default=-1)
        self._arrays = assembler.arrays()
        rules = [
            (result, clause.bit, clause.valid_from_ms, clause.valid_until_ms)
            for result, clause in zip(assembler.results, clauses, strict=True)
        ]
        self._rules = np.array(rules, np.int64).reshape(-1, 4)
        self._registers, self._conditions = assembler.scratch()

    @property
    def operations(self) -> int:
        """How many different operations a tile of rows takes."""
        return len(self._arrays.code)

    def hits(
        self,
        *,
        event_time_ms: NDArray[np.int64],
        events: NDArray[np.int64],
        features: NDArray[np.float32],
        scores: NDArray[np.float64],
        members: NDArray[np.uint8],
    ) -> NDArray[np.uint64]:
        """Return uint64 (n, W): bit b % 64 of word b // 64 is set where a clause of bit b holds. Unknown does not.

        `events` (n, EVENT_FIELDS), `MISSING` where unknown and words by their position; `features` (n, F), NaN where unknown;
        `scores` (n, 2), probability and anomaly, NaN without a model; `members` (n, memberships), 1 where the row's id is in
        the list, 0 where not, 2 where the row has no such id. Keep to one memory layout for each: the kernel is compiled for
        another when it first comes. Raises ValueError for other shapes.
        """
        n = len(event_time_ms)
        wanted = ((n, len(EVENT_FIELDS)), (n, len(SCORE_FIELDS)), (n, len(self.memberships)))
        if (events.shape, scores.shape, members.shape) != wanted or len(features) != n or features.shape[1] < self._width:
            found = (events.shape, scores.shape, members.shape)
            raise ValueError(f"events, scores and members are {found}, not {wanted}, or features {features.shape} too narrow")
        hits = np.zeros((n, self.words), np.uint64)
        run(
            *self._arrays, self._rules, event_time_ms, events, features, scores, members, self._registers, self._conditions,
            hits,
        )  # fmt: skip
        return hits
