"""Where a scorer's state comes from at its start: the newest snapshot that fits and the log after it, else the whole log."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from kit.log import get_logger
from scoring.engine import Engine
from scoring.fold import Proof, rebuild
from scoring.snapshot import SnapshotUnfit
from streams.scorer.log_reader import DecisionLog, LogBeginningGone
from streams.scorer.snapshots import file
from streams.scorer.snapshots.folder import Kept, newest_first
from streams.scorer.snapshots.position import after
from streams.scorer.snapshots.state_version import state_version


@dataclass(frozen=True, slots=True)
class Started:
    """An engine that stands where the log ends, the snapshot that it came from, and the proof of the records after it."""

    engine: Engine
    proof: Proof
    restored: Kept | None


def start(log: DecisionLog, folder: Path, fresh: Callable[[], Engine]) -> Started:
    """Return an engine brought to the log's end. Raises LogBeginningGone, BrokenLog, and KafkaException."""
    for kept in _listed(folder):
        started_s = time.perf_counter()
        try:
            engine, rest = _restored(log, kept, fresh)
        except (SnapshotUnfit, LogBeginningGone, OSError, msgspec.MsgspecError) as problem:
            get_logger().error("a snapshot is not used", file=str(kept.path), reason=f"{type(problem).__name__}: {problem}")
            continue
        seconds = round(time.perf_counter() - started_s, 3)
        get_logger().info("snapshot restored", epoch=kept.epoch, next_n=kept.next_n, bytes=kept.bytes, seconds=seconds)
        return Started(engine, rebuild(engine, rest), kept)
    engine = fresh()
    return Started(engine, rebuild(engine, log.records()), None)


def _listed(folder: Path) -> list[Kept]:
    try:
        return newest_first(folder)
    except OSError as problem:
        get_logger().error("no snapshot is used", folder=str(folder), reason=str(problem))
        return []


def _restored(log: DecisionLog, kept: Kept, fresh: Callable[[], Engine]) -> tuple[Engine, Iterator[Sequence[bytes]]]:
    """Return the engine of a snapshot and the log after it. The log is proved to be its own before the arrays are read."""
    engine = fresh()
    footer = file.read_footer(kept.path, feature_set=engine.feature_set, state_version=state_version())
    anchor = footer.position.anchor
    end = log.extent().end
    if anchor.offset >= end:
        raise SnapshotUnfit(f"it is ahead of the log's end: its position is offset {anchor.offset}, the log ends at {end}")
    rest = after(footer.position, log.records(offset=anchor.offset))
    file.read_into(kept.path, footer, engine)
    return engine, rest
