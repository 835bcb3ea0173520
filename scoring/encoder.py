"""Writes decision records: the input as it was received, spliced between a head and the answer."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contracts.decisions import Door
from scoring import answers as columns
from scoring.bytes_kernels import PADDING_BYTES, load8, put_bytes, put_digits, put_millionths
from scoring.kernels import inlined, kernel
from scoring.lexicon import FIRST_DOOR, FIRST_SOURCE, FIRST_VERDICT, Lexicon


def _literal(text: str) -> NDArray[np.uint8]:
    """A piece of text behind its length, padded for kernels that read whole words."""
    return np.frombuffer(bytes([len(text)]) + text.encode() + bytes(PADDING_BYTES), np.uint8).copy()


HEAD = _literal('{"record":"decision","epoch":')
NUMBER = _literal(',"n":')
DOOR = _literal(',"door":')
TRANSACTION = _literal(',"transaction":')
ANSWER = _literal(',"answer":')
ADOPTED = _literal(',"adopted":true')
VERDICT = _literal('{"verdict":')
SOURCE = _literal(',"source":')
SCORED_AT = _literal(',"scored_at":')
VALID_UNTIL = _literal(',"valid_until":')
POLICY = _literal(',"policy":')
FEATURE_SET = _literal(',"feature_set":')
MODEL = _literal(',"model":')
PROBABILITY = _literal(',"probability":')
ANOMALY = _literal(',"anomaly":')
CHALLENGER = _literal(',"challenger":')
CHALLENGER_PROBABILITY = _literal(',"challenger_probability":')
CHALLENGER_VERDICT = _literal(',"challenger_verdict":')
RULES = _literal(',"rules":')
SHADOW_RULES = _literal(',"shadow_rules":')
REASONS = _literal(',"reasons":')
TRUNCATED = _literal(',"truncated":true')
LATE = _literal(',"late":true')
CONTROL_GROUP = _literal(',"control_group":true')
SEQUENCE = _literal(',"sequence":{"epoch":')
# Every literal and number of a record, without the input and the lexicon's pieces: policy, features, model, challenger,
# rules, shadow rules, reasons.
_FIXED_BYTES = 780
_PIECES = 7

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
_FIRST_VERDICT, _FIRST_SOURCE = FIRST_VERDICT, FIRST_SOURCE


@inlined
def _put_literal(out: NDArray[np.uint8], at: int, text: NDArray[np.uint8]) -> Any:
    return put_bytes(out, at, text, 1, 1 + load8(text, 0))


@inlined
def _put_piece(out: NDArray[np.uint8], at: int, arena: NDArray[np.uint8], starts: NDArray[np.int64], number: int) -> Any:
    return put_bytes(out, at, arena, starts[number], starts[number + 1])


@kernel
def _put_answer(
    out: NDArray[np.uint8], at: int, row: NDArray[np.int64], arena: NDArray[np.uint8], starts: NDArray[np.int64]
) -> Any:
    at = _put_piece(out, _put_literal(out, at, VERDICT), arena, starts, _FIRST_VERDICT + row[_VERDICT])
    at = _put_piece(out, _put_literal(out, at, SOURCE), arena, starts, _FIRST_SOURCE + row[_SOURCE])
    at = put_digits(out, _put_literal(out, at, SCORED_AT), row[_SCORED_AT])
    at = put_digits(out, _put_literal(out, at, VALID_UNTIL), row[_VALID_UNTIL])
    at = _put_piece(out, _put_literal(out, at, POLICY), arena, starts, row[_POLICY])
    at = _put_piece(out, _put_literal(out, at, FEATURE_SET), arena, starts, row[_FEATURE_SET])
    if row[_MODEL] != 0:
        at = _put_piece(out, _put_literal(out, at, MODEL), arena, starts, row[_MODEL])
    if row[_PROBABILITY] >= 0:
        at = put_millionths(out, _put_literal(out, at, PROBABILITY), row[_PROBABILITY])
    if row[_ANOMALY] >= 0:
        at = put_millionths(out, _put_literal(out, at, ANOMALY), row[_ANOMALY])
    if row[_CHALLENGER] != 0:
        at = _put_piece(out, _put_literal(out, at, CHALLENGER), arena, starts, row[_CHALLENGER])
    if row[_CHALLENGER_PROBABILITY] >= 0:
        at = put_millionths(out, _put_literal(out, at, CHALLENGER_PROBABILITY), row[_CHALLENGER_PROBABILITY])
    if row[_CHALLENGER_VERDICT] >= 0:
        at = _put_literal(out, at, CHALLENGER_VERDICT)
        at = _put_piece(out, at, arena, starts, _FIRST_VERDICT + row[_CHALLENGER_VERDICT])
    if row[_RULES] != 0:
        at = _put_piece(out, _put_literal(out, at, RULES), arena, starts, row[_RULES])
    if row[_SHADOW] != 0:
        at = _put_piece(out, _put_literal(out, at, SHADOW_RULES), arena, starts, row[_SHADOW])
    if row[_REASONS] != 0:
        at = _put_piece(out, _put_literal(out, at, REASONS), arena, starts, row[_REASONS])
    if row[_FLAGS] & _IS_TRUNCATED:
        at = _put_literal(out, at, TRUNCATED)
    if row[_FLAGS] & _IS_LATE:
        at = _put_literal(out, at, LATE)
    if row[_FLAGS] & _IS_CONTROL:
        at = _put_literal(out, at, CONTROL_GROUP)
    if row[_EPOCH] >= 0:
        at = put_digits(out, _put_literal(out, at, SEQUENCE), row[_EPOCH])
        at = put_digits(out, _put_literal(out, at, NUMBER), row[_N])
        out[at] = 125
        at += 1
    out[at] = 125
    return at + 1


@kernel
def _put_records(
    out: NDArray[np.uint8],
    buffer: NDArray[np.uint8],
    bounds: NDArray[np.int64],
    answers: NDArray[np.int64],
    epoch: int,
    first_n: int,
    doors: NDArray[np.int64],
    adopted: NDArray[np.bool_],
    arena: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
) -> Any:
    """`ends[i]`: start and end of the record, then of its answer."""
    at = 0
    for i in range(bounds.shape[0]):
        ends[i, 0] = at
        at = put_digits(out, _put_literal(out, at, HEAD), epoch)
        at = put_digits(out, _put_literal(out, at, NUMBER), first_n + i)
        at = _put_piece(out, _put_literal(out, at, DOOR), arena, starts, doors[i])
        at = put_bytes(out, _put_literal(out, at, TRANSACTION), buffer, bounds[i, 0], bounds[i, 1])
        at = _put_literal(out, at, ANSWER)
        ends[i, 2] = at
        at = _put_answer(out, at, answers[i], arena, starts)
        ends[i, 3] = at
        if adopted[i]:
            at = _put_literal(out, at, ADOPTED)
        out[at] = 125
        at += 1
        ends[i, 1] = at
    return at


@dataclass(frozen=True, slots=True)
class Encoded:
    """Records one after another in `text`; `ends` int64[n, 4] holds start and end of each record and of its answer."""

    text: bytes
    ends: NDArray[np.int64]

    def records(self) -> list[bytes]:
        """Each record."""
        text = self.text
        return [text[start:end] for start, end in self.ends[:, :2].tolist()]

    def answer(self, row: int) -> bytes:
        """One record's answer."""
        return self.text[self.ends[row, 2] : self.ends[row, 3]]


def encode_decisions(
    *,
    buffer: NDArray[np.uint8],
    bounds: NDArray[np.int64],
    answers: NDArray[np.int64],
    epoch: int,
    first_n: int,
    door: Door,
    adopted: NDArray[np.bool_],
    lexicon: Lexicon,
) -> Encoded:
    """Write one record a row, numbered from `first_n`. Rows whose floats are kept by their bits are not for this encoder."""
    starts = lexicon.starts
    inputs = int((bounds[:, 1] - bounds[:, 0]).sum())
    out = np.empty(inputs + len(bounds) * (_FIXED_BYTES + _PIECES * lexicon.longest), np.uint8)
    ends = np.empty((len(bounds), 4), np.int64)
    doors = np.full(len(bounds), FIRST_DOOR + tuple(Door).index(door), np.int64)
    length = _put_records(out, buffer, bounds, answers, epoch, first_n, doors, adopted, lexicon.arena, starts, ends)
    return Encoded(out[:length].tobytes(), ends)
