"""What a feature costs: nanoseconds of its line in a vector as `baas bench feature-costs` measured them, bytes by the layout.

Windows are shared: what one feature keeps, its neighbours over the same window read too. So the bytes of all features are more
than the state has, and the nanoseconds leave out what moving the window takes.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from feature_store.stream.layout import PAIR_ENTRY
from feature_store.stream.plan import compile_plan
from feature_store.vocabulary import NEEDS_VALUE, Feature, WindowFeature

MEASURED = Path(__file__).with_name("costs.json")
_WORD_BYTES = 8


@dataclass(frozen=True, slots=True)
class Cost:
    """`ns` an event, None where it was not measured. `key_bytes` are kept for each key, `event_bytes` for each event of it.

    A kind of values that is counted takes `event_bytes` for each different value too, which is at most once an event.
    """

    ns: float | None
    key_bytes: int
    event_bytes: int


@cache
def measured_ns() -> dict[str, float]:
    """Nanoseconds by feature, as last measured."""
    found: dict[str, float] = json.loads(MEASURED.read_text())["ns"]
    return found


def cost_of(feature: Feature) -> Cost:
    """What this feature would cost if it were the only one."""
    ns = measured_ns().get(feature.name)
    if not isinstance(feature, WindowFeature):
        return Cost(ns, 0, 0)
    key_bytes, event_bytes = compile_plan((feature,)).bytes_kept[feature.entity]
    values_bytes = PAIR_ENTRY * _WORD_BYTES if feature.aggregation in NEEDS_VALUE else 0
    return Cost(ns, key_bytes, event_bytes + values_bytes)
