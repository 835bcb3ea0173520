"""Features of the event alone.

Local time is Brasília's at UTC-3, the same for every tenant and every year: Brazil has had no summer time since Decree 9,772 of
25 April 2019, and one fixed offset keeps replays of older history comparable.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from contracts.transactions import Channel, Direction
from feature_store.columns import COUNTRY, ENTRY_MODE
from feature_store.kernels import Word, part
from feature_store.vocabulary import DAY_MS, HOUR_MS, EventValue

UTC_OFFSET_MS = -3 * HOUR_MS
NIGHT_FROM_HOUR, NIGHT_UNTIL_HOUR = 20, 6  # BCB Resolution 142 of 23 September 2021, art. 3
ROUND_AMOUNT_MINOR = 10_000
THURSDAY = 3  # 1 January 1970
# ISO 18245 categories that are often abused: money transfer, quasi-cash and crypto, securities, telemarketing, adult,
# dating, gambling and prepaid value.
RISKY_MCCS = (4829, 5816, 5962, 5966, 5967, 6051, 6211, 6540, 7273, 7801, 7802, 7995)
HOME_COUNTRY = b"BR"
NOT_PRESENT_ENTRY = b"ecommerce"

_PIX, _CARD, _BOLETO, _TED, _CASH = (
    list(Channel).index(channel) for channel in (Channel.PIX, Channel.CARD, Channel.BOLETO, Channel.TED, Channel.CASH)
)
_DEBIT = list(Direction).index(Direction.DEBIT)
_HOME = np.frombuffer(HOME_COUNTRY, np.uint8)
_TYPED = np.frombuffer(NOT_PRESENT_ENTRY, np.uint8)
_OFFSET_MS, _HOUR_MS, _DAY_MS = UTC_OFFSET_MS, HOUR_MS, DAY_MS
EVENT_VALUES = len(EventValue)


@part
def _is_text(buffer: Word, spans: NDArray[np.int32], row: Word, field: Word, expected: NDArray[np.uint8]) -> Any:
    """1 or 0, NaN when the text is missing."""
    start, end = spans[row, field, 0], spans[row, field, 1]
    if end == start:
        return np.nan
    if end - start != expected.shape[0]:
        return 0.0
    for k in range(expected.shape[0]):
        if buffer[start + k] != expected[k]:
            return 0.0
    return 1.0


@part
def emit_event(
    event_ms: Word,
    amount: Word,
    channel: Word,
    direction: Word,
    mcc: Word,
    buffer: Word,
    spans: NDArray[np.int32],
    row: Word,
    out: Word,
    first: Word,
) -> Any:
    """Write the values of `EventValue`, in its order, to out[first:]."""
    local_ms = event_ms + _OFFSET_MS
    hour = (local_ms // _HOUR_MS) % 24
    weekday = (local_ms // _DAY_MS + THURSDAY) % 7
    out[first] = np.float32(np.log(np.float64(amount)))
    out[first + 1] = 1.0 if amount % ROUND_AMOUNT_MINOR == 0 else 0.0
    out[first + 2] = hour
    out[first + 3] = weekday
    out[first + 4] = 1.0 if weekday >= 5 else 0.0
    out[first + 5] = 1.0 if hour >= NIGHT_FROM_HOUR or hour < NIGHT_UNTIL_HOUR else 0.0
    out[first + 6] = 1.0 if channel == _PIX else 0.0
    out[first + 7] = 1.0 if channel == _CARD else 0.0
    out[first + 8] = 1.0 if channel == _BOLETO else 0.0
    out[first + 9] = 1.0 if channel == _TED else 0.0
    out[first + 10] = 1.0 if channel == _CASH else 0.0
    out[first + 11] = 1.0 if direction == _DEBIT else 0.0
    risky = 0.0
    for known in RISKY_MCCS:
        if mcc == known:
            risky = 1.0
    out[first + 12] = risky if mcc >= 0 else np.nan
    home = _is_text(buffer, spans, row, COUNTRY, _HOME)
    out[first + 13] = 1.0 - home
    out[first + 14] = _is_text(buffer, spans, row, ENTRY_MODE, _TYPED)
