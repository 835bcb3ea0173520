"""The one list of features. Every engine, document and test derives from `CATALOGUE`.

A vector is float32[F] in catalogue order; NaN means unknown, never zero. `FEATURE_SET` is a hash of everything that decides a
value, so that a model, a snapshot and a decision say which features they mean. The families that the list is made of are in
`feature_store.families`.
"""

import hashlib
import json
from dataclasses import fields

from feature_store.families import DAILY_FEATURES, EVENT_FEATURES, EXTERNAL_FEATURES, QUOTIENT_FEATURES, WINDOW_FEATURES
from feature_store.vocabulary import DAY_MS, LATEST_EVENTS, Feature

__all__ = [
    "CATALOGUE", "DAILY_FEATURES", "EVENT_FEATURES", "EXTERNAL_FEATURES", "QUOTIENT_FEATURES", "WINDOW_FEATURES",
]  # fmt: skip

MAX_LATENESS_MS = DAY_MS
# A hot key keeps this many events: nine thousand amounts of 10^15 minor units still fit one int64 sum.
MAX_EVENTS_PER_KEY = 8_192
_SEMANTICS = 3

# New features come last: a model that was trained on a beginning of the list goes on being used (`risk.fitting`).
CATALOGUE: tuple[Feature, ...] = (
    *WINDOW_FEATURES, *DAILY_FEATURES, *EVENT_FEATURES, *QUOTIENT_FEATURES, *EXTERNAL_FEATURES,
)  # fmt: skip
FEATURE_NAMES: tuple[str, ...] = tuple(feature.name for feature in CATALOGUE)
FEATURE_COUNT = len(CATALOGUE)
BY_NAME: dict[str, Feature] = {feature.name: feature for feature in CATALOGUE}
LONGEST_WINDOW_MS = max(feature.reach_ms for feature in WINDOW_FEATURES)


def feature_set_of(catalogue: tuple[Feature, ...]) -> str:
    """Return the content hash of a catalogue: every word that decides a value, and none that only people read."""
    described = [
        [feature.kind, *(getattr(feature, f.name) for f in fields(feature) if f.name not in ("sentence", "reason", "owner"))]
        for feature in catalogue
    ]
    text = json.dumps([_SEMANTICS, MAX_LATENESS_MS, MAX_EVENTS_PER_KEY, LATEST_EVENTS, described], separators=(",", ":"))
    return f"fs-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


FEATURE_SET = feature_set_of(CATALOGUE)
