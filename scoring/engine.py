"""The engine: a batch of messages in, decisions and their log records out. State is a fold of the log and of nothing else.

Pure but for reading model exports: no Kafka, no HTTP, no clock. A batch is decided as the serial execution of its rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from contracts.controls import Control, ListControl, PolicyRule, ProfileControl
from contracts.decisions import Answer, Door, StandOut, StartRecord
from contracts.transactions import MAX_CLOCK_SKEW_MS, UNREADABLE, Refusal, RefusedMessage
from feature_store.definitions import CATALOGUE
from feature_store.stream.waiting import Run, WaitingLabels
from feature_store.vocabulary import Feature
from risk.export import BadExport
from risk.policy import ALLOW
from risk.reasons import Lead
from risk.rules import RULES
from scoring import answers as columns
from scoring.controls import Controls
from scoring.encoder import Encoded, encode_decisions
from scoring.features import LATE, Bounds, Features
from scoring.fields import NUMBER_COLUMNS, TEXT_COLUMNS
from scoring.flags import encode_flagged
from scoring.judge import Judge
from scoring.lexicon import Lexicon
from scoring.lists import Lists
from scoring.memory import ALTERED, DEFAULT_ROWS, NEW, DecisionMemory, Meeting, hash_pairs
from scoring.places import judge
from scoring.scanner import Scan, scan_transactions
from scoring.tenants import MAX_TENANTS, Tenants

# What `apply_control` raises for a control that this engine cannot follow.
UNUSABLE = (BadExport, ValueError, *UNREADABLE)
_TRANSACTION = TEXT_COLUMNS["transaction_id"]
_EVENT_TIME, _KNOWN_AT, _AMOUNT = (NUMBER_COLUMNS[name] for name in ("event_time", "known_at", "amount_minor"))


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
    """A run of new inputs with the engine's own answers.

    `x` float32[n, F] are the features that the answers depend on, NaN the others; `leads` those that led to a verdict.
    """

    answers: NDArray[np.int64]
    x: NDArray[np.float32]
    leads: dict[int, list[Lead]]


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
    labels: int = 0
    labels_refused: int = 0
    labels_unknown: int = 0
    late: int = 0
    slow_rows: int = 0
    verdicts: list[int] = field(default_factory=lambda: [0, 0, 0, 0])


class Engine:
    """One shard's state and the way to move it on. Not safe for threads: the process holds a lock around it."""

    def __init__(
        self,
        *,
        models: Path,
        memory_rows: int = DEFAULT_ROWS,
        bounds: Bounds | None = None,
        catalogue: Sequence[Feature] = CATALOGUE,
        rules: Sequence[PolicyRule] = RULES,
    ) -> None:
        self.epoch = 0
        self.next_n = 0
        self.counters = Counters()
        self.lexicon = Lexicon()
        self.tenants = Tenants()
        self.memory = DecisionMemory(memory_rows)
        self.catalogue = tuple(catalogue)
        self.features = Features(bounds, catalogue=self.catalogue)
        self.labels = WaitingLabels(MAX_TENANTS)
        self.lists = Lists()
        self.judge = Judge(
            models=models,
            lexicon=self.lexicon,
            tenants=self.tenants,
            lists=self.lists,
            catalogue=self.catalogue,
            rules=rules,
        )
        self.controls = Controls()
        self._read_also: frozenset[int] = frozenset()
        self._ask()

    @property
    def feature_set(self) -> str:
        """The content hash of what this engine computes."""
        return self.judge.models.feature_set

    def start_epoch(self, *, now_ms: int, memory_rows: int) -> StartRecord:
        """Begin the next epoch over what was folded. The record must be in the log before an answer leaves the process."""
        if self.next_n:
            self.epoch += 1
        self.memory.set_rows(memory_rows)
        n = self.take_numbers()
        return StartRecord(epoch=self.epoch, n=n, started_at=now_ms, feature_set=self.feature_set, memory_rows=memory_rows)

    # -- deciding ----------------------------------------------------------------------------------------------------------

    def decide(
        self, messages: Sequence[bytes], *, now_ms: int, door: Door, keys: Sequence[bytes | None] | None = None
    ) -> Batch:
        """Decide what is new, in order. `keys`, when given, are the messages' keys and must be their tenants' ids."""
        scan = scan_transactions(messages)
        refused = scan.refused
        scan = self._refuse(scan, keys, refused, now_ms=now_ms)
        tenants = self.tenants.of(scan)
        if (tenants < 0).any():
            full = RefusedMessage(Refusal.WRONG_TENANT, "this shard has no room for another tenant")
            refused += [(int(origin), full) for origin in scan.origin[tenants < 0]]
            rows = np.flatnonzero(tenants >= 0)
            scan, tenants = scan.take(rows), tenants[rows]
        meeting = self.meet(scan, tenants)
        duplicates = []
        is_new = meeting.status == NEW
        new, met = scan, meeting
        if not is_new.all():
            for row in (~is_new).nonzero()[0].tolist():
                origin = int(scan.origin[row])
                if meeting.status[row] == ALTERED:
                    detail = "another intent was decided under this transaction_id"
                    refused.append((origin, RefusedMessage(Refusal.ALTERED_DUPLICATE, detail)))
                else:
                    duplicates.append((origin, row))
            rows = is_new.nonzero()[0]
            new, tenants, met = scan.take(rows), tenants[rows], meeting.take(rows)
        batch = self._decide_new(new, tenants, met, now_ms=now_ms, door=door)
        batch.refused = refused
        batch.slow = scan.slow
        batch.duplicates = [(origin, columns.unpack(meeting.answer(row), self.lexicon)) for origin, row in duplicates]
        altered = sum(refusal.refusal is Refusal.ALTERED_DUPLICATE for _, refusal in refused)
        counters = self.counters
        counters.duplicates += len(duplicates)
        counters.altered += altered
        counters.refused += len(refused) - altered
        counters.slow_rows += scan.slow
        return batch

    def _refuse(
        self, scan: Scan, keys: Sequence[bytes | None] | None, refused: list[tuple[int, RefusedMessage]], *, now_ms: int
    ) -> Scan:
        """Refuse what another tenant's key or none brought, and what says that it comes from the future."""
        wrong = {row: future(scan, row, now_ms=now_ms) for row in ahead(scan, now_ms=now_ms).tolist()}
        if keys is not None:
            tenants, names = self.tenants.find(scan).tolist(), self.tenants.names
            said = [keys[origin] for origin in scan.origin.tolist()]
            wanted = [names[tenant] if tenant >= 0 else self.tenants.name(scan, row) for row, tenant in enumerate(tenants)]
            if said != wanted:
                strange = RefusedMessage(Refusal.WRONG_TENANT, "the message's key is not its tenant_id")
                wrong |= {row: strange for row in range(scan.n) if said[row] != wanted[row]}
        if not wrong:
            return scan
        refused += [(int(scan.origin[row]), refusal) for row, refusal in wrong.items()]
        return scan.take(np.delete(np.arange(scan.n), list(wrong)))

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
        scored = self.score(scan, tenants, meeting, scored_at_ms=np.full(scan.n, now_ms, np.int64))
        answers = scored.answers
        answers[:, columns.EPOCH] = self.epoch
        answers[:, columns.N] = self.next_n + np.arange(scan.n)
        meeting.remember(answers)
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
            (row, self._flagged(scan, scored, row, self._answer_text(scored.answers[row], encoded, row), n=first_n + row))
            for row in (scored.answers[:, columns.VERDICT] != ALLOW).nonzero()[0].tolist()
        ]

    def flag_disagreements(
        self, scan: Scan, scored: Scored, answers: Mapping[int, Answer], *, first_n: int
    ) -> list[tuple[int, bytes]]:
        """Return (row, message) of rows that somebody else allowed, each with the answer that this engine would have given."""
        return [
            (row, self._flagged(scan, scored, row, msgspec.json.encode(answer), n=first_n + row))
            for row, answer in answers.items()
        ]

    def _flagged(self, scan: Scan, scored: Scored, row: int, answer: bytes, *, n: int) -> bytes:
        start, end = scan.bounds[row]
        transaction, stand_outs = scan.buffer[start:end].tobytes(), self._stand_outs(scored, row)
        return encode_flagged(epoch=self.epoch, n=n, transaction=transaction, answer=answer, stand_outs=stand_outs)

    def _stand_outs(self, scored: Scored, row: int) -> list[StandOut]:
        # Of an adopted answer there are none: somebody else did not allow it.
        return self.judge.explainer.stand_outs(scored.x[row], scored.leads.get(row, []))

    def _answer_text(self, answer: NDArray[np.int64], encoded: Encoded, row: int) -> bytes:
        if answer[columns.FLAGS] & columns.INEXACT:
            return msgspec.json.encode(columns.unpack(answer, self.lexicon))
        return encoded.answer(row)

    def _count(self, answers: NDArray[np.int64]) -> None:
        self.counters.decided += len(answers)
        for verdict, count in enumerate(np.bincount(answers[:, columns.VERDICT], minlength=4).tolist()):
            self.counters.verdicts[verdict] += count
        self.counters.late += int(np.count_nonzero(answers[:, columns.FLAGS] & columns.LATE))

    def find_all(self, pairs: Sequence[tuple[bytes, bytes]], *, before: tuple[Meeting, int] | None = None) -> Meeting:
        """Look up (tenant id, transaction id) pairs: DUPLICATE where decided, with its place, else NEW.

        `before` is a row of a meeting: what was remembered when it was met.
        """
        buffer, starts, hashes = hash_pairs(pairs)
        known = self.tenants.known
        tenants = np.fromiter((known.get(tenant, -1) for tenant, _ in pairs), np.int32, len(pairs))
        generations = before[0].known_at(before[1]) if before else ()
        return self.memory.find(hashes=hashes, tenants=tenants, buffer=buffer, starts=starts, generations=generations)

    def take_numbers(self, count: int = 1) -> int:
        """Return the first of `count` consecutive numbers of the log."""
        first = self.next_n
        self.next_n += count
        return first

    # -- scoring -----------------------------------------------------------------------------------------------------------

    def apply(self, scan: Scan, tenants: NDArray[np.int32], meeting: Meeting) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        """Apply new inputs to the features, each after the labels that it makes due. Return vectors and flags."""
        found = []
        for run in self.labels.runs(tenants, scan.numbers[:, _KNOWN_AT]):
            if run.due:
                self._label(run, tenants, meeting)
            rows = slice(run.start, run.stop)
            x, flags = self.features.apply(scan, tenants, rows)
            meeting.place(
                run.start,
                run.stop,
                keys=self.features.state.keys(len(x)),
                event_time_ms=scan.numbers[rows, _EVENT_TIME],
                amount_minor=scan.numbers[rows, _AMOUNT],
                late=(flags & LATE) != 0,
            )
            found.append((x, flags))
        if len(found) == 1:
            return found[0]
        return np.concatenate([x for x, _ in found]), np.concatenate([flags for _, flags in found])

    def _label(self, run: Run, tenants: NDArray[np.int32], meeting: Meeting) -> None:
        """Apply labels that the run's first row made due, to what was remembered when it was met."""
        number = int(tenants[run.start])
        name = self.tenants.names[number]
        known = self.find_all([(name, label.transaction_id) for label in run.due], before=(meeting, run.start))
        for at, label in enumerate(run.due):
            is_known = known.rows[at] >= 0 and judge(self.features.state, *known.places(at), tenant=number, label=label)
            self.counters.labels_unknown += not is_known

    def score(self, scan: Scan, tenants: NDArray[np.int32], meeting: Meeting, *, scored_at_ms: NDArray[np.int64]) -> Scored:
        """Apply new inputs to the features and answer each; the answers carry no sequence yet."""
        x, flags = self.apply(scan, tenants, meeting)
        answers, leads = self.judge.answer(scan, tenants, x=x, flags=flags, scored_at_ms=scored_at_ms)
        return Scored(answers, x, leads)

    # -- controls ----------------------------------------------------------------------------------------------------------

    def apply_control(self, control: Control) -> None:
        """Change how the next batch is decided. Raises one of `UNUSABLE`, and then nothing has changed."""
        if isinstance(control, ProfileControl):
            self.features.apply_profile(control)
        elif isinstance(control, ListControl):
            self.lists.apply(control)
        else:
            self.judge.apply(control)
            self._ask()
        self.controls.follow(control)

    def read_also(self, columns: frozenset[int]) -> None:
        """Have vectors hold these features too, for somebody who looks on."""
        self._read_also = columns
        self._ask()

    def _ask(self) -> None:
        self.features.ask(self.judge.columns | self._read_also)

    @property
    def obstacle(self) -> str | None:
        """Why decisions before money moves should not be asked for yet, or None."""
        return None if self.judge.models.champion else "no champion: rules only"


def ahead(scan: Scan, *, now_ms: int) -> NDArray[np.int64]:
    """Rows that say that they come from the future: applied, they would raise their tenant's watermark past all later ones."""
    latest = np.maximum(scan.numbers[:, _EVENT_TIME], scan.numbers[:, _KNOWN_AT])
    return (latest > now_ms + MAX_CLOCK_SKEW_MS).nonzero()[0]


def future(scan: Scan, row: int, *, now_ms: int) -> RefusedMessage:
    """The refusal of such a row."""
    ahead_ms = int(max(scan.numbers[row, _EVENT_TIME], scan.numbers[row, _KNOWN_AT])) - now_ms
    detail = f"event_time or known_at is {ahead_ms} ms ahead of the clock; at most {MAX_CLOCK_SKEW_MS} ms is taken"
    return RefusedMessage(Refusal.FAR_FUTURE, detail)
