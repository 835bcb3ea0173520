"""The groups of decisions that a model is held to: by channel, amount and part of the day."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from contracts.transactions import Channel
from feature_store.vocabulary import DAY_MS

Segments = Mapping[str, tuple[NDArray[np.int64], tuple[str, ...]]]

_AMOUNTS = (0, 10_000, 50_000, 200_000, 1_000_000)
_AMOUNT_NAMES = ("below 100", "100 to 500", "500 to 2,000", "2,000 to 10,000", "10,000 and more")
_HOURS = ("night", "morning", "afternoon", "evening")
_UTC_TO_BRASILIA_MS = -3 * 3_600_000


def segments(
    *, event_time_ms: NDArray[np.int64], channel: NDArray[np.int64], amount_minor: NDArray[np.int64]
) -> dict[str, tuple[NDArray[np.int64], tuple[str, ...]]]:
    """Return group numbers (n,) by dimension, with the names of groups; `channel` are places in `Channel`."""
    hours = (event_time_ms + _UTC_TO_BRASILIA_MS) % DAY_MS // (DAY_MS // len(_HOURS))
    return {
        "channel": (channel, tuple(each.value for each in Channel)),
        "amount": (np.searchsorted(np.array(_AMOUNTS), amount_minor, side="right") - 1, _AMOUNT_NAMES),
        "part of the day": (hours, _HOURS),
    }
