"""Kernels that read decision records back: what our own encoder writes, in its order and spelling."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring import answers as columns
from scoring import encoder as literals
from scoring.bytes_kernels import hash_span, load8, same_bytes
from scoring.kernels import inlined, kernel
from scoring.lexicon import FIRST_DOOR, FIRST_SOURCE, FIRST_VERDICT
from scoring.scan_kernels import scan_object

HEAD, NUMBER, DOOR, TRANSACTION, ANSWER = (
    literals.HEAD, literals.NUMBER, literals.DOOR, literals.TRANSACTION, literals.ANSWER,
)  # fmt: skip
L_VERDICT, L_SOURCE, L_SCORED_AT, L_VALID_UNTIL = literals.VERDICT, literals.SOURCE, literals.SCORED_AT, literals.VALID_UNTIL
L_POLICY, L_FEATURE_SET, L_MODEL, L_PROBABILITY = literals.POLICY, literals.FEATURE_SET, literals.MODEL, literals.PROBABILITY
L_ANOMALY, L_RULES, L_SHADOW, L_REASONS = literals.ANOMALY, literals.RULES, literals.SHADOW_RULES, literals.REASONS
L_TRUNCATED = literals.TRUNCATED
L_CHALLENGER, L_CHALLENGER_PROBABILITY, L_CHALLENGER_VERDICT = (
    literals.CHALLENGER, literals.CHALLENGER_PROBABILITY, literals.CHALLENGER_VERDICT,
)  # fmt: skip
L_LATE, L_CONTROL, L_SEQUENCE, L_ADOPTED = literals.LATE, literals.CONTROL_GROUP, literals.SEQUENCE, literals.ADOPTED
_VERDICT, _SOURCE, _SCORED_AT, _VALID_UNTIL = columns.VERDICT, columns.SOURCE, columns.SCORED_AT, columns.VALID_UNTIL
_POLICY, _FEATURE_SET, _MODEL = columns.POLICY, columns.FEATURE_SET, columns.MODEL
_PROBABILITY, _ANOMALY, _RULES, _SHADOW, _REASONS = (
    columns.PROBABILITY, columns.ANOMALY, columns.RULES, columns.SHADOW_RULES, columns.REASONS,
)  # fmt: skip
_CHALLENGER, _CHALLENGER_PROBABILITY, _CHALLENGER_VERDICT = (
    columns.CHALLENGER, columns.CHALLENGER_PROBABILITY, columns.CHALLENGER_VERDICT,
)  # fmt: skip
_FLAGS, _EPOCH, _N = columns.FLAGS, columns.EPOCH, columns.N
_IS_TRUNCATED, _IS_LATE, _IS_CONTROL = columns.TRUNCATED, columns.LATE, columns.CONTROL_GROUP
_FIRST_VERDICT, _FIRST_SOURCE, _FIRST_DOOR = FIRST_VERDICT, FIRST_SOURCE, FIRST_DOOR
_MAX_PIECE_BYTES = 1_024
_U = np.uint64


@inlined
def _after(buffer: NDArray[np.uint8], at: int, end: int, text: NDArray[np.uint8]) -> Any:
    """The position after `text`, or -1 when it is not there; a failure stays a failure."""
    length = load8(text, 0)
    if at < 0 or at + length > end or not same_bytes(buffer, at, text, 1, length):
        return np.int64(-1)
    return np.int64(at + length)


@inlined
def _has(buffer: NDArray[np.uint8], at: int, end: int, text: NDArray[np.uint8]) -> Any:
    return at >= 0 and _after(buffer, at, end, text) >= 0


@kernel
def _digits(buffer: NDArray[np.uint8], at: int) -> Any:
    if at < 0:
        return np.int64(0), np.int64(-1)
    first = at
    value = np.int64(0)
    while load8(buffer, at) >= 48 and load8(buffer, at) <= 57 and at - first < 18:
        value = value * 10 + (load8(buffer, at) - 48)
        at += 1
    return value, np.int64(at) if at > first else np.int64(-1)


@kernel
def _millionths(buffer: NDArray[np.uint8], at: int) -> Any:
    """A number written with exactly six decimals."""
    whole, at = _digits(buffer, at)
    if at < 0 or load8(buffer, at) != 46:
        return np.int64(0), np.int64(-1)
    rest, after = _digits(buffer, at + 1)
    if after != at + 7:
        return np.int64(0), np.int64(-1)
    return whole * 1_000_000 + rest, after


@kernel
def _piece(
    buffer: NDArray[np.uint8], at: int, end: int, index: NDArray[np.int64], arena: NDArray[np.uint8], starts: NDArray[np.int64]
) -> Any:
    """The lexicon's number of the string or list at `at`, or -1 (unknown), and the position after it."""
    if at < 0 or (load8(buffer, at) != 34 and load8(buffer, at) != 91):
        return np.int64(-1), np.int64(-1)
    closing = 34 if load8(buffer, at) == 34 else 93
    stop = at + 1
    while stop < end and stop - at < _MAX_PIECE_BYTES and load8(buffer, stop) != closing and load8(buffer, stop) != 92:
        stop += 1
    if stop >= end or load8(buffer, stop) != closing:
        return np.int64(-1), np.int64(-1)
    stop += 1
    mask = _U(index.shape[0] - 1)
    slot = hash_span(buffer, at, stop, _U(0)) & mask
    while index[slot] != 0:
        number = index[slot] - 1
        length = starts[number + 1] - starts[number]
        if length == stop - at and same_bytes(arena, starts[number], buffer, at, length):
            return number, np.int64(stop)
        slot = (slot + _U(1)) & mask
    return np.int64(-1), np.int64(-1)


@kernel
def _optional_piece(
    buffer: NDArray[np.uint8],
    at: int,
    end: int,
    text: NDArray[np.uint8],
    index: NDArray[np.int64],
    arena: NDArray[np.uint8],
    starts: NDArray[np.int64],
) -> Any:
    if not _has(buffer, at, end, text):
        return np.int64(0), at
    return _piece(buffer, at + load8(text, 0), end, index, arena, starts)


@inlined
def _closing(buffer: NDArray[np.uint8], at: int) -> Any:
    """The position after a closing brace, or -1."""
    return np.int64(at + 1) if at >= 0 and load8(buffer, at) == 125 else np.int64(-1)


@kernel
def _scan_answer(
    buffer: NDArray[np.uint8],
    at: int,
    end: int,
    answer: NDArray[np.int64],
    index: NDArray[np.int64],
    arena: NDArray[np.uint8],
    starts: NDArray[np.int64],
) -> Any:
    verdict, at = _piece(buffer, _after(buffer, at, end, L_VERDICT), end, index, arena, starts)
    source, at = _piece(buffer, _after(buffer, at, end, L_SOURCE), end, index, arena, starts)
    answer[_VERDICT] = verdict - _FIRST_VERDICT
    answer[_SOURCE] = source - _FIRST_SOURCE
    answer[_SCORED_AT], at = _digits(buffer, _after(buffer, at, end, L_SCORED_AT))
    answer[_VALID_UNTIL], at = _digits(buffer, _after(buffer, at, end, L_VALID_UNTIL))
    answer[_POLICY], at = _piece(buffer, _after(buffer, at, end, L_POLICY), end, index, arena, starts)
    answer[_FEATURE_SET], at = _piece(buffer, _after(buffer, at, end, L_FEATURE_SET), end, index, arena, starts)
    answer[_MODEL], at = _optional_piece(buffer, at, end, L_MODEL, index, arena, starts)
    answer[_PROBABILITY] = -1
    answer[_ANOMALY] = -1
    if _has(buffer, at, end, L_PROBABILITY):
        answer[_PROBABILITY], at = _millionths(buffer, at + load8(L_PROBABILITY, 0))
    if _has(buffer, at, end, L_ANOMALY):
        answer[_ANOMALY], at = _millionths(buffer, at + load8(L_ANOMALY, 0))
    answer[_CHALLENGER], at = _optional_piece(buffer, at, end, L_CHALLENGER, index, arena, starts)
    answer[_CHALLENGER_PROBABILITY] = -1
    if _has(buffer, at, end, L_CHALLENGER_PROBABILITY):
        answer[_CHALLENGER_PROBABILITY], at = _millionths(buffer, at + load8(L_CHALLENGER_PROBABILITY, 0))
    answer[_CHALLENGER_VERDICT] = -1
    if _has(buffer, at, end, L_CHALLENGER_VERDICT):
        verdict, at = _piece(buffer, at + load8(L_CHALLENGER_VERDICT, 0), end, index, arena, starts)
        answer[_CHALLENGER_VERDICT] = verdict - _FIRST_VERDICT
    answer[_RULES], at = _optional_piece(buffer, at, end, L_RULES, index, arena, starts)
    answer[_SHADOW], at = _optional_piece(buffer, at, end, L_SHADOW, index, arena, starts)
    answer[_REASONS], at = _optional_piece(buffer, at, end, L_REASONS, index, arena, starts)
    answer[_FLAGS] = 0
    if _has(buffer, at, end, L_TRUNCATED):
        answer[_FLAGS] |= _IS_TRUNCATED
        at += load8(L_TRUNCATED, 0)
    if _has(buffer, at, end, L_LATE):
        answer[_FLAGS] |= _IS_LATE
        at += load8(L_LATE, 0)
    if _has(buffer, at, end, L_CONTROL):
        answer[_FLAGS] |= _IS_CONTROL
        at += load8(L_CONTROL, 0)
    answer[_EPOCH] = -1
    answer[_N] = -1
    if _has(buffer, at, end, L_SEQUENCE):
        answer[_EPOCH], at = _digits(buffer, at + load8(L_SEQUENCE, 0))
        answer[_N], at = _digits(buffer, _after(buffer, at, end, NUMBER))
        at = _closing(buffer, at)
    return _closing(buffer, at)


@kernel
def scan_log(
    buffer: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    spans: NDArray[np.int32],
    numbers: NDArray[np.int64],
    hashes: NDArray[np.uint64],
    bounds: NDArray[np.int64],
    answers: NDArray[np.int64],
    heads: NDArray[np.int64],
    index: NDArray[np.int64],
    arena: NDArray[np.uint8],
    starts: NDArray[np.int64],
    taken: NDArray[np.bool_],
    follows: NDArray[np.int64],
) -> None:
    """`heads[i]`: epoch, n, door, adopted."""
    for row in range(offsets.shape[0] - 1):
        end = offsets[row + 1]
        heads[row, 0], at = _digits(buffer, _after(buffer, offsets[row], end, HEAD))
        heads[row, 1], at = _digits(buffer, _after(buffer, at, end, NUMBER))
        door, at = _piece(buffer, _after(buffer, at, end, DOOR), end, index, arena, starts)
        heads[row, 2] = door - _FIRST_DOOR
        bounds[row, 0] = _after(buffer, at, end, TRANSACTION)
        taken[row] = False
        if bounds[row, 0] < 0:
            continue
        at = scan_object(buffer, bounds[row, 0], end, row, follows, spans, numbers, hashes)
        bounds[row, 1] = at
        at = _scan_answer(buffer, _after(buffer, at, end, ANSWER), end, answers[row], index, arena, starts)
        heads[row, 3] = 0
        if _has(buffer, at, end, L_ADOPTED):
            heads[row, 3] = 1
            at += load8(L_ADOPTED, 0)
        taken[row] = at >= 0 and at + 1 == end and load8(buffer, at) == 125


@kernel
def index_lexicon(arena: NDArray[np.uint8], starts: NDArray[np.int64], count: int, index: NDArray[np.int64]) -> None:
    """Fill `index` with 1 + number of each of the lexicon's pieces, by the hash of its bytes; 0 is an empty slot."""
    mask = _U(index.shape[0] - 1)
    for number in range(1, count):
        slot = hash_span(arena, starts[number], starts[number + 1], _U(0)) & mask
        while index[slot] != 0:
            slot = (slot + _U(1)) & mask
        index[slot] = number + 1
