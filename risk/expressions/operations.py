"""The operations of a program over one tile of rows, each a loop over its instructions; `machine` calls them."""

from collections.abc import Callable
from enum import IntEnum
from typing import Any

import numpy as np

from kit.kernels import Kernels
from risk.expressions import lanes
from risk.expressions.lanes import LANES

TILE = 64

# A number or an array inside a kernel: numba works out its exact type.
Word = Any

_SOURCES = ("machine", "operations", "lanes", "schema")
KERNELS = Kernels("expressions", *(f"risk/expressions/{name}.py" for name in _SOURCES))


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

    @KERNELS.part
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

    @KERNELS.part
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
    one = KERNELS.inlined(result)

    @KERNELS.part
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


below = _comparing(lanes.below, lanes.at_least)
at_most = _comparing(lanes.at_most, lanes.above)
equal = _comparing(lanes.equal, lanes.unequal)
below_other = _comparing_others(lanes.below_other, lanes.at_least_other)
at_most_other = _comparing_others(lanes.at_most_other, lanes.above_other)
equal_other = _comparing_others(lanes.equal_other, lanes.unequal_other)
add, subtract = _calculating(lambda a, b: a + b), _calculating(lambda a, b: a - b)
multiply, divided = _calculating(lambda a, b: a * b), _calculating(_divide)
whole_quotient, whole_remainder = _calculating(_quotient), _calculating(_remainder)
minimum, maximum = _calculating(_lesser), _calculating(_greater)
absolute = _calculating(lambda a, _: abs(a))


@KERNELS.part
def within(
    start: Word, stop: Word, count: Word, code: Word, pool: Word, constants: Word, registers: Word, conditions: Word
) -> None:
    """Compare a register with each of a piece of the pool of constants."""
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


@KERNELS.part
def known(start: Word, stop: Word, count: Word, code: Word, registers: Word, conditions: Word) -> None:
    """Ask whether a register is a number; the answer is never unknown."""
    for at in range(start, stop):
        value = code[at, 1] * TILE
        yes = np.uint64(0)
        for lane in range(0, count, LANES):
            yes |= lanes.known(registers, value + lane, value + lane) << np.uint64(lane)
        conditions[code[at, 0]], conditions[code[at, 0] + 1] = yes, ~yes


@KERNELS.part
def choose_number(start: Word, stop: Word, count: Word, code: Word, registers: Word, conditions: Word) -> None:
    """Write a register from one of two others, by a condition."""
    for at in range(start, stop):
        out, yes, no = code[at, 0] * TILE, code[at, 2] * TILE, code[at, 3] * TILE
        holds, fails = conditions[code[at, 1]], conditions[code[at, 1] ^ 1]
        for lane in range(count):
            bit = np.uint64(1) << np.uint64(lane)
            unchosen = registers[no + lane] if fails & bit else np.nan
            registers[out + lane] = registers[yes + lane] if holds & bit else unchosen


@KERNELS.part
def combine(operation: Word, start: Word, stop: Word, code: Word, pool: Word, conditions: Word) -> None:
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
