"""`baas bench snapshot`: what a snapshot costs those who wait, and what it saves a start, beside a fold of the same log.

The child is the scorer's own, and so are the file and the way back; only Kafka is left out, whose log is a file here.
"""

import gc
import hashlib
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from bench.random_model import random_export
from bench.random_traffic import START_MS, STEP_MS, champion_control, quiet_policy, random_messages
from bench.report import Report, parser
from contracts.decisions import Door
from kit.clock import ManualClock
from kit.log import configure
from kit.pages import keep_freed_memory
from scoring.ahead import PagesAhead
from scoring.engine import Engine
from scoring.facts import apply_controls
from scoring.features import Bounds
from scoring.fold import rebuild
from scoring.snapshot import arrays, describe
from scoring.tenants import MAX_TENANTS
from streams.scorer.snapshots import file, folder
from streams.scorer.snapshots.state_version import state_version
from streams.scorer.snapshots.taker import Record, SnapshotTaker

BATCH = 1_024
CHUNK = 100 * BATCH
ROUND = 40 * BATCH
TREES = 200
# Keys are customers, accounts, devices and payees, and pairs of them.
DEFAULT, QUICK, FULL = (300_000, 20_000), (60_000, 5_000), (10_000_000, 400_000)
BOOTSTRAP_EVENTS = 1_000_000
_LENGTH_BYTES = 4
_RECORDS = 10_000


@dataclass
class Place:
    """An engine of the bench's size with the log that it wrote, and the messages that come next."""

    engine: Engine
    models: Path
    log: Path
    customers: int
    decided: int = 0

    def messages(self, count: int) -> list[bytes]:
        """The next ones, in order of time."""
        start_ms = START_MS + self.decided * STEP_MS
        self.decided += count
        return random_messages(count, seed=self.decided, start_ms=start_ms, customers=self.customers, payees=2 * self.customers)

    def decide(self, messages: list[bytes]) -> list[bytes]:
        """Decide one batch; its records."""
        now_ms = START_MS + (self.decided + BATCH) * STEP_MS
        return self.engine.decide(messages, now_ms=now_ms, door=Door.INBOUND).encoded.records()

    def fill(self, events: int) -> None:
        """Decide that many, and keep the log."""
        controls = [champion_control(random_export(self.models, trees=TREES)), quiet_policy()]
        with self.log.open("wb") as sink:
            _append(sink, [record for _, record in apply_controls(self.engine, controls).records])
            for at in range(0, events, CHUNK):
                chunk = self.messages(min(CHUNK, events - at))
                for batch in range(0, len(chunk), BATCH):
                    _append(sink, self.decide(chunk[batch : batch + BATCH]))


def main() -> int:
    """Run the bench and print its report."""
    options = parser("snapshot", "Snapshots of the scorer's state: the pause, the file, the way back")
    options.add_argument(
        "--events", type=int, help=f"events in the state ({DEFAULT[0]:,}; a bootstrap has {BOOTSTRAP_EVENTS:,})"
    )
    options.add_argument(
        "--customers", type=int, help=f"customers that they are of ({DEFAULT[1]:,}), with twice as many payees"
    )
    options.add_argument("--rounds", type=int, default=3, help="snapshots taken")
    options.add_argument(
        "--full", action="store_true", help=f"{FULL[0]:,} events of {FULL[1]:,} customers: many minutes, and 20 GB"
    )
    chosen = options.parse_args()
    size = QUICK if chosen.quick else FULL if chosen.full else DEFAULT
    events, customers = chosen.events or size[0], chosen.customers or size[1]
    report = Report("snapshot")
    configure("bench", level="WARNING")
    keep_freed_memory()
    with report.loaded(), tempfile.TemporaryDirectory(prefix="baas-bench-") as name:
        place = Place(_fresh(Path(name)), Path(name), Path(name) / "log", customers)
        place.fill(events)
        at_the_logs_end = _measure(report, place, Path(name) / "snapshots", rounds=chosen.rounds)
        usage = place.engine.features.state.usage()
        report.settings |= {
            "events": events, "customers": customers, "live_keys": sum(usage.keys.values()), "batch": BATCH,
            "features": len(place.engine.catalogue), "trees": TREES, "rounds": chosen.rounds,
        }  # fmt: skip
        models, log = place.models, place.log
        del place
        gc.collect()  # a large state is in memory once at a time
        _way_back(report, models, log, at_the_logs_end)
    report.publish()
    return 0


def _fresh(models: Path) -> Engine:
    return Engine(models=models, bounds=Bounds(tenants=MAX_TENANTS, log_bytes=64 * 2**30, table_bytes=32 * 2**30))


def _measure(report: Report, place: Place, snapshots: Path, *, rounds: int) -> Path:
    """Take snapshots beside work; return the one that was taken where the log ends."""
    engine = place.engine
    taker = SnapshotTaker(
        snapshots, engine, nullcontext, ManualClock(START_MS), interval_s=0.0, interval_records=1, limit_s=3_600.0
    )
    gc.collect()
    gc.freeze()
    ahead = PagesAhead(engine)
    ahead.start()
    pauses = [_fork(taker)]
    _until_written(taker)
    at_the_log_s_end = _moved(folder.newest_first(snapshots)[0].path)
    seconds, with_child, without = [], [], []
    for _ in range(rounds):
        meanwhile, afterwards = place.messages(ROUND), place.messages(ROUND)
        place.decide(place.messages(BATCH))  # the next snapshot has something to tell
        began_s = time.perf_counter()
        pauses.append(_fork(taker))
        with_child += _batches(place, taker, meanwhile, while_writing=True)
        _until_written(taker)
        seconds.append(time.perf_counter() - began_s)
        without += _batches(place, taker, afterwards, while_writing=False)
    if taker.failures:
        raise RuntimeError("a snapshot failed")
    ahead.stop()
    taker.stop()
    gc.unfreeze()
    report.figure("pause_ms", pauses)
    report.figure("write_s", seconds)
    report.figure("bytes", at_the_log_s_end.stat().st_size)
    for label, taken in (("writing", with_child), ("alone", without)):
        wall, cpu = np.array(taken).T
        for name, value in (("p50", np.percentile(wall, 50)), ("p99", np.percentile(wall, 99)), ("max", wall.max())):
            report.figure(f"batch_{name}_{label}_ms", float(value))
        # The copying of pages without what other programs of the machine take.
        report.figure(f"batch_cpu_p50_{label}_ms", float(np.median(cpu)))
    return at_the_log_s_end


def _fork(taker: SnapshotTaker) -> float:
    """Begin a snapshot; milliseconds in which nobody else gets the engine."""
    began_s = time.perf_counter()
    taker.take_if_due(Record(offset=0, value=b"bench"))
    return (time.perf_counter() - began_s) * 1e3


def _until_written(taker: SnapshotTaker) -> None:
    """The engine is left alone meanwhile."""
    while taker.facts()["writing"]:
        taker.tend()
        time.sleep(0.002)


def _moved(path: Path) -> Path:
    """Out of the folder, where later ones take its place."""
    target = path.parent.parent / "at-the-logs-end"
    shutil.move(path, target)
    return target


def _batches(place: Place, taker: SnapshotTaker, messages: list[bytes], *, while_writing: bool) -> list[tuple[float, float]]:
    """(wall, processor) milliseconds of each batch: as long as a child writes, or all of them."""
    taken: list[tuple[float, float]] = []
    for at in range(0, len(messages), BATCH):
        taker.tend()
        if while_writing and not taker.facts()["writing"]:
            break
        began_s, cpu_s = time.perf_counter(), time.thread_time()
        place.decide(messages[at : at + BATCH])
        taken.append(((time.perf_counter() - began_s) * 1e3, (time.thread_time() - cpu_s) * 1e3))
    return taken


def _way_back(report: Report, models: Path, log: Path, path: Path) -> None:
    """Restore, and fold the log to the same state; they must be equal."""
    began_s, cpu_s = time.perf_counter(), time.process_time()
    restored = _fresh(models)
    footer = file.read_footer(path, feature_set=restored.feature_set, state_version=state_version())
    file.read_into(path, footer, restored)
    restore_s = report.figure("restore_s", time.perf_counter() - began_s)
    report.figure("restore_cpu_s", time.process_time() - cpu_s)
    found = _summary(restored)
    del restored
    gc.collect()
    began_s, cpu_s = time.perf_counter(), time.process_time()
    folded = _fresh(models)
    rebuild(folded, _records(log))
    fold_s = report.baseline("fold", "restore_s", time.perf_counter() - began_s)
    report.baseline("fold", "restore_cpu_s", time.process_time() - cpu_s)
    report.ratio("restore_speed_vs_fold", fold_s / restore_s)
    if differing := [name for name, value in _summary(folded).items() if found[name] != value]:
        raise RuntimeError(f"the snapshot is not the state that the log gives: {', '.join(differing)}")


def _summary(engine: Engine) -> dict[str, object]:
    """What two engines of the same state agree in, short enough to be kept when one of them is gone."""
    facts = describe(engine)
    parts = arrays(engine, facts)
    return {
        "epoch": facts.epoch,
        "next_n": facts.next_n,
        "used": facts.memory.young.used,
        "keys": dict(engine.features.state.usage().keys),
        **{
            name: hashlib.blake2b(np.ascontiguousarray(parts[name]).data).hexdigest()
            for name in ("memory.young.ids", "memory.young.contents", "windows.highs")
        },
    }


def _append(sink: BinaryIO, records: list[bytes]) -> None:
    for record in records:
        sink.write(len(record).to_bytes(_LENGTH_BYTES, "little") + record)


def _records(log: Path) -> Iterator[list[bytes]]:
    with log.open("rb") as source:
        batch = []
        while length := source.read(_LENGTH_BYTES):
            batch.append(source.read(int.from_bytes(length, "little")))
            if len(batch) == _RECORDS:
                yield batch
                batch = []
        yield batch


if __name__ == "__main__":
    sys.exit(main())
