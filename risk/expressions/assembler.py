"""From terms to a program's arrays. Equal parts become one instruction, over all terms; negation becomes none."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from risk.expressions.operations import TILE, Code
from risk.expressions.schema import Field, Kind
from risk.expressions.syntax import MAX_WHOLE
from risk.expressions.terms import Apply, Constant, Input, Membership, Op, Term, Within

MAX_INSTRUCTIONS = 65_536
_LARGEST = float(np.finfo(np.float64).max)
_CALCULATED = {
    Op.ADD: Code.ADD, Op.SUBTRACT: Code.SUBTRACT, Op.MULTIPLY: Code.MULTIPLY, Op.DIVIDE: Code.DIVIDE,
    Op.QUOTIENT: Code.QUOTIENT, Op.REMAINDER: Code.REMAINDER, Op.LESSER: Code.LESSER, Op.GREATER: Code.GREATER,
    Op.ABSOLUTE: Code.ABSOLUTE,
}  # fmt: skip
_COMPARED = {Op.LESS: Code.BELOW_OTHER, Op.AT_MOST: Code.AT_MOST_OTHER, Op.EQUAL: Code.EQUAL_OTHER}
_COMMUTATIVE = (Op.ADD, Op.MULTIPLY, Op.LESSER, Op.GREATER)
# The condition that always holds comes first; its negation is the one that never does.
_HOLDS, _FAILS = 0, 1
Key = tuple[Code, tuple[int, ...]]


class ProgramTooLarge(ValueError):
    """The rules together ask for more than one program holds."""


class Arrays(NamedTuple):
    """A program as `risk.expressions.machine.run` takes it."""

    columns: NDArray[np.int64]
    ends: NDArray[np.int64]
    segments: NDArray[np.int64]
    code: NDArray[np.int64]
    pool: NDArray[np.int64]
    constants: NDArray[np.float64]


class Assembler:
    """`results` are the terms' conditions, `fields` and `memberships` what has to be loaded."""

    def __init__(self, terms: Sequence[Term]) -> None:
        inputs = {part for term in terms for part in _parts(term) if isinstance(part, Input)}
        memberships = {part for term in terms for part in _parts(term) if isinstance(part, Membership)}
        self.fields: list[Field] = sorted((part.field for part in inputs), key=lambda field: (field.source, field.column))
        self.memberships = tuple(sorted(memberships, key=lambda asked: (asked.field, asked.list or "")))
        places: list[Input | Membership] = [*map(Input, self.fields), *self.memberships]
        self._inputs = {place: register for register, place in enumerate(places)}
        self._registers = len(places)
        self._conditions = 2
        self._constants: dict[float, int] = {}
        self._constant_registers: dict[float, int] = {}
        self._made: dict[Key, int] = {}
        self._pool: list[int] = []
        # Each instruction's level (one more than the highest of those that it waits for), operation, result and operands.
        self._code: list[tuple[int, Code, int, int, int, int]] = []
        self._register_levels: dict[int, int] = {}
        self._condition_levels: dict[int, int] = {}
        self.results = [self._condition(term) for term in terms]

    def arrays(self) -> Arrays:
        """Return the program, its instructions by level and operation."""
        columns = [field.column for field in self.fields] + list(range(len(self.memberships)))
        ends = [sum(field.source <= source for field in self.fields) for source in range(3)]
        code = sorted(self._code)
        segments: list[tuple[int, int, int]] = []
        for (_, operation), lines in groupby(code, key=lambda line: line[:2]):
            start = segments[-1][2] if segments else 0
            segments.append((operation, start, start + len(list(lines))))
        return Arrays(
            columns=np.array(columns, np.int64),
            ends=np.array(ends, np.int64),
            segments=np.array(segments, np.int64).reshape(-1, 3),
            code=np.array([line[2:] for line in code], np.int64).reshape(-1, 4),
            pool=np.array(self._pool, np.int64),
            constants=np.array(list(self._constants), np.float64),
        )

    def scratch(self) -> tuple[NDArray[np.float64], NDArray[np.uint64]]:
        """Return registers and conditions, with the constants in those that hold them."""
        registers = np.zeros((self._registers, TILE))
        for value, register in self._constant_registers.items():
            registers[register] = value
        conditions = np.zeros(self._conditions, np.uint64)
        conditions[_HOLDS] = ~np.uint64(0)
        return registers.reshape(-1), conditions

    def _condition(self, term: Term) -> int:
        match term:
            case Constant():
                return _HOLDS if term.value else _FAILS
            case Membership():
                return self._make_condition(Code.EQUAL, (self._inputs[term], self._constant(1.0)), registers=1)
            case Within():
                places = tuple(self._constant(value) for value in term.values)
                return self._make_condition(Code.WITHIN, (self._number(term.argument),), registers=1, pool=places)
            case Apply(op=Op.NOT):
                return self._condition(term.arguments[0]) ^ 1
            case Apply(op=Op.ALL):
                return self._all(self._condition(argument) for argument in term.arguments)
            case Apply(op=Op.ANY):
                return self._all(self._condition(argument) ^ 1 for argument in term.arguments) ^ 1
            case Apply(op=Op.IS_KNOWN):
                return self._make_condition(Code.KNOWN, (self._number(term.arguments[0]),), registers=1)
            case Apply(op=Op.SAME):
                return self._make_condition(Code.SAME, tuple(sorted(map(self._condition, term.arguments))))
            case Apply(op=Op.CHOOSE):
                return self._make_condition(Code.CHOOSE, tuple(map(self._condition, term.arguments)))
            case Apply():
                return self._comparison(term.op, *term.arguments)
        raise AssertionError(f"{term} is no condition")

    def _all(self, conditions: Iterable[int]) -> int:
        chosen = tuple(sorted(set(conditions)))
        return chosen[0] if len(chosen) == 1 else self._make_condition(Code.ALL, (), pool=chosen)

    def _comparison(self, op: Op, left: Term, right: Term) -> int:
        if isinstance(left, Constant) and op is Op.EQUAL:
            left, right = right, left
        if isinstance(right, Constant):
            code = {Op.LESS: Code.BELOW, Op.AT_MOST: Code.AT_MOST, Op.EQUAL: Code.EQUAL}[op]
            return self._make_condition(code, (self._number(left), self._constant(right.value)), registers=1)
        if isinstance(left, Constant):  # c < x is what x <= c is not, unknown where that is
            code = Code.AT_MOST if op is Op.LESS else Code.BELOW
            return self._make_condition(code, (self._number(right), self._constant(left.value)), registers=1) ^ 1
        operands = (self._number(left), self._number(right))
        ordered = tuple(sorted(operands)) if op is Op.EQUAL else operands
        return self._make_condition(_COMPARED[op], ordered, registers=2)

    def _number(self, term: Term) -> int:
        match term:
            case Constant():
                return self._constant_register(float(term.value))
            case Input():
                return self._inputs[term]
            case Apply(op=Op.WIDEN):
                return self._number(term.arguments[0])
            case Apply(op=Op.CHOOSE, arguments=(condition, yes, no)):
                chosen = (self._condition(condition), self._number(yes), self._number(no))
                level = max(self._condition_levels.get(chosen[0] >> 1, 0), *map(self._register_level, chosen[1:]))
                return self._make_number(Code.CHOOSE_NUMBER, chosen, level)
            case Apply():
                operands = [self._number(argument) for argument in term.arguments]
                if term.op in _COMMUTATIVE:
                    operands.sort()
                limit = self._constant(MAX_WHOLE if term.kind is Kind.INT else _LARGEST)
                level = max(map(self._register_level, operands))
                return self._make_number(_CALCULATED[term.op], (operands[0], operands[-1], limit), level)
        raise AssertionError(f"{term} is no number")

    def _make_condition(self, code: Code, operands: tuple[int, ...], *, registers: int = 0, pool: tuple[int, ...] = ()) -> int:
        """Return the condition of an instruction whose first operands are registers and the others, or the pool, conditions."""
        key = (code, (*operands, *pool))
        if key in self._made:
            return self._made[key]
        levels = [self._register_level(register) for register in operands[:registers]]
        if not registers:
            levels += [self._condition_levels.get(condition >> 1, 0) for condition in (*operands, *pool)]
        if pool:
            operands = (*operands, len(self._pool), len(self._pool) + len(pool))
            self._pool += pool
        made = self._conditions
        self._conditions += 2
        self._condition_levels[made >> 1] = self._write(max(levels), code, made, operands)
        self._made[key] = made
        return made

    def _make_number(self, code: Code, operands: tuple[int, ...], level: int) -> int:
        key = (code, operands)
        if key not in self._made:
            made = self._registers
            self._registers += 1
            self._register_levels[made] = self._write(level, code, made, operands)
            self._made[key] = made
        return self._made[key]

    def _write(self, level: int, code: Code, made: int, operands: tuple[int, ...]) -> int:
        if len(self._code) == MAX_INSTRUCTIONS:
            raise ProgramTooLarge(f"the rules together ask for more than {MAX_INSTRUCTIONS:,} different operations")
        first, second, third = (*operands, 0, 0, 0)[:3]
        self._code.append((level + 1, code, made, first, second, third))
        return level + 1

    def _register_level(self, register: int) -> int:
        return self._register_levels.get(register, 0)

    def _constant(self, value: float) -> int:
        return self._constants.setdefault(float(value), len(self._constants))

    def _constant_register(self, value: float) -> int:
        if value not in self._constant_registers:
            self._constant_registers[value] = self._registers
            self._registers += 1
        return self._constant_registers[value]


def _parts(term: Term) -> Iterator[Term]:
    yield term
    if isinstance(term, Within):
        yield from _parts(term.argument)
    elif isinstance(term, Apply):
        for argument in term.arguments:
            yield from _parts(argument)
