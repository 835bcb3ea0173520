"""Where both doors meet: the engine behind its lanes, and the records that wait for the log in the order of their numbers."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import msgspec
import numpy as np

from contracts.decisions import Door
from contracts.topics import DECISIONS, FLAGGED
from contracts.transactions import RefusedMessage
from kit.clock import Clock
from kit.kafka import Headers
from scoring.engine import Batch, Engine
from scoring.facts import Written, apply_controls, apply_ledger_events
from scoring.labels import apply_labels
from scoring.what_if import Hypothesis, what_if
from streams.scorer import metrics
from streams.scorer.lanes import Lanes

PASSED_ON = ("correlation_id", "traceparent")


@dataclass(slots=True)
class Entries:
    """Messages of one topic for the broker, in order; `topic` is the contract's name. Columns, because there are many."""

    topic: str
    keys: Sequence[bytes]
    values: Sequence[bytes]
    headers: Sequence[Headers]


@dataclass(slots=True)
class Reply:
    """What a request is answered: the answer's JSON, or a refusal."""

    answer: bytes = b""
    refusal: RefusedMessage | None = None


@dataclass
class Desk:
    """Safe to use from both doors' threads. After a `failure` state and log may disagree: nothing is committed any more."""

    engine: Engine
    clock: Clock
    lanes: Lanes = field(default_factory=Lanes)
    failure: Exception | None = None
    _pending: list[Entries] = field(default_factory=list)

    def pending(self) -> list[Entries]:
        """Take what waits for the log, in the order of the numbers."""
        with self.lanes.bulk():
            taken, self._pending = self._pending, []
        return taken

    def start_epoch(self, *, memory_rows: int) -> None:
        """File the record that starts this process's epoch; it must be committed before either door opens."""
        with self.lanes.bulk():
            record = self.engine.start_epoch(now_ms=self.clock.now_ms(), memory_rows=memory_rows)
            self._pending.append(Entries(DECISIONS, [b""], [msgspec.json.encode(record)], [[]]))

    def decide_messages(
        self, values: Sequence[bytes], *, keys: Sequence[bytes | None], headers: Sequence[Headers | None], arrived_s: float
    ) -> list[tuple[int, RefusedMessage]]:
        """The Kafka door, one slice. Return the refused inputs."""
        with self.lanes.bulk():
            began_s = time.perf_counter()
            batch = self.engine.decide(values, keys=keys, now_ms=self.clock.now_ms(), door=Door.INBOUND)
            self._file(batch, door=Door.INBOUND, headers=headers, arrived_s=arrived_s)
            self.lanes.measured(len(values), seconds=time.perf_counter() - began_s)
        return batch.refused

    def decide_requests(self, values: Sequence[bytes], *, headers: Sequence[Headers], arrived_s: float) -> list[Reply]:
        """The RPC door: a reply for each input, in order."""
        with self.lanes.express():
            try:
                batch = self.engine.decide(values, now_ms=self.clock.now_ms(), door=Door.RPC)
                self._file(batch, door=Door.RPC, headers=headers, arrived_s=arrived_s)
            except Exception as problem:
                self.failure = problem
                raise
        replies = [Reply() for _ in values]
        for row, origin in enumerate(batch.origin):
            replies[origin].answer = batch.encoded.answer(row)
        for origin, answer in batch.duplicates:
            replies[origin].answer = msgspec.json.encode(answer)
        for origin, refusal in batch.refused:
            replies[origin].refusal = refusal
        return replies

    def _file(self, batch: Batch, *, door: Door, headers: Sequence[Headers | None], arrived_s: float) -> None:
        duration_s = time.perf_counter() - arrived_s
        duration: Headers = [("duration_us", b"%d" % int(duration_s * 1e6))]
        stamped = [duration] * len(batch.origin)
        passed: dict[int, Headers] = {}
        if any(headers):
            passed = {row: more for row, origin in enumerate(batch.origin) if (more := _passed_on(headers[origin]))}
            for row, more in passed.items():
                stamped[row] = duration + more
        self._pending.append(Entries(DECISIONS, batch.tenants, batch.encoded.records(), stamped))
        if batch.flagged:
            rows, flagged = zip(*batch.flagged, strict=True)
            tenants = [batch.tenants[row] for row in rows]
            self._pending.append(Entries(FLAGGED, tenants, flagged, [passed.get(row, []) for row in rows]))
        metrics.observe(door, duration_s)
        metrics.count_verdicts(door, np.bincount(batch.verdicts, minlength=4).tolist())
        if batch.duplicates:
            metrics.duplicates.labels(door).inc(len(batch.duplicates))
        for _, refusal in batch.refused:
            metrics.refused.labels(door, refusal.refusal).inc()

    def apply_ledger_events(self, values: Sequence[bytes]) -> Written:
        """Facts of our own ledger, one slice."""
        with self.lanes.bulk():
            counters = self.engine.counters
            before = replace(counters)
            written = apply_ledger_events(self.engine, values, now_ms=self.clock.now_ms())
            self._append(written)
            metrics.adopted.inc(counters.adopted - before.adopted)
            metrics.overridden.inc(counters.overridden - before.overridden)
            metrics.outcomes_unknown.inc(counters.outcomes_unknown - before.outcomes_unknown)
            for _, reason, _ in written.refused:
                metrics.refused.labels(Door.LEDGER, reason).inc()
        return written

    def apply_controls(self, values: Sequence[bytes]) -> Written:
        """Changes of model, policy or profile."""
        with self.lanes.bulk():
            written = apply_controls(self.engine, values)
            self._append(written)
            for _, reason, _ in written.refused:
                metrics.refused.labels("controls", reason).inc()
        return written

    def apply_labels(self, values: Sequence[bytes], *, keys: Sequence[bytes | None]) -> Written:
        """What turned out about transactions, one slice."""
        with self.lanes.bulk():
            written = apply_labels(self.engine, values, keys=keys)
            self._append(written)
            metrics.labels.inc(len(written.records))
            for _, reason, _ in written.refused:
                metrics.refused.labels("labels", reason).inc()
        return written

    def _append(self, written: Written) -> None:
        for topic, pairs in ((DECISIONS, written.records), (FLAGGED, written.flagged)):
            if pairs:
                keys, values = zip(*pairs, strict=True)
                self._pending.append(Entries(topic, keys, values, [[]] * len(values)))

    def what_if(self, value: bytes) -> Hypothesis:
        """Raises RefusedMessage."""
        with self.lanes.express():
            return what_if(self.engine, value, now_ms=self.clock.now_ms())


def _passed_on(headers: Headers | None) -> Headers:
    return [pair for pair in headers if pair[0] in PASSED_ON] if headers else []
