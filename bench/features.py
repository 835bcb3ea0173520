"""`baas bench features`: the fold's windows against Polars over the same events, in the same run, and how far they differ.

The fold answers each event as it comes; Polars computes a whole frame at once, which is the most favourable way to ask it.
"""

import sys
import time
from collections.abc import Callable, Sequence

import numpy as np
import polars as pl

from bench.report import Report, parser
from feature_store.batch.engine import SETTLED_FEATURES, window_features
from feature_store.columns import EventColumns, TenantNumbers
from feature_store.definitions import FEATURE_COUNT, FEATURE_NAMES, WINDOW_FEATURES
from feature_store.frames import columns_from_frame
from feature_store.stream.state import Bounds, FeatureState
from feature_store.vocabulary import DAY_MS

START_MS = 1_764_000_000_000
HISTORY_DAYS = 31
CUSTOMERS, PAYEES = 60_000, 20_000
MCCS = (4814, 4829, 5311, 5411, 5541, 5732, 5812, 5912, 5999, 6051, 7011, 7995)
AHEAD_BYTES_PER_EVENT = 1_536  # rings are powers of two and grow by copying
BATCH = 1_024
SMALL_BATCHES = (64, 1)
FULL = {"history": 600_000, "rounds": 9, "round_batches": 40, "small_calls": 2_000, "parity": 60_000, "parity_rounds": 3}
QUICK = {"history": 50_000, "rounds": 5, "round_batches": 10, "small_calls": 500, "parity": 5_000, "parity_rounds": 1}
JITTER_MS = 2_000
PEEKED = 500
Call = Callable[[EventColumns, np.ndarray, np.ndarray], None]


def main() -> int:
    """Run the bench and print its report; exit code 1 when the two engines differ in a value."""
    options = parser("features", "The whole catalogue for each event, against Polars").parse_args()
    sizes = QUICK if options.quick else FULL
    report = Report("features")
    with report.loaded():
        FeatureState(Bounds(tenants=1, keys=1)).warm_up()
        _speed(report, sizes)
        _parity(report, sizes)
        report.settings |= {
            "features": FEATURE_COUNT,
            "window_features": len(WINDOW_FEATURES),
            "settled": len(SETTLED_FEATURES),
            "batch": BATCH,
            "jitter_ms": JITTER_MS,
            **sizes,
        }
    report.publish()
    return 1 if report.figures["mismatches"].median else 0


def random_frame(count: int, *, seed: int, days: float, start_ms: int = START_MS) -> pl.DataFrame:
    """Skewed customers and payees, one device and account a customer, cards for a third; ordered, no two in a millisecond."""
    rng = np.random.default_rng(seed)

    def skewed(size: int) -> np.ndarray:
        weights = 1.0 / np.arange(1, size + 1) ** 0.6
        return np.searchsorted(np.cumsum(weights / weights.sum()), rng.random(count)).clip(0, size - 1)

    def named(prefix: str, numbers: np.ndarray) -> pl.Series:
        return pl.Series([prefix]).new_from_index(0, count) + pl.Series(numbers).cast(pl.String).str.zfill(8)

    customers, payees = skewed(CUSTOMERS), skewed(PAYEES)
    span_ms = int(days * DAY_MS)
    times = np.sort(rng.choice(span_ms // 8, count, replace=False)) * 8 + rng.integers(0, 8, count)
    return pl.DataFrame(
        {
            "tenant_id": pl.Series(["bench"]).new_from_index(0, count),
            "event_time_ms": start_ms + times,
            "amount_minor": np.exp(rng.normal(8.5, 1.5, count)).astype(np.int64) + 1,
            "channel": pl.Series(rng.choice(["pix", "card", "boleto", "ted"], count)),
            "direction": pl.Series(rng.choice(["debit", "debit", "credit"], count)),
            "customer_id": named("c", customers),
            "account_id": named("0193f2aa-bbbb-7bbb-8bbb-", customers),
            "card_id": pl.select(pl.when(pl.Series(rng.random(count) < 0.33)).then(named("k", customers))).to_series(),
            "device_id": named("d", np.where(rng.random(count) < 0.02, skewed(CUSTOMERS), customers)),
            "ip": named("i", customers // 3),
            "payee_id": named("p", payees),
            "merchant_id": pl.select(pl.when(pl.Series(rng.random(count) < 0.4)).then(named("m", payees))).to_series(),
            "mcc": pl.select(pl.when(pl.Series(rng.random(count) < 0.4)).then(pl.Series(rng.choice(MCCS, count)))).to_series(),
            "latitude_e5": pl.Series(rng.integers(-2_400_000, -2_300_000, count)),
            "longitude_e5": pl.Series(rng.integers(-4_700_000, -4_600_000, count)),
            "country": pl.Series(["BR"]).new_from_index(0, count),
            "balance_minor": np.exp(rng.normal(11, 1.5, count)).astype(np.int64),
        }
    )


def _speed(report: Report, sizes: dict[str, int]) -> None:
    rounds, round_events = sizes["rounds"], sizes["round_batches"] * BATCH
    small = [calls * size for size in SMALL_BATCHES for calls in [sizes["small_calls"]]]
    total = sizes["history"] + (rounds + 1) * round_events + sum(small) + PEEKED
    frame = random_frame(total, seed=1, days=HISTORY_DAYS * total / sizes["history"])
    started_s = time.perf_counter()
    events = columns_from_frame(frame, TenantNumbers())
    report.figure("frame_to_columns_per_s", total / (time.perf_counter() - started_s))
    state = FeatureState()
    state.populate_ahead(total * AHEAD_BYTES_PER_EVENT)
    at = sizes["history"]
    _run(state, events.rows(0, at), BATCH)
    measured = [_run(state, events.rows(at + k * round_events, at + (k + 1) * round_events), BATCH) for k in range(rounds)]
    at += rounds * round_events
    report.figure("rate_per_s", [1e6 / wall_us for wall_us, _ in measured])
    report.figure("cpu_us_per_event", [cpu_us for _, cpu_us in measured])
    report.figure("out_of_order_cpu_us_per_event", _run(state, _jittered(events.rows(at, at + round_events)), BATCH)[1])
    at += round_events
    for size, count in zip(SMALL_BATCHES, small, strict=True):
        _latency(report, f"batch_{size}", [events.rows(k, k + size) for k in range(at, at + count, size)], state.apply)
        at += count
    _latency(report, "what_if", [events.rows(k, k + 1) for k in range(at, at + PEEKED)], state.peek)
    stats = state.stats()
    report.figure("bytes_per_key", stats.bytes_used / sum(stats.keys.values()))


def _run(state: FeatureState, events: EventColumns, batch: int) -> tuple[float, float]:
    """(wall, cpu) microseconds an event."""
    out, flags = np.empty((batch, FEATURE_COUNT), np.float32), np.empty(batch, np.uint8)
    started_s, cpu_s = time.perf_counter(), time.thread_time()
    for k in range(0, len(events), batch):
        part = events.rows(k, min(k + batch, len(events)))
        state.apply(part, out[: len(part)], flags[: len(part)])
    wall_s, cpu_s = time.perf_counter() - started_s, time.thread_time() - cpu_s
    return wall_s / len(events) * 1e6, cpu_s / len(events) * 1e6


def _jittered(events: EventColumns) -> EventColumns:
    """The same events, arriving up to JITTER_MS late."""
    delays = np.random.default_rng(3).integers(0, JITTER_MS, len(events))
    return events.take(np.argsort(events.event_time_ms + delays, kind="stable"))


def _latency(report: Report, name: str, batches: Sequence[EventColumns], call: Call) -> None:
    size = len(batches[0])
    out, flags = np.empty((size, FEATURE_COUNT), np.float32), np.empty(size, np.uint8)
    taken = []
    for part in batches:
        started_ns = time.perf_counter_ns()
        call(part, out, flags)
        taken.append((time.perf_counter_ns() - started_ns) / 1e3)
    report.figure(f"{name}_p50_us", float(np.percentile(taken, 50)))
    report.figure(f"{name}_p99_us", float(np.percentile(taken, 99)))


def _parity(report: Report, sizes: dict[str, int]) -> None:
    """Time both engines over one frame, and count the values in which they differ."""
    count = sizes["parity"]
    frame = random_frame(count, seed=2, days=HISTORY_DAYS)
    events = columns_from_frame(frame, TenantNumbers())
    fold_rates, polars_rates = [], []
    out, flags = np.empty((count, FEATURE_COUNT), np.float32), np.empty(count, np.uint8)
    for _ in range(sizes["parity_rounds"]):
        state = FeatureState()
        state.populate_ahead(count * AHEAD_BYTES_PER_EVENT)
        started_s = time.perf_counter()
        state.apply(events, out, flags)
        fold_rates.append(count / (time.perf_counter() - started_s))
        started_s = time.perf_counter()
        settled = window_features(frame).to_numpy()
        polars_rates.append(count / (time.perf_counter() - started_s))
    found = out[:, [FEATURE_NAMES.index(feature.name) for feature in SETTLED_FEATURES]]
    differs = ~((found == settled) | (np.isnan(found) & np.isnan(settled)))
    report.figure("mismatches", float(differs.sum()))
    report.figure("compared_values", float(differs.size))
    fold = report.figure("same_frame_rate_per_s", fold_rates)
    peer = report.baseline("polars", "same_frame_rate_per_s", polars_rates)
    report.ratio("rate_vs_polars", fold / peer)


if __name__ == "__main__":
    sys.exit(main())
