"""What an event says by itself: its features, the bits that filters look at, and the values that are counted.

Local time is Brasília's at UTC-3, the same for every tenant and every year: Brazil has had no summer time since Decree 9,772 of
25 April 2019, and one fixed offset keeps replays of older history comparable.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from contracts.transactions import MAX_BALANCE_MINOR, Channel, Direction
from feature_store.calendar import (
    BUSINESS_DAY,
    BUSINESS_DAY_NUMBER,
    DAY_OF_MONTH,
    HOLIDAY,
    PAYDAY_BUSINESS_DAY,
    bank_days,
)
from feature_store.columns import COUNTRY, DEVICE_ID, ENTRY_MODE, MAX_LATITUDE_E5, MAX_LONGITUDE_E5
from feature_store.kernels import Word, part
from feature_store.stream.layout import HAS_PLACE, NO_KEY, W_LATITUDE, W_LONGITUDE, W_OF_EVENT, Memory
from feature_store.vocabulary import DAY_MS, HOUR_MS, EventValue, Value, Where

UTC_OFFSET_MS = -3 * HOUR_MS
NIGHT_FROM_HOUR, NIGHT_UNTIL_HOUR = 20, 6  # BCB Resolution 142 of 23 September 2021, art. 3
BUSINESS_FROM_HOUR, BUSINESS_UNTIL_HOUR = 10, 16
ROUND_AMOUNT_MINOR = 10_000
SMALL_BELOW_MINOR = 2_000
LARGE_FROM_MINOR = 100_000
# Limits that people know, in minor units: a device that is not registered (BCB Resolution 403 of 2024), Pix at night (BCB
# Resolution 142 of 2021), cash whose bearer is named and cash that is reported (BCB Circular 3,978 of 2020, art. 33 and 49).
LIMITS_MINOR = (20_000, 100_000, 200_000, 5_000_000)
JUST_UNDER_PCT = 90
DRAINED_BELOW_PCT = 20
THURSDAY = 3  # 1 January 1970
# ISO 18245 categories that are often abused: money transfer, quasi-cash and crypto, securities, telemarketing, adult,
# dating, gambling and prepaid value.
RISKY_MCCS = (4829, 5816, 5962, 5966, 5967, 6051, 6211, 6540, 7273, 7801, 7802, 7995)
HOME_COUNTRY = b"BR"
NOT_PRESENT_ENTRY = b"ecommerce"
CONTACTLESS_ENTRY = b"contactless"
PLACE_E5 = 10_000

_PIX, _CARD, _BOLETO, _TED, _CASH, _INTERNAL = (
    list(Channel).index(channel)
    for channel in (Channel.PIX, Channel.CARD, Channel.BOLETO, Channel.TED, Channel.CASH, Channel.INTERNAL)
)
_DEBIT = list(Direction).index(Direction.DEBIT)
_HOME, _TYPED, _TAPPED = (np.frombuffer(text, np.uint8) for text in (HOME_COUNTRY, NOT_PRESENT_ENTRY, CONTACTLESS_ENTRY))
_OFFSET_MS, _HOUR_MS, _DAY_MS = UTC_OFFSET_MS, HOUR_MS, DAY_MS
_DAYS = bank_days()
_PLACE, _HOUR, _MCC = (value - Value.PLACE for value in (Value.PLACE, Value.HOUR, Value.MCC))
_SOURCE_PLACE, _SOURCE_HOUR = int(Value.PLACE), int(Value.HOUR)
_PLACES_ROUND_THE_EARTH = 2 * MAX_LONGITUDE_E5 // PLACE_E5 + 1
_WHERE_PIX, _WHERE_CARD, _WHERE_CASH, _WHERE_NIGHT, _WHERE_SMALL, _WHERE_LARGE = (
    int(1 << where) for where in (Where.PIX, Where.CARD, Where.CASH, Where.NIGHT, Where.SMALL, Where.LARGE)
)
_WHERE_ROUND, _WHERE_JUST_UNDER, _WHERE_NOT_PRESENT, _WHERE_ABROAD, _WHERE_RISKY, _WHERE_DRAINING = (
    int(1 << where)
    for where in (Where.ROUND, Where.JUST_UNDER, Where.NOT_PRESENT, Where.ABROAD, Where.RISKY_MCC, Where.DRAINING)
)
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
def _local_hour(event_ms: Word) -> Any:
    return ((event_ms + _OFFSET_MS) // _HOUR_MS) % 24


@part
def _is_night(hour: Word) -> Any:
    return hour >= NIGHT_FROM_HOUR or hour < NIGHT_UNTIL_HOUR


@part
def _is_just_under_limit(amount: Word) -> Any:
    for limit in LIMITS_MINOR:  # noqa: SIM110 (numba knows no generator here)
        if amount < limit and 100 * amount >= JUST_UNDER_PCT * limit:
            return True
    return False


@part
def _is_risky(mcc: Word) -> Any:
    for known in RISKY_MCCS:  # noqa: SIM110
        if mcc == known:
            return True
    return False


@part
def _drains(direction: Word, amount: Word, balance: Word) -> Any:
    """Whether a payment leaves less than a fifth of what there was."""
    return direction == _DEBIT and balance > 0 and 100 * (balance - amount) < DRAINED_BELOW_PCT * balance


@part
def place_of(latitude_e5: Word, longitude_e5: Word) -> Any:
    """The square that an event lies in, or NO_KEY."""
    if abs(latitude_e5) > MAX_LATITUDE_E5 or abs(longitude_e5) > MAX_LONGITUDE_E5:
        return np.int64(NO_KEY)
    north, east = (latitude_e5 + MAX_LATITUDE_E5) // PLACE_E5, (longitude_e5 + MAX_LONGITUDE_E5) // PLACE_E5
    return np.int64(north * _PLACES_ROUND_THE_EARTH + east)


@part
def value_of_event(source: Word, event_ms: Word, mcc: Word, latitude_e5: Word, longitude_e5: Word) -> Any:
    """What an event has of a value that is its own (`vocabulary.Value` from PLACE on), or NO_KEY."""
    if source == _SOURCE_PLACE:
        return place_of(latitude_e5, longitude_e5)
    if source == _SOURCE_HOUR:
        return np.int64(_local_hour(event_ms))
    return np.int64(mcc if mcc >= 0 else NO_KEY)


@part
def take_event(
    m: Memory,
    event_ms: Word,
    amount: Word,
    channel: Word,
    direction: Word,
    mcc: Word,
    latitude_e5: Word,
    longitude_e5: Word,
    balance: Word,
    buffer: Word,
    spans: NDArray[np.int32],
    row: Word,
) -> Any:
    """Put the event's own counted values and place into `work`; return the bits that say which filters it passes."""
    hour = _local_hour(event_ms)
    bits = np.int64(1) | (np.int64(2) << direction)
    bits |= _WHERE_PIX if channel == _PIX else 0
    bits |= _WHERE_CARD if channel == _CARD else 0
    bits |= _WHERE_CASH if channel == _CASH else 0
    bits |= _WHERE_NIGHT if _is_night(hour) else 0
    bits |= _WHERE_SMALL if amount < SMALL_BELOW_MINOR else 0
    bits |= _WHERE_LARGE if amount >= LARGE_FROM_MINOR else 0
    bits |= _WHERE_ROUND if amount % ROUND_AMOUNT_MINOR == 0 else 0
    bits |= _WHERE_JUST_UNDER if _is_just_under_limit(amount) else 0
    bits |= _WHERE_NOT_PRESENT if _is_text(buffer, spans, row, ENTRY_MODE, _TYPED) == 1.0 else 0
    bits |= _WHERE_ABROAD if _is_text(buffer, spans, row, COUNTRY, _HOME) == 0.0 else 0
    bits |= _WHERE_RISKY if mcc >= 0 and _is_risky(mcc) else 0
    bits |= _WHERE_DRAINING if _drains(direction, amount, balance) else 0
    place = place_of(latitude_e5, longitude_e5)
    m.work[W_OF_EVENT + _HOUR] = hour
    m.work[W_OF_EVENT + _MCC] = mcc if mcc >= 0 else NO_KEY
    m.work[W_OF_EVENT + _PLACE] = place
    if place != NO_KEY:
        m.work[W_LATITUDE], m.work[W_LONGITUDE] = latitude_e5, longitude_e5
        bits |= HAS_PLACE
    return bits


@part
def _emit_day(local_ms: Word, hour: Word, out: Word, first: Word) -> Any:
    """What the calendar says; days outside its table are no holidays, and business days from Monday to Friday."""
    day = local_ms // _DAY_MS
    weekday = (day + THURSDAY) % 7
    holiday, works, number, of_month = 0, weekday < 5, 0, 0
    if 0 <= day < _DAYS.shape[0]:
        holiday, works = _DAYS[day, HOLIDAY], _DAYS[day, BUSINESS_DAY] != 0
        number, of_month = _DAYS[day, BUSINESS_DAY_NUMBER], _DAYS[day, DAY_OF_MONTH]
    out[first + 18] = of_month
    out[first + 19] = holiday
    out[first + 20] = 1.0 if works else 0.0
    out[first + 21] = number
    out[first + 22] = 1.0 if works and number == PAYDAY_BUSINESS_DAY else 0.0
    out[first + 23] = 1.0 if works and BUSINESS_FROM_HOUR <= hour < BUSINESS_UNTIL_HOUR else 0.0


@part
def emit_event(
    event_ms: Word,
    amount: Word,
    channel: Word,
    direction: Word,
    mcc: Word,
    balance: Word,
    bits: Word,
    buffer: Word,
    spans: NDArray[np.int32],
    row: Word,
    out: Word,
    first: Word,
) -> Any:
    """Write the values of `EventValue`, in its order, to out[first:]."""
    local_ms = event_ms + _OFFSET_MS
    hour = _local_hour(event_ms)
    weekday = (local_ms // _DAY_MS + THURSDAY) % 7
    out[first] = np.float32(np.log(np.float64(amount)))
    out[first + 1] = 1.0 if amount % ROUND_AMOUNT_MINOR == 0 else 0.0
    out[first + 2] = hour
    out[first + 3] = weekday
    out[first + 4] = 1.0 if weekday >= 5 else 0.0
    out[first + 5] = 1.0 if _is_night(hour) else 0.0
    out[first + 6] = 1.0 if channel == _PIX else 0.0
    out[first + 7] = 1.0 if channel == _CARD else 0.0
    out[first + 8] = 1.0 if channel == _BOLETO else 0.0
    out[first + 9] = 1.0 if channel == _TED else 0.0
    out[first + 10] = 1.0 if channel == _CASH else 0.0
    out[first + 11] = 1.0 if direction == _DEBIT else 0.0
    out[first + 12] = (1.0 if _is_risky(mcc) else 0.0) if mcc >= 0 else np.nan
    out[first + 13] = 1.0 - _is_text(buffer, spans, row, COUNTRY, _HOME)
    out[first + 14] = _is_text(buffer, spans, row, ENTRY_MODE, _TYPED)
    out[first + 15] = 1.0 if _is_just_under_limit(amount) else 0.0
    out[first + 16] = 1.0 if amount < SMALL_BELOW_MINOR else 0.0
    out[first + 17] = amount % 100
    _emit_day(local_ms, hour, out, first)
    out[first + 24] = 1.0 if channel == _INTERNAL else 0.0
    out[first + 25] = _is_text(buffer, spans, row, ENTRY_MODE, _TAPPED)
    out[first + 26] = 1.0 if bits & HAS_PLACE else 0.0
    out[first + 27] = 1.0 if spans[row, DEVICE_ID, 1] > spans[row, DEVICE_ID, 0] else 0.0
    known = balance >= -MAX_BALANCE_MINOR
    pays = direction == _DEBIT and balance > 0
    out[first + 28] = np.float32(np.log(np.float64(max(balance, 0) + 1))) if known else np.nan
    out[first + 29] = np.float32(np.float64(amount) / np.float64(balance)) if pays else np.nan
    out[first + 30] = (1.0 if bits & _WHERE_DRAINING else 0.0) if known else np.nan
