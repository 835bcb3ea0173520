"""The engine: a batch of messages in, decisions and their log records out. State is a fold of the log and of nothing else.

Pure but for reading model exports: no Kafka, no HTTP, no clock. A batch is decided as the serial execution of its rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from contracts.controls import Control, ProfileControl
from contracts.decisions import Answer, Door, StandOut
from contracts.transactions import Refusal, RefusedMessage
from risk.policy import ALLOW
from scoring import answers as columns
from scoring.encoder import Encoded, encode_decisions
from scoring.features import Features
from scoring.fields import TEXT_COLUMNS
from scoring.flags import encode_flagged
from scoring.judge import Judge
from scoring.lexicon import Lexicon
from scoring.memory import ALTERED, DEFAULT_ROWS, NEW, DecisionMemory, Meeting, hash_pairs
from scoring.scanner import Scan, scan_transactions
from scoring.tenants import Tenants

MAX_BATCH = 4_096
_TRANSACTION = TEXT_COLUMNS["transaction_id"]


@dataclass(slots=True)
class Batch:
    """What came of a batch. Row r of `encoded` is input `origin[r]`; `tenants[r]` is its tenant, the record's key.

    `flagged` pairs a row of `encoded` with its message for `risk.flagged.v1`. `refused` and `duplicates` name inputs.
    """

    encoded: Encoded
    first_n: int
    origin: list[int]
    tenants: list[bytes]
    verdicts: NDArray[np.int64]
    flagged: list[tuple[int, bytes]]
    refused: list[tuple[int, RefusedMessage]]
    duplicates: list[tuple[int, Answer]]
    slow: int


@dataclass(slots=True)
class Scored:
    """A run of new inputs with the engine's own answers. `x` float32[n, F] are the features, `outside` those that stand out."""

    answers: NDArray[np.int64]
    x: NDArray[np.float32]
    outside: dict[int, list[int]]


@dataclass
class Counters:
    """What a process shows about its engine."""

    decided: int = 0
    duplicates: int = 0
    altered: int = 0
    refused: int = 0
    adopted: int = 0
    overridden: int = 0
    outcomes: int = 0
    outcomes_unknown: int = 0
    late: int = 0
    slow_rows: int = 0
    verdicts: list[int] = field(default_factory=lambda: [0, 0, 0, 0])


class Engine:
    """One shard's state and the way to move it on. Not safe for threads: the process holds a lock around it."""

    def __init__(self, *, models: Path, memory_rows: int = DEFAULT_ROWS, max_lateness_ms: int = 24 * 3_600_000) -> None:
        self.epoch = 0
        self.next_n = 0
        self.counters = Counters()
        self.lexicon = Lexicon()
        self.tenants = Tenants()
        self.memory = DecisionMemory(memory_rows)
        self.features = Features(max_lateness_ms=max_lateness_ms)
        self.judge = Judge(models=models, lexicon=self.lexicon, tenants=self.tenants)
        self.controls_seen: set[str] = set()

    # -- deciding ----------------------------------------------------------------------------------------------------------

    def decide(self, messages: Sequence[bytes], *, now_ms: int, door: Door, keys: Sequence[bytes | None] = ()) -> Batch:
        """Decide what is new, in order. `keys`, when given, are the messages' keys and must be their tenants' ids."""
        scan = scan_transactions(messages)
        tenants = self.tenants.of(scan)
        refused = scan.refused
        scan, tenants = self._refuse_tenants(scan, tenants, keys, refused)
        meeting = self.meet(scan, tenants)
        duplicates = []
        for row in np.flatnonzero(meeting.status != NEW).tolist():
            origin = int(scan.origin[row])
            if meeting.status[row] == ALTERED:
                detail = "another intent was decided under this transaction_id"
                refused.append((origin, RefusedMessage(Refusal.ALTERED_DUPLICATE, detail)))
            else:
                duplicates.append((origin, bool(meeting.old[row]), int(meeting.rows[row])))
        new = scan
        if (meeting.status != NEW).any():
            rows = np.flatnonzero(meeting.status == NEW)
            new, tenants, meeting = scan.take(rows), tenants[rows], _only(meeting, rows)
        batch = self._decide_new(new, tenants, meeting, now_ms=now_ms, door=door)
        batch.refused = refused
        batch.slow = scan.slow
        batch.duplicates = [
            (origin, columns.unpack(self.memory.answer(old=old, row=row), self.lexicon)) for origin, old, row in duplicates
        ]
        altered = sum(refusal.refusal is Refusal.ALTERED_DUPLICATE for _, refusal in refused)
        counters = self.counters
        counters.duplicates += len(duplicates)
        counters.altered += altered
        counters.refused += len(refused) - altered
        counters.slow_rows += scan.slow
        return batch

    def _refuse_tenants(
        self,
        scan: Scan,
        tenants: NDArray[np.int32],
        keys: Sequence[bytes | None],
        refused: list[tuple[int, RefusedMessage]],
    ) -> tuple[Scan, NDArray[np.int32]]:
        """Refuse what another tenant's key brought, and tenants past the bound."""
        wrong = dict.fromkeys(np.flatnonzero(tenants < 0).tolist(), "this shard has no room for another tenant")
        if keys:
            names = self.tenants.names
            for row, (origin, tenant) in enumerate(zip(scan.origin.tolist(), tenants.tolist(), strict=True)):
                if keys[origin] is not None and (tenant < 0 or keys[origin] != names[tenant]):
                    wrong.setdefault(row, "the message's key is another tenant's than its tenant_id")
        if not wrong:
            return scan, tenants
        refused += [(int(scan.origin[row]), RefusedMessage(Refusal.WRONG_TENANT, detail)) for row, detail in wrong.items()]
        rows = np.delete(np.arange(scan.n), list(wrong))
        return scan.take(rows), tenants[rows]

    def meet(self, scan: Scan, tenants: NDArray[np.int32]) -> Meeting:
        """Look up each input and remember what is new; the answers of new rows must follow."""
        return self.memory.meet(
            hashes=scan.hashes[:, 1],
            contents=scan.hashes[:, 0],
            tenants=tenants,
            buffer=scan.buffer,
            starts=scan.spans[:, _TRANSACTION, 0].astype(np.int64),
        )

    def _decide_new(self, scan: Scan, tenants: NDArray[np.int32], meeting: Meeting, *, now_ms: int, door: Door) -> Batch:
        scored = self.score(scan, tenants, scored_at_ms=np.full(scan.n, now_ms, np.int64))
        answers = scored.answers
        answers[:, columns.EPOCH] = self.epoch
        answers[:, columns.N] = self.next_n + np.arange(scan.n)
        self.memory.remember(meeting.rows, answers)
        encoded = encode_decisions(
            buffer=scan.buffer,
            bounds=scan.bounds,
            answers=answers,
            epoch=self.epoch,
            first_n=self.next_n,
            door=door,
            adopted=np.zeros(scan.n, np.bool_),
            lexicon=self.lexicon,
        )
        first_n = self.next_n
        self.next_n += scan.n
        self._count(answers)
        names = self.tenants.names
        return Batch(
            encoded=encoded,
            first_n=first_n,
            origin=scan.origin.tolist(),
            tenants=[names[number] for number in tenants.tolist()],
            verdicts=answers[:, columns.VERDICT],
            flagged=self.flag(scan, scored, encoded, first_n=first_n),
            refused=[],
            duplicates=[],
            slow=0,
        )

    def flag(self, scan: Scan, scored: Scored, encoded: Encoded, *, first_n: int) -> list[tuple[int, bytes]]:
        """Return (row, message for `risk.flagged.v1`) of whatever is not allowed."""
        return [
            (
                row,
                encode_flagged(
                    epoch=self.epoch,
                    n=first_n + row,
                    transaction=scan.buffer[scan.bounds[row, 0] : scan.bounds[row, 1]].tobytes(),
                    answer=self._answer_text(scored.answers[row], encoded, row),
                    stand_outs=self._stand_outs(scored, row),
                ),
            )
            for row in np.flatnonzero(scored.answers[:, columns.VERDICT] != ALLOW).tolist()
        ]

    def _stand_outs(self, scored: Scored, row: int) -> list[StandOut]:
        explainer, outside = self.judge.explainer, scored.outside.get(row)
        if outside is None:  # adopted: somebody else did not allow it
            outside = explainer.furthest(scored.x[row : row + 1])[0]
        return explainer.stand_outs(scored.x[row], outside)

    def _answer_text(self, answer: NDArray[np.int64], encoded: Encoded, row: int) -> bytes:
        if answer[columns.FLAGS] & columns.INEXACT:
            return msgspec.json.encode(columns.unpack(answer, self.lexicon))
        return encoded.answer(row)

    def _count(self, answers: NDArray[np.int64]) -> None:
        self.counters.decided += len(answers)
        for verdict, count in enumerate(np.bincount(answers[:, columns.VERDICT], minlength=4).tolist()):
            self.counters.verdicts[verdict] += count
        self.counters.late += int(np.count_nonzero(answers[:, columns.FLAGS] & columns.LATE))

    def find_all(self, pairs: Sequence[tuple[bytes, bytes]]) -> Meeting:
        """Look up (tenant id, transaction id) pairs: DUPLICATE where decided, with its place, else NEW."""
        buffer, starts, hashes = hash_pairs(pairs)
        known = self.tenants.known
        tenants = np.fromiter((known.get(tenant, -1) for tenant, _ in pairs), np.int32, len(pairs))
        return self.memory.find(hashes=hashes, tenants=tenants, buffer=buffer, starts=starts)

    def take_numbers(self, count: int = 1) -> int:
        """Return the first of `count` consecutive numbers of the log."""
        first = self.next_n
        self.next_n += count
        return first

    # -- scoring -----------------------------------------------------------------------------------------------------------

    def score(self, scan: Scan, tenants: NDArray[np.int32], *, scored_at_ms: NDArray[np.int64]) -> Scored:
        """Apply new inputs to the features and answer each; the answers carry no sequence yet."""
        x, flags = self.features.apply(scan, tenants)
        answers, outside = self.judge.answer(scan, tenants, x=x, flags=flags, scored_at_ms=scored_at_ms)
        return Scored(answers, x, outside)

    # -- controls ----------------------------------------------------------------------------------------------------------

    def apply_control(self, control: Control) -> None:
        """Change how the next batch is decided. Raises BadExport or ValueError, and then nothing has changed."""
        if isinstance(control, ProfileControl):
            self.features.apply_profile(control)
        else:
            self.judge.apply(control)
        self.controls_seen.add(control.control_id)

    @property
    def obstacle(self) -> str | None:
        """Why decisions before money moves should not be asked for yet, or None."""
        return None if self.judge.models.champion else "no champion: rules only"


def _only(meeting: Meeting, rows: NDArray[np.int64]) -> Meeting:
    return Meeting(meeting.status[rows], meeting.old[rows], meeting.rows[rows])
