"""Where the events of remembered decisions lie in the feature state, so that a label that comes weeks later finds them.

A place is a number of a key, and an event_time and amount in its log. The number cannot be confused after the key has gone and
another id has its number: a key is freed only when its tenant's watermark has passed all its events by the longest window and
the lateness, and whatever that tenant puts there later is younger than the watermark, so that no event of the old times is
found. Another tenant's clock may stand anywhere; the key's tenant is compared.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from feature_store.stream.state import LABEL_KEYS, FeatureState
from feature_store.stream.waiting import Waiting

NO_LABEL = 0
# An amount is 1 and more: a decision whose event is not in any log has this one.
_NOWHERE = 0


@dataclass
class Places:
    """Columns of up to `rows` decisions. `labels` has NO_LABEL, or what `_code` makes of the last label that was applied."""

    rows: int
    keys: NDArray[np.int32] = field(init=False)
    event_times_ms: NDArray[np.int64] = field(init=False)
    amounts_minor: NDArray[np.int64] = field(init=False)
    labels: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        self.keys = np.zeros((self.rows, LABEL_KEYS), np.int32)
        self.event_times_ms = np.zeros(self.rows, np.int64)
        self.amounts_minor = np.zeros(self.rows, np.int64)
        self.labels = np.zeros(self.rows, np.int64)

    def arrays(self, used: int) -> dict[str, NDArray[Any]]:
        """Views of what the first `used` decisions have, by name."""
        return {
            "keys": self.keys[:used],
            "event_times_ms": self.event_times_ms[:used],
            "amounts_minor": self.amounts_minor[:used],
            "labels": self.labels[:used],
        }

    def put(
        self,
        rows: slice | NDArray[np.int64],
        *,
        keys: NDArray[np.int32],
        event_time_ms: NDArray[np.int64],
        amount_minor: NDArray[np.int64],
        late: NDArray[np.bool_],
    ) -> None:
        """Note where the events of some rows went; a late one went nowhere."""
        self.keys[rows] = keys
        self.event_times_ms[rows] = event_time_ms
        self.amounts_minor[rows] = np.where(late, _NOWHERE, amount_minor) if late.any() else amount_minor

    def holds(self, row: int) -> bool:
        """Whether the row's event went into the windows."""
        return bool(self.amounts_minor[row] != _NOWHERE)

    def relabel(self, row: int, *, known_at_ms: int, fraud: bool) -> bool:
        """Take a label unless one that was known later was taken; return whether that changes what is known of the row."""
        before = int(self.labels[row])
        if before >> 1 > known_at_ms + 1:
            return False
        self.labels[row] = _code(known_at_ms, fraud=fraud)
        return bool(before & 1) != fraud


def judge(state: FeatureState, places: Places, row: int, *, tenant: int, label: Waiting) -> bool:
    """Have a label that is due known of a row's event; False when the event is in no log, now or ever."""
    if not places.holds(row):
        return False
    if places.relabel(row, known_at_ms=label.known_at_ms, fraud=label.fraud):
        state.label(
            tenant=tenant,
            keys=places.keys[row],
            event_time_ms=int(places.event_times_ms[row]),
            amount_minor=int(places.amounts_minor[row]),
            fraud=label.fraud,
        )
    return True


def _code(known_at_ms: int, *, fraud: bool) -> int:
    return 2 * (known_at_ms + 1) + fraud
