"""The kernel that runs a program over columns: instruction by instruction, `TILE` rows at a time.

A number lies in a register of `TILE` doubles, NaN for unknown. A condition is two words of `TILE` bits, next to each other: the
rows where it holds, and the rows where it does not; a row in neither is unknown. A reference to a condition is the place of its
first word, so that `reference ^ 1` is its negation and costs nothing.

Instructions that ask for nothing of each other lie together by operation, as segments: what it takes to choose the operation is
paid once a segment, not once an instruction, which is what makes a batch of one row cheap.
"""

import numpy as np
from numpy.typing import NDArray

from risk.expressions import operations
from risk.expressions.lanes import LANES
from risk.expressions.operations import KERNELS, TILE, Code, Word
from risk.expressions.schema import MISSING


@KERNELS.part
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


@KERNELS.part
def _execute(
    operation: Word, start: Word, stop: Word, count: Word, code: Word, pool: Word, constants: Word, registers: Word,
    conditions: Word,
) -> None:  # fmt: skip
    if operation == Code.BELOW:
        operations.below(start, stop, count, code, constants, registers, conditions)
    elif operation == Code.AT_MOST:
        operations.at_most(start, stop, count, code, constants, registers, conditions)
    elif operation == Code.EQUAL:
        operations.equal(start, stop, count, code, constants, registers, conditions)
    elif operation == Code.WITHIN:
        operations.within(start, stop, count, code, pool, constants, registers, conditions)
    elif operation == Code.KNOWN:
        operations.known(start, stop, count, code, registers, conditions)
    elif operation == Code.BELOW_OTHER:
        operations.below_other(start, stop, count, code, registers, conditions)
    elif operation == Code.AT_MOST_OTHER:
        operations.at_most_other(start, stop, count, code, registers, conditions)
    elif operation == Code.EQUAL_OTHER:
        operations.equal_other(start, stop, count, code, registers, conditions)
    elif operation == Code.ADD:
        operations.add(start, stop, count, code, constants, registers)
    elif operation == Code.SUBTRACT:
        operations.subtract(start, stop, count, code, constants, registers)
    elif operation == Code.MULTIPLY:
        operations.multiply(start, stop, count, code, constants, registers)
    elif operation == Code.DIVIDE:
        operations.divided(start, stop, count, code, constants, registers)
    elif operation == Code.QUOTIENT:
        operations.whole_quotient(start, stop, count, code, constants, registers)
    elif operation == Code.REMAINDER:
        operations.whole_remainder(start, stop, count, code, constants, registers)
    elif operation == Code.LESSER:
        operations.minimum(start, stop, count, code, constants, registers)
    elif operation == Code.GREATER:
        operations.maximum(start, stop, count, code, constants, registers)
    elif operation == Code.ABSOLUTE:
        operations.absolute(start, stop, count, code, constants, registers)
    elif operation == Code.CHOOSE_NUMBER:
        operations.choose_number(start, stop, count, code, registers, conditions)
    else:
        operations.combine(operation, start, stop, code, pool, conditions)


@KERNELS.kernel
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
