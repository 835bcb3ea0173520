"""State from the log: folding it rebuilds an engine, and proves that every decision follows from what came before it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from contracts.decisions import ControlRecord, DecisionSource, OutcomeRecord
from contracts.outcomes import Outcome
from kit.errors import DomainError
from scoring import answers as columns
from scoring.engine import Engine
from scoring.fields import TEXT_COLUMNS
from scoring.log_scanner import Decisions, LogScanner, Other
from scoring.memory import NEW

OUTCOMES = tuple(Outcome)
_TRANSACTION = TEXT_COLUMNS["transaction_id"]
_OWN = (columns.ANY_SOURCE[DecisionSource.SCORER], columns.ANY_SOURCE[DecisionSource.BOOTSTRAP])
MAX_DIFFERENCES = 20


class BrokenLog(DomainError):
    """The decision log has a gap, a repetition or a record of something that was never decided."""

    code = "broken-decision-log"
    title = "The decision log cannot be folded"
    remedy = "Compare the topic with the lake; restore the topic from the lake when records are missing."


@dataclass
class Proof:
    """What a fold found. `reproduced` decisions came out again, column by column; the others were applied as recorded."""

    records: int = 0
    decisions: int = 0
    reproduced: int = 0
    as_recorded: int = 0
    outcomes: int = 0
    overrides: int = 0
    controls: int = 0
    differing: list[tuple[int, str]] = field(default_factory=list)


class Fold:
    """Feeds log records, in order, into a fresh engine. `check` also decides each again and compares."""

    def __init__(self, engine: Engine, *, check: bool = False) -> None:
        self.engine = engine
        self.proof = Proof()
        self._check = check
        self._scanner = LogScanner(engine.lexicon)

    def feed(self, records: Sequence[bytes]) -> None:
        """Apply a batch of records. Raises BrokenLog."""
        self.proof.records += len(records)
        for run in self._scanner.runs(records):
            if isinstance(run, Decisions):
                self._decisions(run)
            else:
                self._other(run)

    def _expect(self, *, epoch: int, first_n: int) -> None:
        engine = self.engine
        if first_n != engine.next_n or epoch < engine.epoch:
            raise BrokenLog(f"record ({epoch}, {first_n}) follows ({engine.epoch}, {engine.next_n - 1})")
        engine.epoch = epoch

    def _decisions(self, run: Decisions) -> None:
        engine, scan = self.engine, run.scan
        epochs, numbers = run.heads[:, 0], run.heads[:, 1]
        self._expect(epoch=int(epochs[0]), first_n=int(numbers[0]))
        if (np.diff(numbers) != 1).any() or (np.diff(epochs) < 0).any():
            raise BrokenLog(f"the numbers from {int(numbers[0])} to {int(numbers[-1])} are not without gap")
        tenants = engine.tenants.of(scan)
        meeting = engine.meet(scan, tenants)
        if (meeting.status != NEW).any():
            row = int(np.flatnonzero(meeting.status != NEW)[0])
            raise BrokenLog(f"record {int(numbers[row])} decides {scan.text(row, _TRANSACTION)} for the second time")
        if self._check:
            scored = engine.score(scan, tenants, scored_at_ms=run.answers[:, columns.SCORED_AT])
            scored.answers[:, columns.EPOCH], scored.answers[:, columns.N] = epochs, numbers
            self._compare(run, scored.answers)
        else:
            engine.features.apply(scan, tenants)
        engine.memory.remember(meeting.rows, run.answers)
        engine.epoch = int(epochs[-1])
        engine.next_n = int(numbers[-1]) + 1
        self.proof.decisions += scan.n

    def _compare(self, run: Decisions, again: "np.ndarray[tuple[int, int], np.dtype[np.int64]]") -> None:
        own = np.isin(run.answers[:, columns.SOURCE], _OWN) & (run.heads[:, 3] == 0)
        same = (run.answers == again).all(axis=1)
        self.proof.reproduced += int(np.count_nonzero(own & same))
        self.proof.as_recorded += int(np.count_nonzero(~own))
        for row in np.flatnonzero(own & ~same)[: MAX_DIFFERENCES - len(self.proof.differing)].tolist():
            recorded = columns.unpack(run.answers[row], self.engine.lexicon)
            decided = columns.unpack(again[row], self.engine.lexicon)
            self.proof.differing.append((int(run.heads[row, 1]), f"recorded {recorded}, decided again {decided}"))

    def _other(self, run: Other) -> None:
        engine = self.engine
        if isinstance(run, list):
            self._outcomes(run)
            return
        self._expect(epoch=run.epoch, first_n=run.n)
        engine.next_n = run.n + 1
        if isinstance(run, ControlRecord):
            engine.apply_control(run.control)
            self.proof.controls += 1
            return
        meeting = engine.find_all([(run.tenant_id.encode(), run.transaction_id.encode())])
        if meeting.rows[0] >= 0:
            answer = engine.memory.answer(old=bool(meeting.old[0]), row=int(meeting.rows[0]))
            answer[:] = columns.pack(run.answer, engine.lexicon)
        self.proof.overrides += 1

    def _outcomes(self, run: list[OutcomeRecord]) -> None:
        engine = self.engine
        for record in run:
            self._expect(epoch=record.epoch, first_n=record.n)
            engine.next_n = record.n + 1
        meeting = engine.find_all([(record.tenant_id.encode(), record.transaction_id.encode()) for record in run])
        for record, old, row in zip(run, meeting.old.tolist(), meeting.rows.tolist(), strict=True):
            if row >= 0:
                engine.memory.set_outcome(old=old, row=row, code=OUTCOMES.index(record.outcome))
        self.proof.outcomes += len(run)


def rebuild(engine: Engine, batches: Iterable[Sequence[bytes]], *, check: bool = False) -> Proof:
    """Fold the whole log into a fresh engine and return what was found."""
    fold = Fold(engine, check=check)
    for batch in batches:
        if batch:
            fold.feed(batch)
    return fold.proof
