"""`baas bench parity`: the same events through the fold, Polars and a real Flink job on Kafka; every value that differs counts.

The fold takes all frames through one state, a tenant each; Polars computes frame by frame. Flink computes the first frame's
features that are marked for it. Values are compared bit for bit, NaN being like NaN. Exit code 1 when any differs.
"""

import sys
import time

import numpy as np
import polars as pl

from bench.features import AHEAD_BYTES_PER_EVENT, BATCH, HISTORY_DAYS, START_MS, random_frame
from bench.flink_run import PROJECT, flink_values
from bench.flink_traffic import frame_of, transactions_of
from bench.report import Report, parser
from feature_store.batch.engine import SETTLED_FEATURES, window_features
from feature_store.columns import TenantNumbers
from feature_store.definitions import FEATURE_COUNT, FEATURE_NAMES
from feature_store.flink.marked import MARKED
from feature_store.frames import columns_from_frame
from feature_store.stream.state import FeatureState
from kit.localset.flink import Sizes, running_cluster
from kit.settings import settings

FRAME_EVENTS = 100_000
FULL, QUICK = (10, 100_000), (1, 5_000)


def main() -> int:
    """Run the bench and print its report."""
    options = parser("parity", "The fold against Polars and Flink, value by value")
    options.add_argument("--parallelism", type=int, default=1, help="of the Flink job")
    options.add_argument("--without-flink", action="store_true", help="compare with Polars alone; needs no broker")
    chosen = options.parse_args()
    frames, flink_events = QUICK if chosen.quick else FULL
    report = Report("parity")
    with report.loaded():
        mismatches = _against_polars(report, frames)
        if not chosen.without_flink:
            mismatches += _against_flink(report, flink_events, parallelism=chosen.parallelism)
        report.figure("mismatches", mismatches)
        report.figure("events", frames * FRAME_EVENTS)
        report.settings |= {"features": FEATURE_COUNT, "settled": len(SETTLED_FEATURES), "marked_for_flink": len(MARKED)}
    report.publish()
    return 1 if mismatches else 0


def differing(found: pl.DataFrame, expected: pl.DataFrame) -> dict[str, int]:
    """Return how many values of each column differ in a bit, NaN being like NaN; columns without a difference are left out."""
    counts = {}
    for name in expected.columns:
        ours, theirs = found[name].to_numpy(), expected[name].to_numpy()
        wrong = int((~((ours == theirs) | (np.isnan(ours) & np.isnan(theirs)))).sum())
        if wrong:
            counts[name] = wrong
    return counts


def _frame(number: int) -> pl.DataFrame:
    frame = random_frame(FRAME_EVENTS, seed=number, days=HISTORY_DAYS, start_ms=START_MS)
    return frame.with_columns(tenant_id=pl.lit(f"bench{number}"))


def _against_polars(report: Report, frames: int) -> int:
    """Compare all that the settled view knows; return how many values differ."""
    state, tenants = FeatureState(), TenantNumbers()
    state.populate_ahead(frames * FRAME_EVENTS * AHEAD_BYTES_PER_EVENT)
    out, flags = np.empty((FRAME_EVENTS, FEATURE_COUNT), np.float32), np.empty(FRAME_EVENTS, np.uint8)
    settled = [FEATURE_NAMES.index(feature.name) for feature in SETTLED_FEATURES]
    fold_s = polars_s = 0.0
    wrong = 0
    for number in range(frames):
        frame = _frame(number)
        events = columns_from_frame(frame, tenants)
        started_s = time.perf_counter()
        for k in range(0, FRAME_EVENTS, BATCH):
            end = min(k + BATCH, FRAME_EVENTS)
            state.apply(events.rows(k, end), out[k:end], flags[k:end])
        folded_s = time.perf_counter()
        expected = window_features(frame)
        fold_s, polars_s = fold_s + folded_s - started_s, polars_s + time.perf_counter() - folded_s
        found = pl.DataFrame({name: out[:, column] for name, column in zip(expected.columns, settled, strict=True)})
        wrong += sum(differing(found, expected).values())
    report.figure("compared_values", frames * FRAME_EVENTS * len(settled))
    rate = report.figure("rate_per_s", frames * FRAME_EVENTS / fold_s)
    peer = report.baseline("polars", "rate_per_s", frames * FRAME_EVENTS / polars_s)
    report.ratio("rate_vs_polars", rate / peer)
    return wrong


def _against_flink(report: Report, count: int, *, parallelism: int) -> int:
    """Compare what is marked for Flink; return how many values differ."""
    ours = settings()
    transactions = transactions_of(random_frame(count, seed=1, days=HISTORY_DAYS))
    folder = ours.var.resolve() / "flink-bench"
    with running_cluster(folder, PROJECT, Sizes(slots=parallelism)) as cluster:
        run = flink_values(transactions, cluster=cluster, kafka=ours.kafka, parallelism=parallelism)
    started_s = time.perf_counter()
    expected = window_features(frame_of(transactions), MARKED)
    polars_s = time.perf_counter() - started_s
    report.figure("flink_events", count)
    report.figure("flink_compared_values", expected.width * expected.height)
    report.baseline("flink", "rate_per_s", run.rate_per_s)
    report.baseline("flink", "cpu_us_per_event", run.cpu_us_per_event)
    report.baseline("flink", "checkpoint_bytes_per_event", run.largest_checkpoint_bytes / count)
    report.baseline("polars", "marked_rate_per_s", count / polars_s)
    report.settings["flink_parallelism"] = parallelism
    return sum(differing(run.values, expected).values())


if __name__ == "__main__":
    sys.exit(main())
