"""`baas bench engine`: messages to log records in one process: scan, dedupe, features, model, rules, policy, encode."""

import gc
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from bench.catalogues import YARDSTICK
from bench.random_model import FEATURES_READ, random_export
from bench.random_traffic import START_MS, STEP_MS, champion_control, quiet_policy, random_messages
from bench.report import Report, parser
from bench.stages import watched
from contracts.decisions import Door
from feature_store.definitions import CATALOGUE
from kit.pages import keep_freed_memory
from risk.rules import RULES
from scoring.ahead import PagesAhead
from scoring.engine import Engine
from scoring.facts import apply_controls
from scoring.fold import rebuild

# After every message: what comes from the future is refused.
NOW_MS = START_MS + 365 * 86_400_000
BATCH = 1_024
FULL, QUICK = (300_000, 12), (100_000, 6)
SMALL_BATCHES = (1, 64)
TREES = 200


def main() -> int:
    """Run the bench and print its report."""
    options = parser("engine", "Messages decided a second, whole pipeline in process").parse_args()
    history, rounds = QUICK if options.quick else FULL
    report = Report("engine")
    keep_freed_memory()
    with report.loaded():
        for prefix, catalogue, rules, features_read in (
            ("", YARDSTICK, (), len(YARDSTICK)),
            ("whole_", CATALOGUE, RULES, FEATURES_READ),
            ("all_read_", CATALOGUE, RULES, len(CATALOGUE)),
        ):
            with tempfile.TemporaryDirectory() as folder:
                fresh = partial(Engine, models=Path(folder), catalogue=catalogue, rules=rules)
                export = random_export(Path(folder), catalogue=catalogue, trees=TREES, features_read=features_read)
                _measure(report, fresh, export, history=history, rounds=rounds, prefix=prefix)
        report.settings |= {
            "batch": BATCH, "history_events": history, "rounds": rounds, "features": len(YARDSTICK),
            "features_read": FEATURES_READ, "whole_features": len(CATALOGUE), "trees": TREES,
        }  # fmt: skip
    report.publish()
    return 0


def _measure(report: Report, fresh: Callable[[], Engine], export: str, *, history: int, rounds: int, prefix: str) -> None:
    """Fill an engine with history, time rounds of it at full and small batches, and fold its log once more."""
    engine = fresh()
    records = [record for _, record in apply_controls(engine, [champion_control(export), quiet_policy()]).records]
    per_round = 40 * BATCH
    messages = random_messages(history + (rounds + 2) * per_round, seed=1)
    for at in range(0, history + per_round, BATCH):
        records += _decide(engine, messages[at : at + BATCH])
    gc.collect()
    gc.freeze()
    ahead = PagesAhead(engine)
    ahead.start()
    at = history + per_round
    rates, cpu = [], []
    for _ in range(rounds):
        part = messages[at : at + per_round]
        at += per_round
        started_s, cpu_s = time.perf_counter(), time.process_time()
        for k in range(0, per_round, BATCH):
            _decide(engine, part[k : k + BATCH])
        rates.append(per_round / (time.perf_counter() - started_s))
        cpu.append((time.process_time() - cpu_s) / per_round * 1e6)
    at += _stages(report, engine, messages[at : at + per_round], prefix=prefix)
    report.figure(f"{prefix}rate_per_s", rates)
    report.figure(f"{prefix}cpu_us_per_event", cpu)
    for size in SMALL_BATCHES:
        at += _latency(report, engine, size, start_ms=START_MS + at * STEP_MS, prefix=prefix)
    again = fresh()
    started_s = time.perf_counter()
    proof = rebuild(again, (records[k : k + 10_000] for k in range(0, len(records), 10_000)))
    report.figure(f"{prefix}fold_rate_per_s", proof.records / (time.perf_counter() - started_s))
    stats = engine.features.state.stats()
    report.figure(f"{prefix}state_bytes_per_event", stats.bytes_used / (history + per_round * (rounds + 2)))
    ahead.stop()
    gc.unfreeze()


def _stages(report: Report, engine: Engine, messages: list[bytes], *, prefix: str) -> int:
    """Microseconds a message by stage, `other` for what is in none; the watching takes a little itself."""
    started_s = time.perf_counter()
    with watched(engine) as spent:
        for k in range(0, len(messages), BATCH):
            _decide(engine, messages[k : k + BATCH])
    spent["other"] = time.perf_counter() - started_s - sum(spent.values())
    for stage, seconds in spent.items():
        report.figure(f"{prefix}stage_{stage}_us", seconds / len(messages) * 1e6)
    return len(messages)


def _decide(engine: Engine, messages: list[bytes]) -> list[bytes]:
    return engine.decide(messages, now_ms=NOW_MS, door=Door.INBOUND).encoded.records()


def _latency(report: Report, engine: Engine, size: int, *, start_ms: int, prefix: str) -> int:
    calls = 2_000 if size == 1 else 200
    messages = random_messages(calls * size, seed=10 + size, start_ms=start_ms)
    taken = []
    for k in range(0, len(messages), size):
        started_s = time.perf_counter()
        _decide(engine, messages[k : k + size])
        taken.append((time.perf_counter() - started_s) * 1e6)
    report.figure(f"{prefix}batch_{size}_p50_us", float(np.percentile(taken, 50)))
    report.figure(f"{prefix}batch_{size}_p99_us", float(np.percentile(taken, 99)))
    return len(messages)


if __name__ == "__main__":
    sys.exit(main())
