"""When a snapshot is taken, and what is told of the last one."""

import math
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from kit.clock import Clock
from kit.log import get_logger
from scoring.engine import Engine
from streams.scorer import metrics
from streams.scorer.snapshots import file, folder
from streams.scorer.snapshots.child import Child, Ended, fork
from streams.scorer.snapshots.folder import Kept
from streams.scorer.snapshots.position import Anchor, Position, digest_of
from streams.scorer.snapshots.state_version import state_version

# A child that has not written its state by then never will, or holds memory for too long.
LIMIT_S = 900.0


@dataclass(frozen=True, slots=True)
class Record:
    """A committed record of the log: the first of the latest write, at or before whatever the state holds."""

    offset: int
    value: bytes


class SnapshotTaker:
    """Takes a snapshot when both intervals have passed since the last one. One thread, the process's main one.

    `hold` gives the engine to nobody else while a child is forked, which is all that the work waits for.
    """

    def __init__(
        self,
        path: Path,
        engine: Engine,
        hold: Callable[[], AbstractContextManager[None]],
        clock: Clock,
        *,
        interval_s: float,
        interval_records: int,
        limit_s: float = LIMIT_S,
    ) -> None:
        self.folder = path
        self._engine = engine
        self._hold = hold
        self._clock = clock
        self._interval_s = interval_s
        self._interval_records = interval_records
        self._limit_s = limit_s
        self._version = state_version()
        self._child: Child | None = None
        self._tried_s = time.monotonic()
        self._taken_n = 0
        self._written_n = 0
        self._last: Kept | None = None
        self.failures = 0
        metrics.snapshot_age_seconds.set_function(lambda: self._age_s() if self._last else math.nan)

    def begin(self, restored: Kept | None) -> None:
        """Count on from the snapshot that this process started from; what an earlier child left half written goes."""
        self._last = restored
        if restored is not None:
            self._written_n = restored.next_n
            metrics.snapshot_bytes.set(restored.bytes)
        self._tidy()

    def _tidy(self) -> None:
        """Remove what a child that was killed left half written; only while none is at work."""
        try:
            folder.remove_leftovers(self.folder)
        except OSError as problem:
            get_logger().warning("half-written snapshots stay", folder=str(self.folder), problem=str(problem))

    def take_if_due(self, record: Record) -> None:
        """Take a snapshot if it is time. To be asked while nothing is uncommitted: the log soon holds what the state does."""
        due = self._engine.next_n - self._written_n >= self._interval_records
        if self._child is None and due and time.monotonic() - self._tried_s >= self._interval_s:
            self._take(record)

    def _take(self, record: Record) -> None:
        engine, path, version, taken_at = self._engine, self.folder, self._version, self._clock.now_ms()
        before = self._last.path if self._last else None

        def work(wanted: Callable[[], bool]) -> str:
            anchor = Anchor(offset=record.offset, digest=digest_of(record.value))
            position = Position(anchor=anchor, epoch=engine.epoch, next_n=engine.next_n)
            written = folder.put(
                path,
                epoch=engine.epoch,
                next_n=engine.next_n,
                size=file.size_of(engine),
                before=before,
                fill=lambda sink: file.write(
                    sink, engine, position=position, state_version=version, taken_at=taken_at, wanted=wanted
                ),
            )
            return str(written)

        self._tried_s = time.monotonic()
        try:
            with self._hold():
                began_s = time.perf_counter()
                self._taken_n = engine.next_n
                self._child = fork(work, limit_s=self._limit_s)
                paused_s = time.perf_counter() - began_s
        except OSError as problem:
            self._failed(f"no process: {problem}")
        else:
            metrics.snapshot_pause_seconds.observe(paused_s)

    def tend(self) -> None:
        """See whether a child has ended; never waits, whatever is on its disk."""
        if self._child is None:
            return
        ended = self._child.poll()
        if ended is None:
            return
        self._child = None
        if ended.succeeded:
            self._succeeded(ended)
        else:
            self._failed(ended.said)

    def _succeeded(self, ended: Ended) -> None:
        path = self.folder / folder.file_name(epoch=self._engine.epoch, next_n=self._taken_n)
        kept = Kept(path, self._engine.epoch, self._taken_n, int(ended.said), self._clock.now_ms() / 1000)
        self._last, self._written_n = kept, kept.next_n
        metrics.snapshots.labels("written").inc()
        metrics.snapshot_seconds.set(ended.seconds)
        metrics.snapshot_bytes.set(kept.bytes)
        get_logger().info(
            "snapshot written", epoch=kept.epoch, next_n=kept.next_n, bytes=kept.bytes, seconds=round(ended.seconds, 3)
        )

    def _failed(self, problem: str) -> None:
        self.failures += 1
        metrics.snapshots.labels("failed").inc()
        self._tidy()
        get_logger().error("no snapshot was written; scoring goes on, and a later one is tried", problem=problem)

    def stop(self) -> None:
        """End a child that is not done: the snapshot before it stands."""
        self.tend()
        if self._child is not None:
            self._child.end()
            self._child = None
            self._tidy()
        metrics.snapshot_age_seconds.set_function(lambda: math.nan)  # nothing keeps the engine for the sake of this figure

    def _age_s(self) -> float:
        return self._clock.now_ms() / 1000 - self._last.written_at_s if self._last else math.nan

    def facts(self) -> dict[str, object]:
        """What the health port says; for any thread."""
        last = self._last
        found: dict[str, object] = {"folder": str(self.folder), "failures": self.failures, "writing": self._child is not None}
        if last is not None:
            found |= {
                "epoch": last.epoch,
                "next_n": last.next_n,
                "bytes": last.bytes,
                "age_s": round(self._clock.now_ms() / 1000 - last.written_at_s, 1),
                "records_since": self._engine.next_n - last.next_n,
            }
        return found
