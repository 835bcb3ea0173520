"""`baas bench engine`: messages to log records in one process: scan, dedupe, features, model, rules, policy, encode."""

import gc
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from bench.random_model import random_export
from bench.random_traffic import START_MS, STEP_MS, champion_control, quiet_policy, random_messages
from bench.report import Report, parser
from contracts.decisions import Door
from kit.pages import keep_freed_memory
from scoring.ahead import PagesAhead
from scoring.engine import Engine
from scoring.facts import apply_controls
from scoring.fold import rebuild

# After every message: what comes from the future is refused.
NOW_MS = START_MS + 365 * 86_400_000
BATCH = 1_024
FULL, QUICK = (300_000, 12), (100_000, 6)
SMALL_BATCHES = (1, 64)


def main() -> int:
    """Run the bench and print its report."""
    options = parser("engine", "Messages decided a second, whole pipeline in process").parse_args()
    history, rounds = QUICK if options.quick else FULL
    report = Report("engine")
    keep_freed_memory()
    with report.loaded(), tempfile.TemporaryDirectory() as folder:
        models = Path(folder)
        engine = Engine(models=models)
        controls = [champion_control(random_export(models)), quiet_policy()]
        records = [record for _, record in apply_controls(engine, controls).records]
        per_round = 40 * BATCH
        messages = random_messages(history + (rounds + 1) * per_round, seed=1)
        for at in range(0, history + per_round, BATCH):
            records += _decide(engine, messages[at : at + BATCH])
        gc.collect()
        gc.freeze()
        PagesAhead(engine).start()
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
        report.figure("rate_per_s", rates)
        report.figure("cpu_us_per_event", cpu)
        for size in SMALL_BATCHES:
            at += _latency(report, engine, size, start_ms=START_MS + at * STEP_MS)
        started_s = time.perf_counter()
        proof = rebuild(Engine(models=models), (records[k : k + 10_000] for k in range(0, len(records), 10_000)))
        report.figure("fold_rate_per_s", proof.records / (time.perf_counter() - started_s))
        report.settings |= {
            "batch": BATCH, "history_events": history, "rounds": rounds, "slow_rows": engine.counters.slow_rows,
            "flagged_pct": round(100 * sum(engine.counters.verdicts[1:]) / engine.counters.decided, 2),
        }  # fmt: skip
    report.publish()
    return 0


def _decide(engine: Engine, messages: list[bytes]) -> list[bytes]:
    return engine.decide(messages, now_ms=NOW_MS, door=Door.INBOUND).encoded.records()


def _latency(report: Report, engine: Engine, size: int, *, start_ms: int) -> int:
    calls = 2_000 if size == 1 else 200
    messages = random_messages(calls * size, seed=10 + size, start_ms=start_ms)
    taken = []
    for k in range(0, len(messages), size):
        started_s = time.perf_counter()
        _decide(engine, messages[k : k + size])
        taken.append((time.perf_counter() - started_s) * 1e6)
    report.figure(f"batch_{size}_p50_us", float(np.percentile(taken, 50)))
    report.figure(f"batch_{size}_p99_us", float(np.percentile(taken, 99)))
    return len(messages)


if __name__ == "__main__":
    sys.exit(main())
