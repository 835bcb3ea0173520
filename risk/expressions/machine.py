"""The kernel that runs a program over columns: instruction by instruction, `TILE` rows at a time.

A number lies in a register of `TILE` doubles, NaN for unknown. A condition is two words of `TILE` bits, next to each other: the
rows where it holds, and the rows where it does not; a row in neither is unknown. A reference to a condition is the place of its
first word, so that `reference ^ 1` is its negation and costs nothing.

Instructions that ask for nothing of each other lie together by operation, as segments: what it takes to choose the operation is
paid once a segment, not once an instruction, which is what makes a batch of one row cheap.
"""

from collections.abc import Callable
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kit.kernels import Kernels
from risk.expressions import lanes
from risk.expressions.lanes import LANES
from risk.expressions.schema import MISSING

TILE = 64

# A number or an array inside a kernel: numba works out its exact type.
Word = Any

_KERNELS = Kernels("expressions", "risk/expressions/machine.py", "risk/expressions/lanes.py", "risk/expressions/schema.py")


class Code(IntEnum):
    """The operations, with their operands: r a register, m a condition, c a constant, [p, q) a piece of the pool."""

    BELOW = 0  # m = r < c
    AT_MOST = 1  # m = r <= c
    EQUAL = 2  # m = r == c
    WITHIN = 3  # m = r in pool of constants [p, q)
    KNOWN = 4  # m = r is known
    BELOW_OTHER = 5  # m = r < r
    AT_MOST_OTHER = 6  # m = r <= r
    EQUAL_OTHER = 7  # m = r == r
    ALL = 8  # m = all of the pool of conditions [p, q)
    SAME = 9  # m = m == m
    CHOOSE = 10  # m = m ? m : m
    ADD = 11  # r = r + r; c the limit that the result may reach
    SUBTRACT = 12
    MULTIPLY = 13
    DIVIDE = 14
    QUOTIENT = 15
    REMAINDER = 16
    LESSER = 17
    GREATER = 18
    ABSOLUTE = 19
    CHOOSE_NUMBER = 20  # r = m ? r : r


def _comparing(holds: Any, fails: Any) -> Any:
    """Compare a register with a constant."""

    @_KERNELS.part
    def compare(start: Word, stop: Word, count: Word, code: Word, constants: Word, registers: Word, conditions: Word) -> None:
        for at in range(start, stop):
            value, constant = code[at, 1] * TILE, constants[code[at, 2]]
            yes, no = np.uint64(0), np.uint64(0)
            for lane in range(0, count, LANES):
                yes |= holds(registers, value + lane, constant) << np.uint64(lane)
                no |= fails(registers, value + lane, constant) << np.uint64(lane)
            conditions[code[at, 0]], conditions[code[at, 0] + 1] = yes, no

    return compare


def _comparing_others(holds: Any, fails: Any) -> Any:
    """Compare a register with a register."""

    @_KERNELS.part
    def compare(start: Word, stop: Word, count: Word, code: Word, registers: Word, conditions: Word) -> None:
        for at in range(start, stop):
            value, other = code[at, 1] * TILE, code[at, 2] * TILE
            yes, no = np.uint64(0), np.uint64(0)
            for lane in range(0, count, LANES):
                yes |= holds(registers, value + lane, other + lane) << np.uint64(lane)
                no |= fails(registers, value + lane, other + lane) << np.uint64(lane)
            conditions[code[at, 0]], conditions[code[at, 0] + 1] = yes, no

    return compare


def _calculating(result: Callable[[Word, Word], Word]) -> Any:
    """Write a register from two others; what is beyond the limit, or is no number, is unknown."""
    one = _KERNELS.inlined(result)

    @_KERNELS.part
    def calculate(start: Word, stop: Word, count: Word, code: Word, constants: Word, registers: Word) -> None:
        for at in range(start, stop):
            out, left, right = code[at, 0] * TILE, code[at, 1] * TILE, code[at, 2] * TILE
            limit = constants[code[at, 3]]
            for lane in range(count):
                value = one(registers[left + lane], registers[right + lane])
                registers[out + lane] = value if abs(value) <= limit else np.nan

    return calculate


def _divide(a: Word, b: Word) -> Word:
    return a / b if b != 0.0 else np.nan


def _quotient(a: Word, b: Word) -> Word:
    """Of whole numbers, towards zero: worked out in 64 bits, because a rounded double may already be the next whole number."""
    if a != a or b != b or b == 0.0:
        return np.nan
    whole = float(np.int64(abs(a)) // np.int64(abs(b)))
    return whole if (a < 0.0) == (b < 0.0) else -whole


def _remainder(a: Word, b: Word) -> Word:
    if a != a or b != b or b == 0.0:
        return np.nan
    left = float(np.int64(abs(a)) % np.int64(abs(b)))
    return left if a >= 0.0 else -left


def _lesser(a: Word, b: Word) -> Word:
    return np.nan if b != b else a if a <= b or a != a else b


def _greater(a: Word, b: Word) -> Word:
    return np.nan if b != b else a if a >= b or a != a else b


_below = _comparing(lanes.below, lanes.at_least)
_at_most = _comparing(lanes.at_most, lanes.above)
_equal = _comparing(lanes.equal, lanes.unequal)
_below_other = _comparing_others(lanes.below_other, lanes.at_least_other)
_at_most_other = _comparing_others(lanes.at_most_other, lanes.above_other)
_equal_other = _comparing_others(lanes.equal_other, lanes.unequal_other)
_add, _subtract = _calculating(lambda a, b: a + b), _calculating(lambda a, b: a - b)
_multiply, _divided = _calculating(lambda a, b: a * b), _calculating(_divide)
_whole_quotient, _whole_remainder = _calculating(_quotient), _calculating(_remainder)
_minimum, _maximum = _calculating(_lesser), _calculating(_greater)
_absolute = _calculating(lambda a, _: abs(a))


@_KERNELS.part
def _within(
    start: Word, stop: Word, count: Word, code: Word, pool: Word, constants: Word, registers: Word, conditions: Word
) -> None:
    for at in range(start, stop):
        value, out = code[at, 1] * TILE, code[at, 0]
        for lane in range(0, count, LANES):
            yes = np.uint64(0)
            for place in range(code[at, 2], code[at, 3]):
                yes |= lanes.equal(registers, value + lane, constants[pool[place]])
            no = lanes.known(registers, value + lane, value + lane) & ~yes
            if lane == 0:
                conditions[out], conditions[out + 1] = yes, no
            else:
                conditions[out] |= yes << np.uint64(lane)
                conditions[out + 1] |= no << np.uint64(lane)


@_KERNELS.part
def _known(start: Word, stop: Word, count: Word, code: Word, registers: Word, conditions: Word) -> None:
    for at in range(start, stop):
        value = code[at, 1] * TILE
        yes = np.uint64(0)
        for lane in range(0, count, LANES):
            yes |= lanes.known(registers, value + lane, value + lane) << np.uint64(lane)
        conditions[code[at, 0]], conditions[code[at, 0] + 1] = yes, ~yes


@_KERNELS.part
def _choose_number(start: Word, stop: Word, count: Word, code: Word, registers: Word, conditions: Word) -> None:
    for at in range(start, stop):
        out, yes, no = code[at, 0] * TILE, code[at, 2] * TILE, code[at, 3] * TILE
        holds, fails = conditions[code[at, 1]], conditions[code[at, 1] ^ 1]
        for lane in range(count):
            bit = np.uint64(1) << np.uint64(lane)
            unchosen = registers[no + lane] if fails & bit else np.nan
            registers[out + lane] = registers[yes + lane] if holds & bit else unchosen


@_KERNELS.part
def _combine(operation: Word, start: Word, stop: Word, code: Word, pool: Word, conditions: Word) -> None:
    """Conditions of conditions, by Kleene's tables: a whole tile in a handful of words."""
    for at in range(start, stop):
        a, b, c = code[at, 1], code[at, 2], code[at, 3]
        if operation == Code.ALL:
            yes, no = ~np.uint64(0), np.uint64(0)
            for place in range(a, b):
                yes &= conditions[pool[place]]
                no |= conditions[pool[place] ^ 1]
        elif operation == Code.SAME:
            yes = (conditions[a] & conditions[b]) | (conditions[a ^ 1] & conditions[b ^ 1])
            no = (conditions[a] & conditions[b ^ 1]) | (conditions[a ^ 1] & conditions[b])
        else:
            yes = (conditions[a] & conditions[b]) | (conditions[a ^ 1] & conditions[c])
            no = (conditions[a] & conditions[b ^ 1]) | (conditions[a ^ 1] & conditions[c ^ 1])
        conditions[code[at, 0]], conditions[code[at, 0] + 1] = yes, no


@_KERNELS.part
def _load(
    columns: Word, ends: Word, first: Word, count: Word, events: Word, features: Word, scores: Word, members: Word,
    registers: Word,
) -> None:  # fmt: skip
    """A few rows at a time: one alone would write its values far apart, and a whole column would fetch each row many times."""
    whole = count - count % LANES
    for block in range(0, whole, LANES):
        for place in range(ends[0], ends[1]):
            for lane in range(LANES):
                registers[place * TILE + block + lane] = features[first + block + lane, columns[place]]
    for lane in range(whole, count):
        for place in range(ends[0], ends[1]):
            registers[place * TILE + lane] = features[first + lane, columns[place]]
    for lane in range(count):
        row = first + lane
        for place in range(ends[0]):
            number = events[row, columns[place]]
            registers[place * TILE + lane] = np.nan if number == MISSING else float(number)
        for place in range(ends[1], ends[2]):
            registers[place * TILE + lane] = scores[row, columns[place]]
        for place in range(ends[2], columns.shape[0]):
            member = members[row, columns[place]]
            registers[place * TILE + lane] = np.nan if member > 1 else float(member)


@_KERNELS.part
def _execute(
    operation: Word, start: Word, stop: Word, count: Word, code: Word, pool: Word, constants: Word, registers: Word,
    conditions: Word,
) -> None:  # fmt: skip
    if operation == Code.BELOW:
        _below(start, stop, count, code, constants, registers, conditions)
    elif operation == Code.AT_MOST:
        _at_most(start, stop, count, code, constants, registers, conditions)
    elif operation == Code.EQUAL:
        _equal(start, stop, count, code, constants, registers, conditions)
    elif operation == Code.WITHIN:
        _within(start, stop, count, code, pool, constants, registers, conditions)
    elif operation == Code.KNOWN:
        _known(start, stop, count, code, registers, conditions)
    elif operation == Code.BELOW_OTHER:
        _below_other(start, stop, count, code, registers, conditions)
    elif operation == Code.AT_MOST_OTHER:
        _at_most_other(start, stop, count, code, registers, conditions)
    elif operation == Code.EQUAL_OTHER:
        _equal_other(start, stop, count, code, registers, conditions)
    elif operation == Code.ADD:
        _add(start, stop, count, code, constants, registers)
    elif operation == Code.SUBTRACT:
        _subtract(start, stop, count, code, constants, registers)
    elif operation == Code.MULTIPLY:
        _multiply(start, stop, count, code, constants, registers)
    elif operation == Code.DIVIDE:
        _divided(start, stop, count, code, constants, registers)
    elif operation == Code.QUOTIENT:
        _whole_quotient(start, stop, count, code, constants, registers)
    elif operation == Code.REMAINDER:
        _whole_remainder(start, stop, count, code, constants, registers)
    elif operation == Code.LESSER:
        _minimum(start, stop, count, code, constants, registers)
    elif operation == Code.GREATER:
        _maximum(start, stop, count, code, constants, registers)
    elif operation == Code.ABSOLUTE:
        _absolute(start, stop, count, code, constants, registers)
    elif operation == Code.CHOOSE_NUMBER:
        _choose_number(start, stop, count, code, registers, conditions)
    else:
        _combine(operation, start, stop, code, pool, conditions)


@_KERNELS.kernel
def run(
    columns: NDArray[np.int64],
    ends: NDArray[np.int64],
    segments: NDArray[np.int64],
    code: NDArray[np.int64],
    pool: NDArray[np.int64],
    constants: NDArray[np.float64],
    rules: NDArray[np.int64],
    event_time_ms: NDArray[np.int64],
    events: NDArray[np.int64],
    features: NDArray[np.float32],
    scores: NDArray[np.float64],
    members: NDArray[np.uint8],
    registers: NDArray[np.float64],
    conditions: NDArray[np.uint64],
    hits: NDArray[np.uint64],
) -> None:
    """Set bit b of `hits` uint64 (n, W), which is all zero, where a rule of bit b holds.

    `columns` int64 (inputs,) are the columns of events, features, scores and members that the first registers hold, in this
    order; `ends` int64 (3,) where the first three end. `segments` int64 (S, 3): operation, first and last + 1 of its
    instructions. `code` int64 (I, 4): result, then three operands. `rules` int64 (R, 4): condition, bit, valid from and until.
    """
    for first in range(0, event_time_ms.shape[0], TILE):
        count = min(TILE, event_time_ms.shape[0] - first)
        _load(columns, ends, first, count, events, features, scores, members, registers)
        for segment in range(segments.shape[0]):
            operation, start, stop = segments[segment, 0], segments[segment, 1], segments[segment, 2]
            _execute(operation, start, stop, count, code, pool, constants, registers, conditions)
        # What lies behind the last row is left from earlier tiles.
        alive = ~np.uint64(0) >> np.uint64(TILE - count)
        for rule in range(rules.shape[0]):
            left = conditions[rules[rule, 0]] & alive
            if left == 0:
                continue
            word, bit = rules[rule, 1] >> 6, np.uint64(1) << np.uint64(rules[rule, 1] & 63)
            for lane in range(count):
                time_ms = event_time_ms[first + lane]
                if (left >> np.uint64(lane)) & np.uint64(1) and rules[rule, 2] <= time_ms and time_ms < rules[rule, 3]:
                    hits[first + lane, word] |= bit
