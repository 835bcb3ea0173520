"""`baas bench feature-costs`: nanoseconds that each feature's line in the vector takes, beside the whole vector's.

One line is too short to be timed: a state that writes the same feature many times is compared with one that writes it once.
"""

import json
import sys
import time
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np

from bench.features import random_frame
from bench.report import Report, parser
from contracts.controls import ProfileControl
from contracts.transactions import Channel, Direction, Transaction
from feature_store.columns import EventColumns, TenantNumbers
from feature_store.definitions import (
    CATALOGUE,
    DAILY_FEATURES,
    EVENT_FEATURES,
    EXTERNAL_FEATURES,
    FEATURE_NAMES,
    FEATURE_SET,
    QUOTIENT_FEATURES,
    WINDOW_FEATURES,
)
from feature_store.frames import columns_from_frame
from feature_store.stream.state import Bounds, FeatureState
from feature_store.vocabulary import TOLD_OF, DailyFeature, Feature, WindowFeature
from scoring.features import Features
from scoring.scanner import scan_transactions

COPIES = 64
BATCH = 1_024
DAYS = 31
FULL, QUICK = (16_384, 3), (4_096, 1)
_BOUNDS = Bounds(tenants=1, keys=2**17, log_bytes=2**30, table_bytes=2**28)


def main() -> int:
    """Run the bench and print its report."""
    options = parser("feature-costs", "Nanoseconds of each feature's line in a vector")
    options.add_argument("--write", type=Path, metavar="FILE", help="keep the figures, for `baas features` to show")
    chosen = options.parse_args()
    count, repeats = QUICK if chosen.quick else FULL
    report = Report("feature-costs")
    with report.loaded():
        FeatureState(Bounds(tenants=1, keys=1)).warm_up()
        events = columns_from_frame(random_frame(count, seed=1, days=DAYS), TenantNumbers())
        ns = {feature.name: _line_ns(feature, events, repeats) for feature in WINDOW_FEATURES}
        ns |= {feature.name: _line_ns(feature, events, repeats) for feature in DAILY_FEATURES}
        ns |= dict.fromkeys((feature.name for feature in EVENT_FEATURES), _event_line_ns(events, repeats))
        ns |= dict.fromkeys((feature.name for feature in QUOTIENT_FEATURES), _quotient_line_ns(events, repeats))
        ns |= dict.fromkeys((feature.name for feature in EXTERNAL_FEATURES), external_line_ns(repeats))
        by_kind = defaultdict(list)
        for feature in CATALOGUE:
            kind = feature.aggregation.name if isinstance(feature, WindowFeature) else feature.kind.name
            by_kind[kind.lower()].append(ns[feature.name])
        for kind, found in sorted(by_kind.items()):
            report.figure(f"{kind}_ns", float(np.median(found)))
        report.figure("all_lines_ns", sum(ns.values()))
        report.figure("vector_ns", 1e9 * _seconds(CATALOGUE, events, repeats) / len(events))
        report.settings |= {"features": len(CATALOGUE), "copies": COPIES, "events": count, "repeats": repeats, "batch": BATCH}
    if chosen.write:
        kept = {name: round(value, 1) for name, value in ns.items()}
        chosen.write.write_text(json.dumps({"feature_set": FEATURE_SET, "ns": kept}, indent=1) + "\n")
    report.publish()
    return 0


def _seconds(catalogue: Sequence[Feature], events: EventColumns, repeats: int) -> float:
    """Processor seconds of the best of some runs over all events, each from an empty state."""
    taken = []
    out, flags = np.empty((BATCH, len(catalogue)), np.float32), np.empty(BATCH, np.uint8)
    for _ in range(repeats):
        state = FeatureState(_BOUNDS, catalogue=catalogue)
        started_s = time.thread_time()
        for at in range(0, len(events), BATCH):
            state.apply(events.rows(at, at + BATCH), out, flags)
        taken.append(time.thread_time() - started_s)
    return min(taken)


def _each_ns(one: Sequence[Feature], many: Sequence[Feature], events: EventColumns, repeats: int) -> float:
    """What each feature that `many` has and `one` has not adds to an event; no less than nothing."""
    more_s = _seconds(many, events, repeats) - _seconds(one, events, repeats)
    return max(0.0, 1e9 * more_s / (len(many) - len(one)) / len(events))


def _line_ns(feature: WindowFeature | DailyFeature, events: EventColumns, repeats: int) -> float:
    copies = [replace(feature, name=f"{feature.name}_{number}") for number in range(COPIES)]
    return _each_ns([feature], copies, events, repeats)


def _event_line_ns(events: EventColumns, repeats: int) -> float:
    """Those of the event alone are written together: each takes its share."""
    return _each_ns(WINDOW_FEATURES[:1], [*WINDOW_FEATURES[:1], *EVENT_FEATURES], events, repeats)


def _quotient_line_ns(events: EventColumns, repeats: int) -> float:
    first = QUOTIENT_FEATURES[0]
    divided = [feature for feature in WINDOW_FEATURES if feature.name in (first.dividend, first.divisor)]
    copies = [replace(first, name=f"{first.name}_{number}") for number in range(COPIES)]
    return _each_ns(divided, [*divided, *copies], events, repeats)


def external_line_ns(repeats: int) -> float:
    """What is told of accounts, looked up for the account and the payee of each event: each feature takes its share."""
    messages = [_external_message(number) for number in range(BATCH)]
    scan, tenants = scan_transactions(messages), np.zeros(BATCH, np.int32)
    taken = []
    for asked in ((), [FEATURE_NAMES.index(feature.name) for feature in EXTERNAL_FEATURES]):
        features = Features(_BOUNDS)
        features.ask(asked)
        for number in range(BATCH):
            features.apply_profile(_told(number))
        seconds = []
        for _ in range(max(3, repeats)):
            started_s = time.thread_time()
            features.apply(scan, tenants, slice(0, BATCH))
            seconds.append(time.thread_time() - started_s)
        taken.append(min(seconds))
    return max(0.0, 1e9 * (taken[1] - taken[0]) / BATCH / len(EXTERNAL_FEATURES))


def _external_message(number: int) -> bytes:
    sample = Transaction(
        schema=1, transaction_id=str(uuid.UUID(int=number)), tenant_id="bench", source="bench", external_id=str(number),
        event_time=1, known_at=1, channel=Channel.PIX, direction=Direction.DEBIT, amount_minor=100, currency="BRL",
        account_id=_account(number), payee_id=_account(BATCH - 1 - number),
    )  # fmt: skip
    return msgspec.json.encode(sample)


def _told(number: int) -> ProfileControl:
    values = {feature.value: 0.5 for feature in EXTERNAL_FEATURES}
    return ProfileControl(
        control_id=str(uuid.UUID(int=number)), known_at=1, tenant_id="bench", entity=TOLD_OF, entity_id=_account(number),
        values=values,
    )  # fmt: skip


def _account(number: int) -> str:
    return str(uuid.UUID(int=2**64 + number))


if __name__ == "__main__":
    sys.exit(main())
