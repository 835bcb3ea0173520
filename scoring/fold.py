"""State from the log: folding it rebuilds an engine, and proves that every decision follows from what came before it.

A control that this engine cannot follow (a model of another feature set, a rule that is gone) is known and not in use; what
was decided under it is applied as recorded. So an engine of a later version goes on where an earlier one ended.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from contracts.controls import Control
from contracts.decisions import ControlRecord, DecisionSource, LabelRecord, OutcomeRecord, OverrideRecord, StartRecord
from contracts.outcomes import Outcome
from kit.errors import DomainError
from kit.log import get_logger
from scoring import answers as columns
from scoring.controls import CHALLENGER, CHAMPION, GENERAL_POLICY
from scoring.engine import UNUSABLE, Engine
from scoring.fields import TEXT_COLUMNS
from scoring.labels import hold
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
    """What a fold found. `reproduced` decisions came out again, column by column; the others were applied as recorded.

    `incomparable` of the latter are a scorer's own, under a model, a policy or a feature set that this engine does not have;
    `unusable` of the controls are not in use.
    """

    records: int = 0
    decisions: int = 0
    reproduced: int = 0
    as_recorded: int = 0
    incomparable: int = 0
    outcomes: int = 0
    overrides: int = 0
    controls: int = 0
    unusable: int = 0
    starts: int = 0
    labels: int = 0
    differing: list[tuple[int, str]] = field(default_factory=list)


class Witness(Protocol):
    """Sees each run of decisions as it is folded: the records, with what the features were then."""

    def __call__(self, run: Decisions, tenants: NDArray[np.int32], *, x: NDArray[np.float32], flags: NDArray[np.uint8]) -> None:
        """`tenants` int32[n] are the engine's numbers; `x` float32[n, F] holds what the engine was asked to read."""


class Fold:
    """Feeds log records, in order, into a fresh engine.

    `check` also decides each decision again and compares; without it, `witness` looks on.
    """

    def __init__(self, engine: Engine, *, check: bool = False, witness: Witness | None = None) -> None:
        self.engine = engine
        self.proof = Proof()
        self._check = check
        self._witness = witness
        self._scanner = LogScanner(engine.lexicon)
        self._feature_set = engine.lexicon.text(engine.feature_set)

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
            scored = engine.score(scan, tenants, meeting, scored_at_ms=run.answers[:, columns.SCORED_AT])
            scored.answers[:, columns.EPOCH], scored.answers[:, columns.N] = epochs, numbers
            self._compare(run, scored.answers, tenants)
        else:
            x, flags = engine.apply(scan, tenants, meeting)
            if self._witness is not None:
                self._witness(run, tenants, x=x, flags=flags)
        meeting.remember(run.answers)
        engine.epoch = int(epochs[-1])
        engine.next_n = int(numbers[-1]) + 1
        self.proof.decisions += scan.n

    def _compare(self, run: Decisions, again: NDArray[np.int64], tenants: NDArray[np.int32]) -> None:
        own = np.isin(run.answers[:, columns.SOURCE], _OWN) & (run.heads[:, 3] == 0)
        compared = own & (run.answers[:, columns.FEATURE_SET] == self._feature_set) & self._followed(tenants)
        same = (run.answers == again).all(axis=1)
        self.proof.reproduced += int(np.count_nonzero(compared & same))
        self.proof.as_recorded += int(np.count_nonzero(~compared))
        self.proof.incomparable += int(np.count_nonzero(own & ~compared))
        for row in np.flatnonzero(compared & ~same)[: MAX_DIFFERENCES - len(self.proof.differing)].tolist():
            recorded = columns.unpack(run.answers[row], self.engine.lexicon)
            decided = columns.unpack(again[row], self.engine.lexicon)
            self.proof.differing.append((int(run.heads[row, 1]), f"recorded {recorded}, decided again {decided}"))

    def _followed(self, tenants: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Of which tenants this engine follows the controls that the log has for them."""
        unfollowed = self.engine.controls.unfollowed_places
        if not unfollowed.isdisjoint({CHAMPION, CHALLENGER, GENERAL_POLICY}):
            return np.zeros(len(tenants), np.bool_)
        known = self.engine.tenants.known
        without = [known.get((name or "").encode(), -1) for kind, name in unfollowed if kind == "policy"]
        return ~np.isin(tenants, without)

    def _other(self, run: Other) -> None:
        engine = self.engine
        if isinstance(run, list):
            self._outcomes(run)
            return
        if isinstance(run, StartRecord) and run.n and run.epoch <= engine.epoch:
            raise BrokenLog(f"record {run.n} starts epoch {run.epoch} after records of epoch {engine.epoch}")
        self._expect(epoch=run.epoch, first_n=run.n)
        engine.next_n = run.n + 1
        if isinstance(run, ControlRecord):
            self._control(run.control)
        elif isinstance(run, StartRecord):
            engine.memory.set_rows(run.memory_rows)
            self.proof.starts += 1
        elif isinstance(run, LabelRecord):
            hold(engine, run, tenant=engine.tenants.number(run.label.tenant_id.encode()))
            self.proof.labels += 1
        else:
            self._override(run)

    def _control(self, control: Control) -> None:
        self.proof.controls += 1
        try:
            self.engine.apply_control(control)
        except UNUSABLE as problem:
            self.engine.controls.pass_over(control)
            self.proof.unusable += 1
            get_logger().error("a control of the log is not in use", control=msgspec.to_builtins(control), problem=str(problem))

    def _override(self, run: OverrideRecord) -> None:
        meeting = self.engine.find_all([(run.tenant_id.encode(), run.transaction_id.encode())])
        if meeting.rows[0] >= 0:
            meeting.answer(0)[:] = columns.pack(run.answer, self.engine.lexicon)
        self.proof.overrides += 1

    def _outcomes(self, run: list[OutcomeRecord]) -> None:
        engine = self.engine
        for record in run:
            self._expect(epoch=record.epoch, first_n=record.n)
            engine.next_n = record.n + 1
        meeting = engine.find_all([(record.tenant_id.encode(), record.transaction_id.encode()) for record in run])
        for at in np.flatnonzero(meeting.rows >= 0).tolist():
            meeting.set_outcome(at, OUTCOMES.index(run[at].outcome))
        self.proof.outcomes += len(run)


def rebuild(engine: Engine, batches: Iterable[Sequence[bytes]], *, check: bool = False) -> Proof:
    """Fold the whole log into a fresh engine and return what was found."""
    fold = Fold(engine, check=check)
    for batch in batches:
        if batch:
            fold.feed(batch)
    return fold.proof
