"""The scanner's kernels: one transaction object to spans, numbers and hashes, or to the slow path."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from contracts.transactions import LATEST_EVENT_MS, MAX_CLOCK_SKEW_MS, MAX_MESSAGE_BYTES
from scoring.bytes_kernels import TENANT_SEED, hash_span, load8, load64, low_bytes, mix
from scoring.fields import FIELDS, MISSING, NUMBER_COLUMNS, TEXT_COLUMNS, FieldTable
from scoring.kernels import inlined, kernel

_U = np.uint64
_TABLE = FieldTable()
KEYS, NAMES, FACTS, CLASSES, WORDS = _TABLE.keys, _TABLE.names, _TABLE.facts, _TABLE.classes, _TABLE.words
_REQUIRED = _TABLE.required
_EVENT_TIME, _KNOWN_AT = NUMBER_COLUMNS["event_time"], NUMBER_COLUMNS["known_at"]
_TENANT, _TRANSACTION = TEXT_COLUMNS["tenant_id"], TEXT_COLUMNS["transaction_id"]
_MISSING = MISSING
_MAX_DIGITS = 17
_TEXT, _NUMBER = 0, 1
_LATEST_EVENT_MS = LATEST_EVENT_MS
# One bit a byte: which of eight bytes of a UUID are digits and not dashes, from its places 0, 8, 16, 24 and 28 on.
_EIGHT_DIGITS = 0x0101010101010101
_FROM_8, _FROM_16 = 0x0101000101010100, 0x0001010101000101


@inlined
def _find_field(buffer: NDArray[np.uint8], start: int, length: int) -> Any:
    """The position of the field whose key is buffer[start:start+length], or -1."""
    if length < 1 or length > 16:
        return -1
    first = low_bytes(load64(buffer, start), length)
    last = load64(buffer, start + length - 8) if length > 8 else _U(0)
    slot = ((first ^ last ^ (_U(length) << _U(56))) * _U(0x9E3779B97F4A7C15)) >> _U(56)
    if KEYS[slot, 0] != _U(length) or KEYS[slot, 1] != first or KEYS[slot, 2] != last:
        return -1
    return np.int64(KEYS[slot, 3]) - 1


@inlined
def _four_of(buffer: NDArray[np.uint8], at: int) -> Any:
    """The alphabets to which the next four bytes all belong."""
    first = load8(CLASSES, load8(buffer, at)) & load8(CLASSES, load8(buffer, at + 1))
    return first & load8(CLASSES, load8(buffer, at + 2)) & load8(CLASSES, load8(buffer, at + 3))


@inlined
def _skip_spaces(buffer: NDArray[np.uint8], at: int) -> Any:
    while load8(buffer, at) == 32:
        at += 1
    return at


@inlined
def _scan_number(buffer: NDArray[np.uint8], at: int) -> Any:
    """(value, position after it), or (0, -1) when it is not a plain integer."""
    negative = load8(buffer, at) == 45
    if negative:
        at += 1
    first = at
    value = np.int64(0)
    while load8(buffer, at) >= 48 and load8(buffer, at) <= 57 and at - first <= _MAX_DIGITS:
        value = value * 10 + (load8(buffer, at) - 48)
        at += 1
    digits = at - first
    if digits == 0 or digits > _MAX_DIGITS or (load8(buffer, first) == 48 and (digits > 1 or negative)):
        return np.int64(0), np.int64(-1)
    return (-value if negative else value), np.int64(at)


@inlined
def _scan_value(
    buffer: NDArray[np.uint8], at: int, field: int, row: int, spans: NDArray[np.int32], numbers: NDArray[np.int64]
) -> Any:
    """Read one value into its column: (position after it, hash), or (-1, 0) when the slow path must look."""
    kind, column = FACTS[field, 0], FACTS[field, 1]
    bad = np.int64(-1), _U(0)
    if load8(buffer, at) == 110:
        is_null = load8(buffer, at + 1) == 117 and load8(buffer, at + 2) == 108 and load8(buffer, at + 3) == 108
        return (np.int64(at + 4), _U(0)) if is_null and FACTS[field, 4] == 0 else bad
    salt = mix(_U(field + 1))
    if kind == _NUMBER:
        value, after = _scan_number(buffer, at)
        if after < 0 or value < FACTS[field, 2] or value > FACTS[field, 3]:
            return bad
        numbers[row, column] = value
        return after, mix(_U(value) ^ salt) | _U(1)
    if load8(buffer, at) != 34:
        return bad
    start = at + 1
    end = start
    if kind == _TEXT:
        alphabet = FACTS[field, 5]
        while _four_of(buffer, end) & alphabet:
            end += 4
        while load8(CLASSES, load8(buffer, end)) & alphabet:
            end += 1
        length = end - start
        if load8(buffer, end) != 34 or length < FACTS[field, 2] or length > FACTS[field, 3]:
            return bad
        spans[row, column, 0] = start
        spans[row, column, 1] = end
        return np.int64(end + 1), hash_span(buffer, start, end, salt) | _U(1)
    while end - start <= 8 and load8(buffer, end) != 34:
        end += 1
    length = end - start
    word = low_bytes(load64(buffer, start), length)
    for code in range(FACTS[field, 3] + 1):
        if WORDS[field, code, 0] == _U(length) and WORDS[field, code, 1] == word:
            numbers[row, column] = code
            return np.int64(end + 1), mix(_U(code) ^ salt) | _U(1)
    return bad


def usual_order() -> NDArray[np.int64]:
    """Each field after the one before it, as the struct has them: what `scan_object` starts from."""
    return np.append(np.arange(len(FIELDS)), 0)


@inlined
def scan_object(
    buffer: NDArray[np.uint8],
    at: int,
    end: int,
    row: int,
    follows: NDArray[np.int64],
    spans: NDArray[np.int32],
    numbers: NDArray[np.int64],
    hashes: NDArray[np.uint64],
) -> Any:
    """Scan one object that starts at `at`; return the position after it, or -1. `hashes[row]`: content, identity, tenant.

    `follows` remembers which field came after which, so that a key is mostly compared and not searched.
    """
    for column in range(spans.shape[1]):
        spans[row, column, 0] = 0
        spans[row, column, 1] = 0
    for column in range(numbers.shape[1]):
        numbers[row, column] = _MISSING
    if at >= end or load8(buffer, at) != 123:
        return np.int64(-1)
    at = _skip_spaces(buffer, at + 1)
    seen = np.int64(0)
    last = np.int64(0)
    content = _U(0)
    while True:
        if at >= end or load8(buffer, at) != 34:
            return np.int64(-1)
        start = at + 1
        field = follows[last]
        length = FACTS[field, 6]
        at = start + length
        if (
            load8(buffer, at) != 34
            or low_bytes(load64(buffer, start), length) != NAMES[field, 0]
            or (length > 8 and load64(buffer, at - 8) != NAMES[field, 1])
        ):
            at = start
            while at - start <= 16 and load8(buffer, at) != 34:
                at += 1
            field = _find_field(buffer, start, at - start)
        if field < 0 or (seen >> field) & 1:
            return np.int64(-1)
        follows[last] = field
        last = field + 1
        seen |= np.int64(1) << field
        at = _skip_spaces(buffer, at + 1)
        if load8(buffer, at) != 58:
            return np.int64(-1)
        at, value_hash = _scan_value(buffer, _skip_spaces(buffer, at + 1), field, row, spans, numbers)
        if at < 0 or at > end:
            return np.int64(-1)
        content += value_hash & _U(FACTS[field, 7])
        at = _skip_spaces(buffer, at)
        if at < end and load8(buffer, at) == 44:
            at = _skip_spaces(buffer, at + 1)
        elif at < end and load8(buffer, at) == 125:
            break
        else:
            return np.int64(-1)
    if seen & _REQUIRED != _REQUIRED:
        return np.int64(-1)
    tenant = hash_span(buffer, spans[row, _TENANT, 0], spans[row, _TENANT, 1], _U(TENANT_SEED))
    hashes[row, 0] = content
    hashes[row, 1] = hash_span(buffer, spans[row, _TRANSACTION, 0], spans[row, _TRANSACTION, 1], tenant)
    hashes[row, 2] = tenant
    return np.int64(at + 1)


@inlined
def _digits_at(buffer: NDArray[np.uint8], at: int) -> Any:
    """Which of the next eight bytes, each a dash or a lower-case hexadecimal digit, are digits: one bit a byte."""
    word = load64(buffer, at)
    return ((word >> _U(4)) | (word >> _U(6))) & _U(_EIGHT_DIGITS)


@inlined
def _is_canonical_uuid(buffer: NDArray[np.uint8], at: int) -> Any:
    """Whether 36 bytes of a UUID's alphabet have their dashes in the four places of the canonical form."""
    return (
        _digits_at(buffer, at) == _U(_EIGHT_DIGITS)
        and _digits_at(buffer, at + 8) == _U(_FROM_8)
        and _digits_at(buffer, at + 16) == _U(_FROM_16)
        and _digits_at(buffer, at + 24) == _U(_EIGHT_DIGITS)
        and _digits_at(buffer, at + 28) == _U(_EIGHT_DIGITS)
    )


@kernel
def scan_messages(
    buffer: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    n: int,
    spans: NDArray[np.int32],
    numbers: NDArray[np.int64],
    hashes: NDArray[np.uint64],
    taken: NDArray[np.bool_],
    follows: NDArray[np.int64],
) -> None:
    """Scan buffer[offsets[row]:offsets[row + 1]] into each row; `taken[row]` says whether all of it was one good object.

    What a type cannot say (`check_transaction`) is checked here and not in `scan_object`, which also reads what is in the log.
    """
    for row in range(n):
        start, end = offsets[row], offsets[row + 1]
        taken[row] = (
            end - start <= MAX_MESSAGE_BYTES
            and scan_object(buffer, start, end, row, follows, spans, numbers, hashes) == end
            and max(numbers[row, _EVENT_TIME], numbers[row, _KNOWN_AT]) <= _LATEST_EVENT_MS
            and numbers[row, _EVENT_TIME] - numbers[row, _KNOWN_AT] <= MAX_CLOCK_SKEW_MS
            and _is_canonical_uuid(buffer, spans[row, _TRANSACTION, 0])
        )
